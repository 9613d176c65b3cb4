"""What every contender must have done, judged from its store and its topic alone, before any figure counts.

- The state of each key is the fold over its valid events, each once, in order: count, and a checksum chained over
  their ids, which no other order and no repetition gives.
- Each valid event caused exactly one published event; of a key they lie in the order of what caused them, on one
  partition, with sequences from 1 without a gap.
- What is in the outbox is what is published: every row once, none pending, nothing else.
- What was invalid is kept aside, and nothing came of it.
"""

from __future__ import annotations

import json
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from kafka.consumer.fetcher import ConsumerRecord

from bench.kafka.inputs import Inputs


class Kept(NamedTuple):
    """What is in a contender's store: bodies of states by key, outbox rows as (id, pending), what is kept aside."""

    states: Mapping[str, Mapping[str, Any]]
    outbox: Sequence[tuple[str, bool]]
    set_aside: int
    waiting: int


class _Published(NamedTuple):
    id: str
    cause: str
    sequence: int
    partition: int
    referral_id: str


def faults(inputs: Inputs, kept: Kept, published: Iterable[ConsumerRecord]) -> list[str]:
    """What is wrong, in sentences; none if all is right."""
    by_key: dict[str, list[_Published]] = defaultdict(list)
    for record in published:
        by_key[record.key.decode()].append(_published(record))
    return [
        *_of_states(inputs, kept),
        *_of_published(inputs, by_key),
        *_of_outbox(kept, Counter(each.id for records in by_key.values() for each in records)),
        *_of_invalid(inputs, kept),
    ]


def _published(record: ConsumerRecord) -> _Published:
    headers = {name: text.decode() for name, text in record.headers}
    payload = json.loads(record.value)
    if set(payload) != {"referral_id", "format", "since"}:
        raise ValueError("a published value is not waiting.started")
    return _Published(
        headers["ce_id"],
        headers["ce_causationid"],
        int(headers["ce_sequence"]),
        record.partition,
        payload["referral_id"],
    )


def _of_states(inputs: Inputs, kept: Kept) -> Iterator[str]:
    if set(kept.states) != set(inputs.expected):
        yield f"{len(inputs.expected)} keys have valid events, {len(kept.states)} have a state"
    for key, ids in inputs.expected.items():
        state = kept.states.get(key)
        if state is None:
            continue
        chain = 0
        for id in ids:
            chain = zlib.crc32(id.encode(), chain)
        if state["count"] != len(ids):
            yield f"{key}: {len(ids)} valid events, {state['count']} effects"
        elif state["chain"] != chain:
            yield f"{key}: the effects are not in order"


def _of_published(inputs: Inputs, by_key: Mapping[str, Sequence[_Published]]) -> Iterator[str]:
    for key in by_key.keys() - inputs.expected.keys():
        yield f"{key}: published, without a valid event"
    for key, ids in inputs.expected.items():
        records = by_key.get(key, [])
        if [each.cause for each in records] != ids:
            yield f"{key}: {len(ids)} valid events, {len(records)} published, or in another order"
        elif [each.sequence for each in records] != list(range(1, len(ids) + 1)):
            yield f"{key}: the sequences have gaps"
        elif len({each.partition for each in records}) != 1 or {each.referral_id for each in records} != {key}:
            yield f"{key}: published under another key or on several partitions"


def _of_outbox(kept: Kept, published: Counter[str]) -> Iterator[str]:
    if pending := sum(waits for _, waits in kept.outbox):
        yield f"{pending} rows of the outbox are pending"
    if lost := len({id for id, _ in kept.outbox} - published.keys()):
        yield f"{lost} rows of the outbox are not published"
    if strange := len(published.keys() - {id for id, _ in kept.outbox}):
        yield f"{strange} published events are in no outbox"
    if twice := sum(times > 1 for times in published.values()):
        yield f"{twice} events are published twice"


def _of_invalid(inputs: Inputs, kept: Kept) -> Iterator[str]:
    if kept.set_aside != inputs.unreadable:
        yield f"{inputs.unreadable} envelopes cannot be read, {kept.set_aside} are kept aside"
    if kept.waiting != inputs.broken_values:
        yield f"{inputs.broken_values} values are invalid, {kept.waiting} are waiting"
