"""The checker finds what it is there to find. `pytest bench/kafka` runs this; it needs no Kafka."""

from __future__ import annotations

import json
import zlib
from types import SimpleNamespace

import pytest

from bench.kafka.checker import Kept, faults
from bench.kafka.inputs import DUPLICATES, INVALID, made

_INPUTS = made(2000, seed=1)


def _kept() -> Kept:
    states = {}
    for key, ids in _INPUTS.expected.items():
        chain = 0
        for id in ids:
            chain = zlib.crc32(id.encode(), chain)
        states[key] = {"count": len(ids), "chain": chain}
    outbox = [(f"of-{id}", False) for ids in _INPUTS.expected.values() for id in ids]
    return Kept(states, outbox, _INPUTS.unreadable, _INPUTS.broken_values)


def _published() -> list[SimpleNamespace]:
    return [
        _record(key, id, sequence) for key, ids in _INPUTS.expected.items() for sequence, id in enumerate(ids, start=1)
    ]


def _record(key: str, cause: str, sequence: int) -> SimpleNamespace:
    headers = {"ce_id": f"of-{cause}", "ce_causationid": cause, "ce_sequence": str(sequence)}
    value = json.dumps({"referral_id": key, "format": "group", "since": "2026-01-05T09:00:00+00:00"})
    return SimpleNamespace(
        key=key.encode(),
        headers=[(name, text.encode()) for name, text in headers.items()],
        value=value.encode(),
        partition=zlib.crc32(key.encode()) % 12,
    )


def test_the_inputs_hold_what_they_promise() -> None:
    ids = [each.id for each in _INPUTS.records]
    repeated = len(ids) - len(set(ids))
    invalid = _INPUTS.unreadable + _INPUTS.broken_values
    assert repeated / len(ids) == pytest.approx(DUPLICATES, rel=0.3)
    assert invalid / len(ids) == pytest.approx(INVALID, rel=0.5)
    assert sum(each.expects_effect for each in _INPUTS.records) == sum(map(len, _INPUTS.expected.values()))
    assert made(2000, seed=1).records == _INPUTS.records


def test_a_contender_that_did_its_work_passes() -> None:
    assert faults(_INPUTS, _kept(), _published()) == []


def test_an_effect_applied_twice_is_found() -> None:
    kept = _kept()
    key = next(iter(kept.states))
    kept.states[key]["count"] += 1
    assert len(faults(_INPUTS, kept, _published())) == 1


def test_effects_in_another_order_are_found() -> None:
    kept = _kept()
    key, ids = next((key, ids) for key, ids in _INPUTS.expected.items() if len(ids) > 1)
    chain = 0
    for id in [ids[1], ids[0], *ids[2:]]:
        chain = zlib.crc32(id.encode(), chain)
    kept.states[key]["chain"] = chain
    assert faults(_INPUTS, kept, _published()) == [f"{key}: the effects are not in order"]


def test_an_event_published_twice_is_found() -> None:
    published = _published()
    found = faults(_INPUTS, _kept(), [*published, published[0]])
    assert "1 events are published twice" in found


def test_an_event_that_was_never_published_is_found() -> None:
    found = faults(_INPUTS, _kept(), _published()[1:])
    assert "1 rows of the outbox are not published" in found


def test_two_events_of_a_key_that_changed_places_are_found() -> None:
    published = _published()
    assert published[0].key == published[1].key
    published[0], published[1] = published[1], published[0]
    assert len(faults(_INPUTS, _kept(), published)) == 1


def test_a_row_left_pending_is_found() -> None:
    kept = _kept()
    pending = kept._replace(outbox=[(kept.outbox[0][0], True), *kept.outbox[1:]])
    assert faults(_INPUTS, pending, _published()) == ["1 rows of the outbox are pending"]


def test_an_invalid_record_that_was_dropped_is_found() -> None:
    kept = _kept()
    assert len(faults(_INPUTS, kept._replace(set_aside=kept.set_aside - 1), _published())) == 1
    assert len(faults(_INPUTS, kept._replace(waiting=0), _published())) == 1
