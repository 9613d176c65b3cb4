"""Projections: pure folds of events into rows, that can be rebuilt beside the live ones and swapped.

Rows live in `<collection>@<generation>`; the generation in force is one document. A rebuild folds the log
into the next generation, swaps the document, and folds what came in between.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from movewell.errors import Unavailable
from movewell.log.consumer import Consumer, Handler, Subscription
from movewell.log.port import EventLog
from movewell.store.port import ALL, Collection, Document, Store, Transaction
from movewell.store.unit import Unit, Units

GENERATIONS = Collection("generations")
COLLECTIONS = (GENERATIONS,)
_CHUNK = 500

Fold = Callable[[Document, Any], Document]


@dataclass(frozen=True)
class Projection:
    """One collection of rows. `row_id` names the field of an event that is the id of its row.

    A fold takes the row (only `id` and `tenant` at first) and the event and returns the row; it is pure.
    """

    collection: Collection
    row_id: str
    folds: Mapping[type, Fold]


class Superseded(Unavailable):
    """Another generation is in force: start again with it."""


def current_generation(store: Store) -> int:
    """The generation in force, 1 until the first rebuild."""
    document = store.read(ALL, lambda tx: tx.get("generations", "projections"))
    return 1 if document is None else int(document["current"])


def generation_of(tx: Transaction) -> int:
    """The generation in force, within a unit."""
    document = tx.get("generations", "projections")
    return 1 if document is None else int(document["current"])


def rows_of(collection: Collection, generation: int) -> Collection:
    """The collection that holds the rows of a generation."""
    return replace(collection, name=f"{collection.name}@{generation}")


def prepare(store: Store, projections: Iterable[Projection], generation: int) -> None:
    store.prepare(rows_of(each.collection, generation) for each in projections)


def live_consumer(service: str, log: EventLog, units: Units, projections: Iterable[Projection]) -> Consumer:
    """The consumer that keeps the rows of the generation in force; it stops with Superseded after a swap."""
    generation = current_generation(units.store)
    projections = tuple(projections)
    prepare(units.store, projections, generation)
    group = f"{service}-projections"
    handlers = _handlers(projections, generation)
    return Consumer(log, units, Subscription(f"{group}@{generation}", handlers, group, _guard(generation)))


def _handlers(projections: Iterable[Projection], generation: int) -> dict[type, Handler]:
    by_event: dict[type, list[tuple[str, str, Fold]]] = {}
    for projection in projections:
        name = rows_of(projection.collection, generation).name
        for cls, fold in projection.folds.items():
            by_event.setdefault(cls, []).append((name, projection.row_id, fold))
    return {cls: _folding(folds) for cls, folds in by_event.items()}


def _folding(folds: list[tuple[str, str, Fold]]) -> Handler:
    def handle(event: Any, unit: Unit) -> None:
        for name, row_id, fold in folds:
            _apply(unit, name, getattr(event, row_id), fold, event)

    return handle


def _guard(generation: int) -> Callable[[Unit], None]:
    """For every record, also of types without a fold: the offsets that it commits are those of its successor."""

    def check(unit: Unit) -> None:
        if _in_force(unit) != generation:
            raise Superseded("the projections were rebuilt")

    return check


def _in_force(unit: Unit) -> int:
    document = unit.system_get("generations", "projections")
    return 1 if document is None else int(document["current"])


def _apply(unit: Unit, name: str, id: str, fold: Fold, event: Any) -> None:
    row = unit.tx.get(name, id)
    if row is None:
        unit.tx.add(name, fold({"id": id, "tenant": unit.tenant}, event))
    else:
        unit.tx.replace(name, fold(dict(row), event), row["version"])


def rebuild(
    service: str,
    log: EventLog,
    units: Units,
    projections: Iterable[Projection],
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> int:
    """Fold the whole log into the next generation and put it in force; the number of records folded."""
    projections = tuple(projections)
    generation = current_generation(units.store) + 1
    name = f"{service}-projections@{generation}"
    _forget(units.store, projections, generation, name)
    prepare(units.store, projections, generation)
    consumer = Consumer(log, units, Subscription(name, _handlers(projections, generation), group=name, traced=False))
    folded, at = _fold(log, consumer, {}, progress)
    units.store.transaction(ALL, lambda tx: _put_in_force(tx, generation))
    after_swap, _ = _fold(log, consumer, at, progress)
    consumer.close()
    _forget(units.store, projections, generation - 1, f"{service}-projections@{generation - 1}")
    return folded + after_swap


def _fold(
    log: EventLog, consumer: Consumer, at: dict[tuple[str, int], int], progress: Callable[[int, int], None]
) -> tuple[int, dict[tuple[str, int], int]]:
    """Fold from where `at` stands to where the log ends now."""
    ends, folded = log.ends(consumer.topics), 0
    total = sum(ends.values()) - sum(at.values())
    at = dict(at)
    for (topic, partition), end in ends.items():
        while (start := at.get((topic, partition), 0)) < end:
            records = log.read(topic, partition, start, min(_CHUNK, end - start))
            consumer.apply(records)
            consumer.drain()
            at[topic, partition] = records[-1].offset + 1
            folded += len(records)
            progress(folded, total)
    return folded, at


def _put_in_force(tx: Transaction, generation: int) -> None:
    document = tx.get("generations", "projections")
    if document is None:
        tx.add("generations", {"id": "projections", "tenant": ALL, "current": generation})
    else:
        tx.replace("generations", {**document, "current": generation}, document["version"])


def _forget(store: Store, projections: Iterable[Projection], generation: int, consumer: str) -> None:
    """Remove what a generation left: its rows, progress and waiting records."""
    prepare(store, projections, generation)
    for projection in projections:
        _remove_all(store, rows_of(projection.collection, generation).name, "")
    for collection in ("progress", "waiting"):
        _remove_all(store, collection, f"{consumer}/")


def _remove_all(store: Store, collection: str, prefix: str) -> None:
    documents = [(each["id"], each["version"]) for each in store.scan(collection) if each["id"].startswith(prefix)]
    for start in range(0, len(documents), _CHUNK):
        chunk = documents[start : start + _CHUNK]

        def work(tx: Transaction, chunk: list[tuple[str, int]] = chunk) -> None:
            for id, version in chunk:
                tx.remove(collection, id, version)

        store.transaction(ALL, work)


def export(store: Store, projections: Iterable[Projection]) -> bytes:
    """Every row in order of collection and id, as JSON lines: the same log gives the same bytes."""
    generation, lines = current_generation(store), []
    for projection in sorted(projections, key=lambda each: each.collection.name):
        for row in store.scan(rows_of(projection.collection, generation).name):
            content = {field: value for field, value in row.items() if field != "version"}
            lines.append(json.dumps([projection.collection.name, content], sort_keys=True))
    return "\n".join(lines).encode()


def digest(store: Store, projections: Iterable[Projection]) -> str:
    """SHA-256 of the export."""
    return hashlib.sha256(export(store, projections)).hexdigest()
