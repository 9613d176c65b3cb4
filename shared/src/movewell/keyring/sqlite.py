"""The keyring in one SQLite file that the services of a site share."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator, Mapping
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from movewell.errors import Unavailable
from movewell.keyring.port import (
    CREATE,
    DESTROY,
    GRANTS,
    READ,
    KeyDestroyed,
    KeyUnknown,
    NotGranted,
    WrongSecret,
)
from movewell.keyring.sealing import decrypt, encrypt
from movewell.sqlite_file import SqliteFile

_SCHEMA = (
    "CREATE TABLE IF NOT EXISTS keys (tenant TEXT, person_id TEXT, wrapped TEXT,"
    " PRIMARY KEY (tenant, person_id)) WITHOUT ROWID"
)
_CHECK = ("", "")


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
            check = _row(connection, *_CHECK)
            if check is None:
                connection.execute("INSERT INTO keys VALUES (?, ?, ?)", (*_CHECK, self._wrap(*_CHECK, b"check")))
        if check is not None:
            self._unwrap(*_CHECK, str(check[0]))

    def create(self, tenant: str, person_id: str) -> None:
        self._require(CREATE)
        with self._file.writing() as connection:
            row = _row(connection, tenant, person_id)
            if row is None:
                wrapped = self._wrap(tenant, person_id, AESGCM.generate_key(256))
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
        return self._unwrap(tenant, person_id, row[0])

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
                if (tenant, person_id) != _CHECK:
                    counts[self._state(tenant, person_id, wrapped)] += 1
        return counts

    def close(self) -> None:
        self._file.close()

    def _state(self, tenant: str, person_id: str, wrapped: str | None) -> str:
        if wrapped is None:
            return "destroyed"
        try:
            self._unwrap(tenant, person_id, wrapped)
        except WrongSecret:
            return "broken"
        return "living"

    def _require(self, grant: str) -> None:
        if grant not in self._granted:
            raise NotGranted(f"no grant to {grant} keys")

    def _wrap(self, tenant: str, person_id: str, key: bytes) -> str:
        return encrypt(self._secret, key, f"{tenant}|{person_id}|key")

    def _unwrap(self, tenant: str, person_id: str, wrapped: str) -> bytes:
        try:
            return decrypt(self._secret, wrapped, f"{tenant}|{person_id}|key")
        except InvalidTag:
            raise WrongSecret("the keyring was made with another secret") from None


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
