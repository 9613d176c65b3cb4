"""Let a service go on whose store is older than the log, so that no sequence is ever used twice.

What the journal lacks it takes back from the log, with its sequence; a stream goes on after the highest. The
state that those events told of is not brought back: the list of them is for people. What was committed in the
meantime under a sequence that the log had used is given the next free ones and published again: consumers have
skipped it so far, as nothing of a key is applied under a sequence that was applied before.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from movewell.log.port import Delivered, Position
from movewell.operating import audit, marks
from movewell.service import Running
from movewell.store.outbox import lane_of
from movewell.store.port import ALL, Between, Document, Transaction

Stream = tuple[str, str]
"""A topic and a key."""
_PAGE = 500


@dataclass
class Plan:
    """What `recover` will do. It holds the missing records and the ids that the log holds after the marks."""

    missing: dict[Stream, list[Delivered]] = field(default_factory=lambda: defaultdict(list))
    in_log: dict[Stream, set[str]] = field(default_factory=lambda: defaultdict(set))
    places: dict[str, dict[Position, int]] = field(default_factory=lambda: defaultdict(dict))

    def listing(self) -> list[dict[str, str | int]]:
        """The missing events, in order of topic, key and sequence: ids, types, sequences and times; no bodies."""
        records = [each for stream in sorted(self.missing) for each in self.missing[stream]]
        return [_listed(each) for each in records]


def plan(running: Running) -> Plan:
    """Compare the store with the log and change nothing. Raises Unavailable, RestoreUnfinished."""
    audit.require_whole(running)
    made = Plan()
    for topic in audit.own_topics(running):
        since = marks.read_mark(running.store, marks.published(topic))
        for records in marks.tail(running.log, since, running.log.ends([topic])):
            for each in records:
                made.in_log[topic, each.key].add(each.headers.get("ce_id", ""))
            for each in audit.not_in_journal(running, records):
                made.missing[topic, each.key].append(each)
    for reading in audit.readings(running):
        ends = running.log.committed(reading.group, [reading.topic])
        if any(audit.not_met(running, reading, records) for records in audit.since_mark(running, reading, ends)):
            since = marks.read_mark(running.store, marks.met(reading.group, reading.topic))
            made.places[reading.group] |= {each: min(since.get(each[1], 0), end) for each, end in ends.items()}
    return made


def recover(running: Running, made: Plan) -> list[str]:
    """Carry the plan out; the ids of the events that got another sequence. Run again, it goes on where it ended.

    Raises GroupInUse while a consumer of the service runs, before anything is changed.
    """
    for group, positions in made.places.items():
        running.log.place(group, positions)
    renumbered: list[str] = []
    for (topic, key), records in made.missing.items():
        renumbered += running.store.transaction(
            ALL, lambda tx, at=(topic, key), records=records: _take_back(tx, at, records, made.in_log[at])
        )
    return renumbered


def _take_back(tx: Transaction, at: Stream, records: Sequence[Delivered], in_log: set[str]) -> list[str]:
    taken = {_sequence(each): each for each in records}
    kept, displaced = _sorted_out(_rows(tx, at, min(taken)), taken, in_log)
    last = max([*taken, *(row["sequence"] for row in kept)])
    for number, row in enumerate(displaced, last + 1):
        headers = {**row["headers"], "ce_sequence": str(number)}
        tx.replace("outbox", {**row, "headers": headers, "sequence": number, "pending": True}, row["version"])
    for each in taken.values():
        tx.add("outbox", _journal_row(each, at))
    _move_stream(tx, at, last + len(displaced), records[0].headers["ce_tenant"])
    return [row["id"] for row in displaced]


def _sorted_out(
    rows: Sequence[Document], taken: dict[int, Delivered], in_log: set[str]
) -> tuple[list[Document], list[Document]]:
    """Rows that keep their sequence, and rows that lose it: those whose sequence is taken, and what came after
    them and was never published."""
    kept: list[Document] = []
    displaced: list[Document] = []
    for row in rows:
        unpublished = row["pending"] and row["id"] not in in_log
        loses = row["sequence"] in taken or (bool(displaced) and unpublished)
        (displaced if loses else kept).append(row)
    return kept, displaced


def _rows(tx: Transaction, at: Stream, first: int) -> list[Document]:
    topic, key = at
    where = {"topic": topic, "key": key, "sequence": Between(at_least=first)}
    found: list[Document] = []
    after = None
    while page := tx.find("outbox", where, order=("sequence",), limit=_PAGE, after=after):
        found += page
        after = [page[-1]["sequence"], page[-1]["id"]]
    return found


def _journal_row(record: Delivered, at: Stream) -> Document:
    topic, key = at
    return {
        "id": record.headers["ce_id"],
        "tenant": record.headers["ce_tenant"],
        "lane": lane_of(key),
        "topic": topic,
        "key": key,
        "sequence": _sequence(record),
        "pending": False,
        "headers": dict(record.headers),
        "value": record.value.decode(),
    }


def _move_stream(tx: Transaction, at: Stream, last: int, tenant: str) -> None:
    id = "/".join(at)
    stream = tx.get("streams", id)
    if stream is None:
        tx.add("streams", {"id": id, "tenant": tenant, "last": last})
    elif stream["last"] != last:
        tx.replace("streams", {**stream, "last": max(last, stream["last"])}, stream["version"])


def _sequence(record: Delivered) -> int:
    return int(record.headers["ce_sequence"])


def _listed(record: Delivered) -> dict[str, str | int]:
    return {
        "topic": record.topic,
        "key": record.key,
        "sequence": _sequence(record),
        "id": record.headers["ce_id"],
        "type": record.headers["ce_type"],
        "time": record.headers["ce_time"],
    }
