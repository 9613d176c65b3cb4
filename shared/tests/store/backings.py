"""The stores that the behaviour suite runs against. Another adapter is another row."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from movewell.store.mongo import MongoStore
from movewell.store.port import Store
from movewell.store.sqlite import SqliteStore

Seconds = Callable[[], float]


@dataclass(frozen=True)
class Backing:
    """An adapter. `open(place, clock)` opens the store that belongs to a test's own folder `place`.

    Where it is `shared`, opening the same place again, here or in another process, finds the same documents.
    """

    name: str
    open: Callable[[Path, Seconds], Store]
    shared: bool = True


def mongo_at(url: str) -> Backing:
    """A database on a server of MongoDB's wire protocol; each test has its own."""
    return Backing("mongo", lambda place, clock: MongoStore(url, clock))


EMBEDDED = {
    "sqlite-file": Backing("sqlite-file", lambda place, clock: SqliteStore(str(place / "store.sqlite"), clock)),
    "sqlite-memory": Backing("sqlite-memory", lambda place, clock: SqliteStore(None, clock), shared=False),
}
BACKINGS = ("sqlite-file", "sqlite-memory", "mongo")
SHARED = ("sqlite-file", "mongo")
