"""A copy of one tenant's part of the stream in another log, for that service's analysts: same topics, keys, order.

Each copy says in a header where it comes from, so that the mirror itself tells how far it has come: a run that died
is gone on with, and nothing is copied twice. One run at a time.
"""

from __future__ import annotations

from collections.abc import Callable

from movewell.errors import Unavailable
from movewell.log.port import Delivered, EventLog, Position, Record
from movewell.stream.chosen import Chosen, pages

ORIGIN = "movewell_mirrored"
"""Header: partition and offset in the log that it was copied from, as `3/1207`."""


class NoMirror(Exception):
    """What lies in the other log was not copied from this one, or keys have other partitions there."""


def mirror(
    log: EventLog, to: EventLog, chosen: Chosen, read: Callable[[int, int], None] = lambda done, of: None
) -> int:
    """Copy what the log holds now and the mirror does not; the number of records. Raises NoMirror, Unavailable."""
    to.prepare(chosen.topics)
    since = {position: _next(to, position, end) for position, end in to.ends(chosen.topics).items()}
    ends = log.ends(chosen.topics)
    total, done, copied = sum(max(end - since.get(each, 0), 0) for each, end in ends.items()), 0, 0
    for page in pages(log, since, ends):
        records = [_copy(each) for each in page if chosen.takes(each)]
        if not all(to.publish(records)):
            raise Unavailable("the mirror did not take all of it: run it again")
        copied += len(records)
        done += len(page)
        read(done, total)
    return copied


def _next(to: EventLog, position: Position, end: int) -> int:
    """The offset to go on from in the log, by the last record of the mirror's partition."""
    if end == 0:
        return 0
    partition, slash, offset = to.read(*position, end - 1, 1)[-1].headers.get(ORIGIN, "").partition("/")
    if not slash or int(partition) != position[1]:
        raise NoMirror(f"the topic {position[0]} of the mirror holds other records than copies of this log")
    return int(offset) + 1


def _copy(record: Delivered) -> Record:
    origin = f"{record.partition}/{record.offset}"
    return Record(record.topic, record.key, {**record.headers, ORIGIN: origin}, record.value)
