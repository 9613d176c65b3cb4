"""The events that every contender is given: made beforehand, the same for all, and what must come of them.

Of the records 5 % are duplicates (the same bytes again, a little later) and 1 % are invalid. The keys are 100, drawn
by Zipf's law. Most invalid records have an envelope that cannot be read: they belong to no stream and block nothing.
A few have an envelope that is right around a value that is not: each blocks its key (law 4), so each has one of its
own. They are few because the platform's consumer stops at the same error on 20 keys within a minute.
"""

from __future__ import annotations

import json
import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

KEYS, DUPLICATES, INVALID, MOST_BROKEN_VALUES = 100, 0.05, 0.01, 8
_ZIPF, _FURTHEST_DUPLICATE = 1.1, 200
_BEGIN = datetime(2026, 1, 5, 9, tzinfo=UTC)

Headers = list[tuple[str, bytes]]


@dataclass(frozen=True)
class Premade:
    """A record. `id` is the event's, `expects_effect` is false for duplicates and for what is invalid."""

    id: str
    key: str
    headers: Headers
    value: bytes
    expects_effect: bool


@dataclass
class Inputs:
    """Records in order, and what must come of them: of each key the ids of its valid events, in order."""

    records: list[Premade] = field(default_factory=list)
    expected: dict[str, list[str]] = field(default_factory=dict)
    unreadable: int = 0
    broken_values: int = 0


def made(count: int, seed: int) -> Inputs:
    """`count` records."""
    random_ = random.Random(seed)
    keys = [_uuid(random_) for _ in range(KEYS)]
    weights = [1 / rank**_ZIPF for rank in range(1, KEYS + 1)]
    inputs, again = Inputs(), dict[int, list[Premade]]()
    while len(inputs.records) < count:
        number = len(inputs.records)
        if due := again.pop(number, None):
            inputs.records.append(due.pop(0))
            if due:
                again.setdefault(number + 1, [])[:0] = due
            continue
        drawn = random_.random()
        if drawn < INVALID:
            inputs.records.append(_invalid(inputs, keys[0], random_))
            continue
        record = _valid(inputs, random_.choices(keys, weights)[0], random_)
        inputs.records.append(record)
        if drawn > 1 - DUPLICATES / (1 - DUPLICATES):
            later = number + random_.randint(1, _FURTHEST_DUPLICATE)
            again.setdefault(later, []).append(Premade(record.id, record.key, record.headers, record.value, False))
    return inputs


def _valid(inputs: Inputs, key: str, random_: random.Random) -> Premade:
    ids = inputs.expected.setdefault(key, [])
    ids.append(_uuid(random_))
    value = json.dumps(_payload(key, len(inputs.records), random_)).encode()
    return Premade(ids[-1], key, _headers(ids[-1], key, len(ids), len(inputs.records)), value, True)


def _invalid(inputs: Inputs, key: str, random_: random.Random) -> Premade:
    id, number = _uuid(random_), len(inputs.records)
    if inputs.broken_values < MOST_BROKEN_VALUES and inputs.unreadable >= 9 * (inputs.broken_values + 1):
        inputs.broken_values += 1
        alone = _uuid(random_)
        value = json.dumps({**_payload(alone, number, random_), "format": "by post"}).encode()
        return Premade(id, alone, _headers(id, alone, 1, number), value, False)
    inputs.unreadable += 1
    headers = [(name, value) for name, value in _headers(id, key, 1, number) if name != "ce_sequence"]
    return Premade(id, key, headers, json.dumps(_payload(key, number, random_)).encode(), False)


def _payload(key: str, number: int, random_: random.Random) -> dict[str, object]:
    return {
        "referral_id": key,
        "person_id": _uuid(random_),
        "format": random_.choice(("group", "one_to_one")),
        "sessions_planned": 8,
        "accepted_at": _time(number),
    }


def _headers(id: str, key: str, sequence: int, number: int) -> Headers:
    texts = {
        "ce_specversion": "1.0",
        "content-type": "application/json",
        "ce_id": id,
        "ce_source": "/movewell/referral",
        "ce_subject": key,
        "ce_type": "movewell.referral.accepted.v1",
        "ce_time": _time(number),
        "ce_dataschema": "/json-schema/referral.accepted.v1.json",
        "ce_partitionkey": key,
        "ce_sequence": str(sequence),
        "ce_subjectversion": str(sequence),
        "ce_tenant": "ZT001",
        "ce_correlationid": id,
    }
    return [(name, text.encode()) for name, text in texts.items()]


def _time(number: int) -> str:
    return (_BEGIN + timedelta(milliseconds=number)).isoformat(timespec="microseconds")


def _uuid(random_: random.Random) -> str:
    return str(UUID(int=random_.getrandbits(128), version=4))
