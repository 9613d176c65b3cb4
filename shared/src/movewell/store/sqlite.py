"""The store on SQLite: one file a service, WAL, synchronous=FULL, safe across processes."""

from __future__ import annotations

import contextlib
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

from movewell import failpoints
from movewell.errors import Unavailable
from movewell.sqlite_file import SqliteFile
from movewell.store.buffered import BufferedTransaction
from movewell.store.claims import claim_within
from movewell.store.port import Collection, Conflict, Document, Transaction, Where
from movewell.store.sqlite_backend import SqliteBackend
from movewell.store.sqlite_tables import document_of, prepare_tables

T = TypeVar("T")
_ATTEMPTS = 5


class SqliteStore:
    """Implements `movewell.store.port.Store`. `path` None keeps everything in memory, for tests."""

    def __init__(self, path: str | None, clock: Callable[[], float] = time.time) -> None:
        self._path = path
        self._file = SqliteFile(path)
        self._clock = clock
        self.collections: dict[str, Collection] = {}

    def prepare(self, collections: Iterable[Collection]) -> None:
        with self._file.writing() as connection:
            for collection in collections:
                prepare_tables(connection, collection)
                self.collections[collection.name] = collection

    def transaction(self, tenant: str, work: Callable[[Transaction], T]) -> T:
        for attempt in range(_ATTEMPTS):
            try:
                return self._once(tenant, work)
            except Conflict:
                if attempt == _ATTEMPTS - 1:
                    raise
        raise AssertionError("unreachable")

    def _once(self, tenant: str, work: Callable[[Transaction], T]) -> T:
        with self._file.writing() as connection:
            unit = BufferedTransaction(SqliteBackend(connection, self.collections), tenant)
            result = work(unit)
            unit.flush()
            failpoints.reach("store.before_commit")
        failpoints.reach("store.after_commit")
        return result

    def read(self, tenant: str, work: Callable[[Transaction], T]) -> T:
        with self._file.reading() as connection:
            return work(BufferedTransaction(SqliteBackend(connection, self.collections), tenant, writable=False))

    def claim(
        self, collection: str, where: Where, *, order: Sequence[str], owner: str, lease: float, limit: int
    ) -> list[Document]:
        return claim_within(self, collection, where, order, owner, lease, limit, self._clock)

    def scan(self, collection: str) -> Iterator[Document]:
        return (document for _, document in self.snapshot([collection]))

    def snapshot(self, collections: Sequence[str]) -> Iterator[tuple[str, Document]]:
        if self._path is None:
            with self._file.reading() as connection:
                kept = [(each, connection.execute(_all_of(each)).fetchall()) for each in collections]
            yield from ((name, document_of(row)) for name, rows in kept for row in rows)
            return
        with _or_unavailable(), contextlib.closing(_apart(self._path)) as connection:
            connection.execute("BEGIN")
            for each in collections:
                yield from ((each, document_of(row)) for row in connection.execute(_all_of(each)))

    def wait(self, timeout: float) -> bool:
        return self._file.wait(timeout)

    def close(self) -> None:
        self._file.close()


def _all_of(collection: str) -> str:
    return f'SELECT id, tenant, version, body FROM "{collection}" ORDER BY id'  # noqa: S608


def _apart(path: str) -> sqlite3.Connection:
    """A connection of its own, so that a scan may last while its thread reads and writes."""
    return sqlite3.connect(path, isolation_level=None, check_same_thread=False)


@contextlib.contextmanager
def _or_unavailable() -> Iterator[None]:
    try:
        yield
    except sqlite3.OperationalError as error:
        raise Unavailable("the file cannot be read now") from error
