"""Is the store as far as the log? A store restored from an older backup is not, and its service must not start.

It cannot miss, although only the records after a mark are read:
- all records of a service's own topic come from its journal, and the journal forgets nothing. What lies before
  the mark was found in the journal of this very store. So whatever the journal lacks lies after the mark, and
  all of that is read and looked up by its id.
- a consumer commits an offset after its store. What lies before the mark was found applied, or waiting, in this
  very store. So what the group has passed and the store has not met lies between the mark and the group's
  offset, and all of that is looked up in the progress.
A mark moves forward at each audit that finds nothing, at a start and every five minutes in between: that is how
much a start reads. Without a mark (the first start, or a topic that was republished) everything is read, once; a
topic that ends before its mark was lost, and is read from its beginning. Not seen is only a store that was set back
together with a topic that was made anew and has grown past the old mark: after a lost topic, `republish` first.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from movewell import projections as projecting
from movewell.contracts.declare import topics
from movewell.log.port import Delivered, Position
from movewell.operating import marks
from movewell.operating.start import NotFitToStart
from movewell.service import Running
from movewell.store.port import ALL, Document, Transaction
from movewell.telemetry import logger
from movewell.wire.envelope import Envelope, Undecodable, read_envelope

UNFINISHED = "restore"
_STANDSTILL_SECONDS = 2.0
log = logger(__name__)


class StoreBehindLog(NotFitToStart):
    """The log knows of events that this store does not: it is older than the log."""


class RestoreUnfinished(NotFitToStart):
    """A restore into this store did not come to its end."""


@dataclass(frozen=True)
class Reading:
    """A topic as one of the service's groups reads it: `consumer` is what its progress is kept under."""

    consumer: str
    group: str
    topic: str


def own_topics(running: Running) -> list[str]:
    """The topics that only this service publishes to."""
    return sorted(topic for topic, owner in topics().items() if owner == running.service.name)


def readings(running: Running) -> list[Reading]:
    """Every topic of every group of the service."""
    generation = projecting.current_generation(running.store)
    found = []
    for group, names in running.groups().items():
        consumer = f"{group}@{generation}" if group.endswith("-projections") else group
        found += [Reading(consumer, group, topic) for topic in names]
    return found


def audit(running: Running) -> None:
    """Compare, and move the marks. Raises StoreBehindLog, RestoreUnfinished; Unavailable when something is away."""
    require_whole(running)
    for topic in own_topics(running):
        since, ends = marks.read_mark(running.store, marks.published(topic)), running.log.ends([topic])
        if any(end < since.get(partition, 0) for (_, partition), end in ends.items()):
            log.warning("audit.topic_was_lost", topic=topic)  # for `republish`; the store is no older for it
        for records in marks.tail(running.log, since, ends):
            if lacking := not_in_journal(running, records):
                raise _behind(running, f"{len(lacking)} or more events of the topic {topic} are not in its journal")
        marks.set_mark(running.store, marks.published(topic), ends)
    for each in readings(running):
        ends = running.log.committed(each.group, [each.topic])
        if _stays_behind(running, each, ends):
            raise _behind(running, f"the group {each.group} has passed events of {each.topic} that it has not met")
        marks.set_mark(running.store, marks.met(each.group, each.topic), ends)


def _stays_behind(running: Running, reading: Reading, ends: Mapping[Position, int]) -> bool:
    """Whether the store has not met what the group has passed.

    Views that were just put in force by a rebuild are behind for as long as it folds what came in meanwhile:
    they are looked at again until they stand still.
    """
    lacking = _count_not_met(running, reading, ends)
    while lacking and reading.consumer != reading.group:
        threading.Event().wait(_STANDSTILL_SECONDS)
        (again,) = [each for each in readings(running) if (each.group, each.topic) == (reading.group, reading.topic)]
        before, lacking = lacking, _count_not_met(running, again, ends)
        if lacking == before:
            break
    return lacking > 0


def _count_not_met(running: Running, reading: Reading, ends: Mapping[Position, int]) -> int:
    return sum(len(not_met(running, reading, records)) for records in since_mark(running, reading, ends))


def require_whole(running: Running) -> None:
    """Raises RestoreUnfinished."""
    if running.store.read(ALL, lambda tx: tx.get("marks", UNFINISHED)) is not None:
        raise RestoreUnfinished(
            "a restore or a carry into this store did not end: empty it and restore again, or run the carry again"
        )


def since_mark(running: Running, reading: Reading, ends: Mapping[Position, int]) -> Iterator[list[Delivered]]:
    """What a group has passed since its mark, a page at a time."""
    return marks.tail(running.log, marks.read_mark(running.store, marks.met(reading.group, reading.topic)), ends)


def not_in_journal(running: Running, records: Sequence[Delivered]) -> list[Delivered]:
    """Those of the records, of the service's own, that its journal does not hold."""
    source = f"/movewell/{running.service.name}"
    ours = {read.id: each for each in records if (read := envelope_of(each)) and read.source == source}
    known = running.store.read(ALL, lambda tx: tx.get_many("outbox", list(ours)))
    return [each for id, each in ours.items() if id not in known]


def not_met(running: Running, reading: Reading, records: Sequence[Delivered]) -> list[Delivered]:
    """Those of the records that the consumer has neither applied nor put among the waiting ones."""
    incoming = [(f"{reading.consumer}/{each.topic}/{each.key}", each, envelope_of(each)) for each in records]

    def work(tx: Transaction) -> list[Delivered]:
        progress = tx.get_many("progress", [id for id, _, _ in incoming])
        later = {
            f"{id}/{read.sequence}": each
            for id, each, read in incoming
            if read is not None and read.sequence > _applied(progress.get(id))
        }
        waiting = tx.get_many("waiting", list(later))
        return [each for id, each in later.items() if id not in waiting]

    return running.store.read(ALL, work)


def envelope_of(record: Delivered) -> Envelope | None:
    """The record's envelope, or None of what is no event of ours."""
    try:
        return read_envelope(record.headers)
    except Undecodable:
        return None


def _applied(progress: Document | None) -> int:
    return 0 if progress is None else int(progress["applied"])


def _behind(running: Running, why: str) -> StoreBehindLog:
    name = running.service.name
    return StoreBehindLog(
        f"{name}'s store is older than the log: {why}. "
        f"Stop every process of {name} and run `python -m {name} recover` (docs/runbooks/recover.md)"
    )
