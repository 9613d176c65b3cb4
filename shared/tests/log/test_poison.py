"""Law 4: one bad event never blocks its neighbours, and nothing is parked that infrastructure is to blame for."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest
from movewell.contracts import declare
from movewell.errors import Unavailable
from movewell.log import incoming
from movewell.log.breaker import KEYS
from movewell.log.port import MAX_RECORD_BYTES
from movewell.log.waiting import TRIES

from .hearing import CORRELATION, Hearing, Spoil, key, with_headers, with_value

UNDECODABLE: dict[str, Spoil] = {
    "not JSON": with_value(b"{"),
    "not UTF-8": with_value(b'{"referral_id":"\xff"}'),
    "not an object": with_value(b"[]"),
    "empty": with_value(b""),
    "nested without end": with_value(b"[" * 100_000),
    "of the wrong schema": with_value(b'{"referral_id":7}'),
    "of another key": lambda each: replace(each, value=each.value.replace(b"000001", b"000002", 1)),
    "of a type that nobody knows": with_headers(ce_type="movewell.unheard.of.v9"),
}
UNREADABLE: dict[str, Spoil] = {
    "without headers": lambda each: replace(each, headers={}),
    "without a type": with_headers(ce_type=None),
    "without a sequence": with_headers(ce_sequence=None),
    "with a sequence that is none": with_headers(ce_sequence="first"),
    "with sequence 0": with_headers(ce_sequence="0"),
    "with a sequence no store can count to": with_headers(ce_sequence="9" * 30),
    "with a time that is none": with_headers(ce_time="yesterday"),
    "with another key in its envelope": with_headers(ce_partitionkey=key(9)),
    "with a tenant that is not text": with_headers(ce_tenant="\ud800"),
}


def spoil_only(referral: int, spoil: Spoil) -> Spoil:
    return lambda each: spoil(each) if each.key == key(referral) else each


@pytest.mark.parametrize("name", UNDECODABLE)
def test_what_cannot_be_decoded_blocks_its_key_and_its_neighbours_flow_in_the_same_step(name: str) -> None:
    hearing = Hearing()
    hearing.publish((2, 19), (1, 10), (1, 11), (2, 20), spoil=spoil_only(1, UNDECODABLE[name]))
    hearing.step()
    assert (hearing.told(1), hearing.told(2)) == ([], [19, 20])
    assert [(row["sequence"], row["reason"]) for row in hearing.rows()] == [(1, "failed"), (2, "behind")]
    assert hearing.progress(1) == (0, 2)
    assert hearing.unread() == 0


def test_what_cannot_be_read_is_kept_in_the_one_transaction_of_its_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    hearing = Hearing()
    hearing.publish((1, 10), spoil=UNDECODABLE["not JSON"])
    hearing.publish((2, 20), (1, 11), (4, 40))
    hearing.publish((3, 30), spoil=UNREADABLE["without a type"])
    units, store = [], hearing.running.store
    transaction = store.transaction
    monkeypatch.setattr(store, "transaction", lambda *given: units.append(given) or transaction(*given))
    hearing.step()
    assert len(units) == 1
    assert (hearing.told(2), hearing.told(4), hearing.unread()) == ([20], [40], 0)
    assert (hearing.progress(1), len(hearing.rows("set_aside"))) == ((0, 2), 1)


def test_what_cannot_be_decoded_on_twenty_keys_stops_the_consumer() -> None:
    hearing = Hearing()
    hearing.publish(*((n, 100 + n) for n in range(KEYS)), spoil=UNDECODABLE["not JSON"])
    with pytest.raises(Unavailable):
        while hearing.step():
            pass
    assert len(hearing.rows()) == KEYS


def test_what_cannot_be_decoded_waits_once_though_its_batch_fails_for_another() -> None:
    hearing = Hearing()
    hearing.broken = {30}
    hearing.publish((1, 10), (3, 30), (2, 20), spoil=spoil_only(1, UNDECODABLE["not JSON"]))
    hearing.step()
    assert (hearing.told(2), hearing.progress(1), hearing.progress(3)) == ([20], (0, 1), (0, 1))
    errors = {row["key"]: (row["error"], row["tries"]) for row in hearing.rows()}
    assert errors == {key(1): ("Undecodable", 1), key(3): ("ZeroDivisionError", 1)}


def test_what_comes_again_of_what_cannot_be_decoded_changes_nothing() -> None:
    hearing = Hearing()
    hearing.publish((1, 10), (1, 11), (2, 20), spoil=spoil_only(1, UNDECODABLE["not JSON"]))
    hearing.step()
    before = hearing.rows(), hearing.rows("progress"), hearing.rows("told")
    hearing.consumer.apply(hearing.log_records())
    assert (hearing.rows(), hearing.rows("progress"), hearing.rows("told")) == before


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_has_no_readable_envelope_is_set_aside_and_its_neighbours_flow_in_the_same_step(name: str) -> None:
    hearing = Hearing()
    hearing.publish((1, 10), (2, 20), spoil=spoil_only(1, UNREADABLE[name]))
    hearing.step()
    hearing.consumer.apply(hearing.log_records())
    assert (hearing.told(1), hearing.told(2)) == ([], [20])
    assert len(hearing.rows("set_aside")) == 1
    assert (hearing.rows(), hearing.unread()) == ([], 0)


def test_what_follows_a_record_that_was_set_aside_waits_for_it() -> None:
    hearing = Hearing()
    hearing.publish((1, 10), spoil=with_headers(ce_id=None))
    hearing.publish((1, 11))
    hearing.step()
    assert hearing.told(1) == []
    assert [(row["sequence"], row["reason"]) for row in hearing.rows()] == [(2, "gap")]


def test_neighbours_of_a_reaction_that_always_fails_never_wait_for_it() -> None:
    """Each is told of in the first step after it was published: within the second by the only clock there is."""
    hearing = Hearing()
    hearing.broken = {10}
    hearing.publish((1, 10))
    for second in range(60):
        hearing.publish((1, 1000 + second), (2, 2000 + second))
        hearing.step()
        assert hearing.told(2)[-1] == 2000 + second
        hearing.clock.move(seconds=1)
    assert hearing.told(1) == []
    assert hearing.progress(1) == (0, 61)


def test_a_reaction_that_always_fails_is_parked_after_its_last_try_and_not_before() -> None:
    hearing = Hearing()
    hearing.broken = {10}
    hearing.publish((1, 10))
    hearing.step()
    for tries in range(1, TRIES):
        (row,) = hearing.rows()
        assert row["tries"] == tries
        hearing.clock.moment = max(hearing.clock.moment, _moment(row["due"]))
        hearing.step()
    (row,) = hearing.rows()
    assert (row["tries"], row["due"], row["error"]) == (TRIES, None, "ZeroDivisionError")
    hearing.clock.move(days=30)
    assert hearing.step() == 0


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize("fat", ["headers", "value"])
def test_a_record_at_the_limit_passes_through_relay_consumer_waiting_row_and_resend(fat: str) -> None:
    hearing = Hearing()
    hearing.broken = {10}
    _append_of_size(hearing, MAX_RECORD_BYTES, fat)
    hearing.append((1, 11), (2, 20))
    while hearing.relay.step():
        pass
    assert max(_size(each) for each in hearing.log_records()) == MAX_RECORD_BYTES
    while hearing.step():
        pass
    assert (hearing.told(1), hearing.told(2)) == ([], [20])
    hearing.broken = set()
    assert hearing.waiting_list().resend(hearing.ids()[0]).outcome == "applied"
    assert (hearing.told(1), hearing.rows()) == ([10, 11], [])


def _append_of_size(hearing: Hearing, size: int, fat: str) -> None:
    """One offer whose record has exactly this size, by a long header or by blanks around its JSON."""
    hearing.append((1, 9))
    (row,) = list(hearing.telling.store.scan("outbox"))
    hearing.telling.store.transaction("*", lambda tx: tx.remove("outbox", row["id"], row["version"]))
    hearing.telling.store.transaction("*", lambda tx: tx.remove("streams", f"scheduling/{key(1)}", 1))
    lacking = size - _size_of(row)
    hearing.append((1, 10), correlation=CORRELATION + "c" * (lacking if fat == "headers" else 0))
    if fat == "value":
        (row,) = list(hearing.telling.store.scan("outbox"))
        padded = {**row, "value": row["value"] + " " * lacking}
        hearing.telling.store.transaction("*", lambda tx: tx.replace("outbox", padded, row["version"]))


def _size_of(row: dict) -> int:
    headers = sum(len(name) + len(value) for name, value in row["headers"].items())
    return len(row["key"]) + headers + len(row["value"])


def _size(record) -> int:
    return len(record.key) + sum(len(n) + len(v) for n, v in record.headers.items()) + len(record.value)


def test_a_type_that_a_later_release_knows_is_applied_once_it_is_resent(monkeypatch: pytest.MonkeyPatch) -> None:
    hearing = Hearing()
    with monkeypatch.context() as older_release:
        older_release.delitem(declare._BY_TYPE, "movewell.offer.lapsed.v1")
        hearing.spoiling.spoil = lambda record: record
        hearing.append((1, 10), (1, 11))
        hearing.relay.step()
        hearing.step()
    assert hearing.told(1) == []
    hearing.waiting_list().resend(hearing.ids()[0])
    assert (hearing.told(1), hearing.progress(1)) == ([10, 11], (2, 0))


def test_an_envelope_that_a_later_release_reads_fills_its_gap_once_it_is_resent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hearing = Hearing()
    hearing.publish((1, 10))
    hearing.step()
    with monkeypatch.context() as older_release:
        older_release.setattr(incoming, "_MOST_SEQUENCE", 1)
        hearing.publish((1, 11))
        hearing.step()
    hearing.publish((1, 12))
    hearing.step()
    assert (hearing.told(1), len(hearing.rows("set_aside"))) == ([10], 1)
    (aside,) = (each["id"] for each in hearing.listed() if each["state"] == "set aside")
    assert hearing.waiting_list().resend(aside).outcome == "applied"
    assert (hearing.told(1), hearing.rows(), hearing.rows("set_aside")) == ([10, 11, 12], [], [])
    hearing.consumer.apply(hearing.log_records())
    assert hearing.told(1) == [10, 11, 12]


def test_while_the_store_is_away_nothing_waits_and_no_offset_moves() -> None:
    hearing = Hearing()
    hearing.publish(*((n, 100 + n) for n in range(2 * KEYS)))
    hearing.away = True
    for _ in range(TRIES + 1):
        with pytest.raises(Unavailable):
            hearing.step()
        hearing.begin_anew()
        hearing.clock.move(hours=3)
    assert (hearing.rows(), hearing.rows("progress"), hearing.unread()) == ([], [], 2 * KEYS)
    hearing.away = False
    while hearing.step():
        pass
    assert [hearing.told(n) for n in range(2 * KEYS)] == [[100 + n] for n in range(2 * KEYS)]


def test_while_the_log_is_away_nothing_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    hearing = Hearing()
    hearing.publish((1, 10), (2, 20))

    def away(*_: object) -> None:
        raise Unavailable("the log is away")

    with monkeypatch.context() as outage:
        outage.setattr(hearing.consumer._subscriber, "poll", away)
        with pytest.raises(Unavailable):
            hearing.step()
    with monkeypatch.context() as outage:
        outage.setattr(hearing.consumer._subscriber, "commit", away)
        with pytest.raises(Unavailable):
            hearing.step()
    hearing.begin_anew()
    assert hearing.unread() == 2
    hearing.step()
    assert (hearing.told(1), hearing.told(2), hearing.rows(), hearing.unread()) == ([10], [20], [], 0)


def test_a_waiting_record_costs_no_try_while_the_store_is_away() -> None:
    hearing = Hearing()
    hearing.broken = {10}
    hearing.publish((1, 10))
    hearing.step()
    hearing.away, hearing.broken = True, set()
    for _ in range(TRIES):
        hearing.clock.move(hours=3)
        with pytest.raises(Unavailable):
            hearing.step()
    assert [row["tries"] for row in hearing.rows()] == [1]
    hearing.away = False
    hearing.step()
    assert hearing.told(1) == [10]
