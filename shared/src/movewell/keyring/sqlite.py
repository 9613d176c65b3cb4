"""The keyring in one SQLite file that the services of a site share."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator, Mapping
from pathlib import Path

from movewell.errors import Unavailable
from movewell.keyring.port import (
    CREATE,
    DESTROY,
    GRANTS,
    READ,
    KeyDestroyed,
    KeyUnknown,
    NotGranted,
)
from movewell.keyring.wrapping import CHECK, new_key, state_of, unwrap, wrap
from movewell.sqlite_file import SqliteFile

_SCHEMA = (
    "CREATE TABLE IF NOT EXISTS keys (tenant TEXT, person_id TEXT, wrapped TEXT,"
    " PRIMARY KEY (tenant, person_id)) WITHOUT ROWID"
)


class SqliteKeyring:
    """Implements `movewell.keyring.port.Keyring`. A row without a wrapped key is a tombstone."""

    def __init__(
        self,
        path: str | None,
        *,
        secret: bytes,
        service: str,
        grants: Mapping[str, frozenset[str]] = GRANTS,
    ) -> None:
        self._path = path
        with _or_unavailable():
            self._file = SqliteFile(path)
        self._secret = secret
        self._granted = grants.get(service, frozenset())
        with self._file.writing() as connection:
            connection.execute(_SCHEMA)
            check = _row(connection, *CHECK)
            if check is None:
                connection.execute("INSERT INTO keys VALUES (?, ?, ?)", (*CHECK, wrap(secret, *CHECK, b"check")))
        if check is not None:
            unwrap(secret, *CHECK, str(check[0]))

    def create(self, tenant: str, person_id: str) -> None:
        self._require(CREATE)
        with self._file.writing() as connection:
            row = _row(connection, tenant, person_id)
            if row is None:
                wrapped = wrap(self._secret, tenant, person_id, new_key())
                connection.execute("INSERT INTO keys VALUES (?, ?, ?)", (tenant, person_id, wrapped))
            elif row[0] is None:
                raise KeyDestroyed("This person was erased.")

    def key(self, tenant: str, person_id: str) -> bytes:
        self._require(READ)
        with _or_unavailable(), self._file.reading() as connection:
            row = _row(connection, tenant, person_id)
        if row is None:
            raise KeyUnknown("There is no key for this person.")
        if row[0] is None:
            raise KeyDestroyed("This person was erased.")
        return unwrap(self._secret, tenant, person_id, row[0])

    def destroy(self, tenant: str, person_id: str) -> None:
        self._require(DESTROY)
        with self._file.writing() as connection:
            connection.execute("PRAGMA secure_delete=ON")
            connection.execute(
                "INSERT INTO keys VALUES (?, ?, NULL) ON CONFLICT DO UPDATE SET wrapped = NULL",
                (tenant, person_id),
            )
        self._file.truncate_journal()
        if self._path and Path(f"{self._path}-wal").stat().st_size:
            raise Unavailable("the key is destroyed, but a reader kept its bytes in the journal: try again")

    def doctor(self) -> dict[str, int]:
        counts = {"living": 0, "destroyed": 0, "broken": 0}
        with _or_unavailable(), self._file.reading() as connection:
            for tenant, person_id, wrapped in connection.execute("SELECT * FROM keys"):
                if (tenant, person_id) != CHECK:
                    counts[state_of(self._secret, tenant, person_id, wrapped)] += 1
        return counts

    def kept(self) -> dict[tuple[str, str], str | None]:
        self._require(DESTROY)
        with _or_unavailable(), self._file.reading() as connection:
            rows = {(row[0], row[1]): row[2] for row in connection.execute("SELECT * FROM keys")}
        return {each: wrapped for each, wrapped in rows.items() if each != CHECK}

    def take_over(self, kept: Mapping[tuple[str, str], str | None]) -> None:
        self._require(CREATE)
        rows = [(*each, wrapped) for each, wrapped in kept.items()]
        with self._file.writing() as connection:
            connection.executemany("INSERT OR IGNORE INTO keys VALUES (?, ?, ?)", rows)

    def close(self) -> None:
        self._file.close()

    def _require(self, grant: str) -> None:
        if grant not in self._granted:
            raise NotGranted(f"no grant to {grant} keys")


@contextlib.contextmanager
def _or_unavailable() -> Iterator[None]:
    """Connections open at first use, outside of what SqliteFile translates."""
    try:
        yield
    except sqlite3.OperationalError as error:
        raise Unavailable("the keyring is away") from error


def _row(connection: sqlite3.Connection, tenant: str, person_id: str) -> tuple[str | None] | None:
    sql = "SELECT wrapped FROM keys WHERE tenant = ? AND person_id = ?"
    row: tuple[str | None] | None = connection.execute(sql, (tenant, person_id)).fetchone()
    return row
