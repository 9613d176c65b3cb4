"""Marks: how far into the log the store has been compared with it, kept in the store that they speak of.

A document per topic of the service's own (`published/<topic>`) and per group and topic (`met/<group>/<topic>`),
with an offset for each partition: all records before it were found in the journal, or in the progress. As the
marks are restored with the store, they never claim more than that store has seen.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from movewell.log.port import Delivered, EventLog, Position
from movewell.store.port import ALL, Collection, Store, Transaction

MARKS = Collection("marks")
COLLECTIONS = (MARKS,)
_PAGE = 500


def published(topic: str) -> str:
    """The mark of a topic of the service's own."""
    return f"published/{topic}"


def met(group: str, topic: str) -> str:
    """The mark of a topic that a group of the service reads."""
    return f"met/{group}/{topic}"


def read_mark(store: Store, name: str) -> dict[int, int]:
    """Partition → offset; nothing where there never was a mark."""
    document = store.read(ALL, lambda tx: tx.get("marks", name))
    return {} if document is None else {int(partition): at for partition, at in document["at"].items()}


def set_mark(store: Store, name: str, ends: Mapping[Position, int]) -> None:
    """Say that everything before these offsets was compared; of none, that nothing was."""
    at = {str(partition): end for (_, partition), end in ends.items()}
    if read_mark(store, name) != {int(partition): end for partition, end in at.items()}:
        store.transaction(ALL, lambda tx: _put(tx, {"id": name, "tenant": ALL, "at": at}))


def _put(tx: Transaction, document: dict[str, object]) -> None:
    earlier = tx.get("marks", str(document["id"]))
    if earlier is None:
        tx.add("marks", document)
    else:
        tx.replace("marks", document, earlier["version"])


def tail(log: EventLog, since: Mapping[int, int], ends: Mapping[Position, int]) -> Iterator[list[Delivered]]:
    """The records from `since` up to `ends`, a page at a time.

    A partition that ends before `since` is another's than the one that was marked: it is read from its beginning.
    """
    for (topic, partition), end in ends.items():
        at = since.get(partition, 0)
        if at > end:
            at = 0
        while at < end:
            records = log.read(topic, partition, at, min(_PAGE, end - at))
            if not records:
                break
            yield records
            at = records[-1].offset + 1
