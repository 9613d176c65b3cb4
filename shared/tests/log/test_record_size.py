"""A record that no log takes is refused before its transaction commits: no outbox row is unpublishable."""

from __future__ import annotations

import pytest
from movewell.log.port import MAX_RECORD_BYTES, RecordTooLarge

from .hearing import CORRELATION, Hearing


def size_of(row: dict) -> int:
    headers = sum(len(name.encode()) + len(value.encode()) for name, value in row["headers"].items())
    return len(row["key"].encode()) + headers + len(row["value"].encode())


def lacking() -> int:
    """Bytes that an ordinary record is short of the limit."""
    hearing = Hearing()
    hearing.append((1, 10))
    return MAX_RECORD_BYTES - sum(map(size_of, hearing.telling.store.scan("outbox")))


def test_a_record_of_the_limit_is_taken() -> None:
    hearing = Hearing()
    hearing.append((1, 10), correlation=CORRELATION + "c" * lacking())
    assert [size_of(row) for row in hearing.telling.store.scan("outbox")] == [MAX_RECORD_BYTES]


@pytest.mark.parametrize("more", ["c", "\N{LATIN SMALL LETTER E WITH ACUTE}"])
def test_a_byte_more_is_refused_and_nothing_is_kept(more: str) -> None:
    hearing = Hearing()
    room = lacking() + 1 - len(more.encode())
    with pytest.raises(RecordTooLarge, match=f"a record of {MAX_RECORD_BYTES + 1} bytes"):
        hearing.append((1, 10), correlation=CORRELATION + "c" * room + more)
    assert (hearing.rows("outbox"), list(hearing.telling.store.scan("outbox"))) == ([], [])
    assert list(hearing.telling.store.scan("streams")) == []
    hearing.publish((1, 11))
    hearing.step()
    assert hearing.told(1) == [11]
