"""The stream as it comes: a line of JSON for each event."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from movewell.log.port import Delivered, EventLog, Position
from movewell.stream.chosen import Chosen, pages
from movewell.wire.envelope import Undecodable, read_envelope


def tail(
    log: EventLog, chosen: Chosen, since: Mapping[Position, int], more: Callable[[], bool]
) -> Iterator[dict[str, Any]]:
    """Events from `since` on; at the end of the log `more` waits, and says whether to go on. Raises Unavailable.

    In order within a key; what lies in one partition may come before what happened earlier in another.
    """
    at = dict(since)
    while True:
        for page in pages(log, at, log.ends(chosen.topics)):
            yield from map(line_of, filter(chosen.takes, page))
            at[page[-1].topic, page[-1].partition] = page[-1].offset + 1
        if not more():
            return


def line_of(record: Delivered) -> dict[str, Any]:
    """Where it lies, its envelope and its data; of a record that is no event, why not."""
    place = {"topic": record.topic, "partition": record.partition, "offset": record.offset}
    try:
        envelope = read_envelope(record.headers)
        data = json.loads(record.value)
    except Undecodable as error:
        return {**place, "fault": error.reason}
    except (ValueError, RecursionError):
        return {**place, "fault": "the value is not JSON"}
    return {
        **place,
        "id": envelope.id,
        "type": envelope.type,
        "time": envelope.time.isoformat(),
        "tenant": envelope.tenant,
        "key": record.key,
        "sequence": envelope.sequence,
        "correlationid": envelope.correlationid,
        "causationid": envelope.causationid,
        "data": data,
    }
