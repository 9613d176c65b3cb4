"""The one collection of the behaviour suite, with an index of every sort, and short ways to write and read it."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Callable
from typing import Any

from movewell.store.port import Collection, Document, Index, Store, Transaction

HERE, ELSEWHERE = "ZT001", "ZT002"
THINGS = Collection(
    "things",
    (
        Index(("kind", "rank")),
        Index(("flag", "kind", "rank")),
        Index(("mark",), unique=True),
        Index(("serial",), unique=True),
        Index(("room", "hour"), unique=True),
        Index(("slot",), unique=True, where={"live": True}),
        Index(("rank",), where={"live": True}),
        Index(("tags",), many=True),
        Index(("due",), where={"parked": False}, system=True),
    ),
)


def thing(id: str, tenant: str = HERE, **fields: Any) -> Document:
    return {"id": id, "tenant": tenant, **fields}


def add(store: Store, *documents: Document) -> None:
    """Each in a unit of its own."""
    for each in documents:
        store.transaction(each["tenant"], lambda tx, each=each: tx.add("things", {**each}))


def get(store: Store, id: str, tenant: str = HERE) -> Document | None:
    return store.read(tenant, lambda tx: tx.get("things", id))


def ids(store: Store, where: dict[str, Any], tenant: str = HERE, **options: Any) -> list[str]:
    return store.read(tenant, lambda tx: [each["id"] for each in tx.find("things", where, **options)])


def count(store: Store, where: dict[str, Any], tenant: str = HERE, **options: Any) -> int:
    return store.read(tenant, lambda tx: tx.count("things", where, **options))


def change(tx: Transaction, id: str, **fields: Any) -> None:
    """Read it and replace it."""
    document = tx.get("things", id)
    assert document is not None
    tx.replace("things", {**document, **fields}, document["version"])


def exactly(value: Any) -> str:
    """Text that differs where values differ, also in type: 1, 1.0 and True are three."""
    return json.dumps(value, sort_keys=True)


class Meeting:
    """Where threads wait for one another in the midst of their units, so that units overlap if they can.

    A store that runs one unit after another never lets them meet: then nobody waits longer than `patience` once.
    """

    def __init__(self, parties: int, patience: float = 0.3) -> None:
        self._barrier = threading.Barrier(parties, timeout=patience)

    def meet(self) -> None:
        with contextlib.suppress(threading.BrokenBarrierError):
            self._barrier.wait()


def at_once(*works: Callable[[], Any]) -> list[Any]:
    """Run each in a thread; what each returned or raised."""
    results: list[Any] = [None] * len(works)

    def run(place: int) -> None:
        try:
            results[place] = works[place]()
        except Exception as error:
            results[place] = error

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(works))]
    for each in threads:
        each.start()
    for each in threads:
        each.join(60)
    assert not any(each.is_alive() for each in threads)
    return results
