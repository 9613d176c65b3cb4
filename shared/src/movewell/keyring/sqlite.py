"""The keyring on SQLite: one file that all services share.

A destroyed key leaves no byte in the file or its write-ahead log: rows are only ever appended, never moved
(so no page keeps a stale copy), freed bytes are overwritten by `secure_delete`, and the log is folded into
the file and cut to nothing. Backups, and blocks that the file system has let go, are out of its reach: they
hold keys that only the secret unwraps, and backups of a keyring must be kept for less time than others.
"""

from __future__ import annotations

import contextlib
import hmac
import sqlite3
from collections.abc import Iterator

from movewell.errors import Unavailable
from movewell.keyring.port import KeyBroken, KeyDestroyed, KeyUnknown, WrongSecret
from movewell.keyring.wrapping import Wrapping
from movewell.sqlite_file import SqliteFile

_TABLES = (
    "CREATE TABLE IF NOT EXISTS secret (one INTEGER PRIMARY KEY CHECK (one = 1), check_value BLOB NOT NULL)",
    # `number` grows with each row, so SQLite fills pages one after the other and never splits one
    "CREATE TABLE IF NOT EXISTS keys (number INTEGER PRIMARY KEY, tenant TEXT NOT NULL, person_id TEXT NOT NULL,"
    " wrapped BLOB, UNIQUE (tenant, person_id))",
)
_FIND = "SELECT wrapped FROM keys WHERE tenant = ? AND person_id = ?"
_CREATE = "INSERT INTO keys (tenant, person_id, wrapped) VALUES (?, ?, ?) ON CONFLICT DO NOTHING"
_DESTROY = (
    "INSERT INTO keys (tenant, person_id) VALUES (?, ?)"
    " ON CONFLICT (tenant, person_id) DO UPDATE SET wrapped = NULL WHERE wrapped IS NOT NULL"
)


class SqliteKeyring:
    """Implements `movewell.keyring.port.Keyring`. `path` None keeps everything in memory, for tests.

    `secret` has 32 bytes. Raises WrongSecret if the file was made under another one, Unavailable if it
    cannot be opened.
    """

    def __init__(self, path: str | None, secret: bytes) -> None:
        self._wrapping = Wrapping(secret)
        self._path = path
        with _or_unavailable():
            self._file = SqliteFile(path)
        try:
            self._prepare()
        except BaseException:
            self.close()
            raise

    def create(self, tenant: str, person_id: str) -> None:
        if self._found(tenant, person_id):
            return
        wrapped = self._wrapping.new_key(tenant, person_id)
        with self._writing() as connection:
            connection.execute(_CREATE, (tenant, person_id, wrapped))
            _living(connection, tenant, person_id)

    def key(self, tenant: str, person_id: str) -> bytes:
        wrapped = self._found(tenant, person_id)
        if wrapped is None:
            raise KeyUnknown("this person has no key")
        return self._wrapping.unwrap(tenant, person_id, wrapped)

    def destroy(self, tenant: str, person_id: str) -> None:
        with self._writing() as connection:
            connection.execute(_DESTROY, (tenant, person_id))
        self._cut_log()

    def doctor(self) -> dict[str, int]:
        counts = {"living": 0, "destroyed": 0, "broken": 0}
        with _or_unavailable(), self._file.reading() as connection:
            for row in connection.execute("SELECT tenant, person_id, wrapped FROM keys"):
                counts[self._state(*row)] += 1
        return counts

    def close(self) -> None:
        self._file.close()

    def _prepare(self) -> None:
        with self._writing() as connection:
            for table in _TABLES:
                connection.execute(table)
            connection.execute("INSERT OR IGNORE INTO secret VALUES (1, ?)", (self._wrapping.check,))
            (kept,) = connection.execute("SELECT check_value FROM secret").fetchone()
            if not hmac.compare_digest(kept, self._wrapping.check):
                raise WrongSecret("the keyring was made under another secret")

    def _found(self, tenant: str, person_id: str) -> bytes | None:
        with _or_unavailable(), self._file.reading() as connection:
            return _living(connection, tenant, person_id)

    def _state(self, tenant: str, person_id: str, wrapped: bytes | None) -> str:
        if wrapped is None:
            return "destroyed"
        try:
            self._wrapping.unwrap(tenant, person_id, wrapped)
        except KeyBroken:
            return "broken"
        return "living"

    @contextlib.contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with _or_unavailable(), self._file.writing() as connection:
            connection.execute("PRAGMA secure_delete=ON")
            yield connection

    def _cut_log(self) -> None:
        if self._path is None:
            return
        with _or_unavailable(), contextlib.closing(sqlite3.connect(self._path, timeout=10.0)) as connection:
            (busy, _, _) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if busy:
            raise Unavailable("the key is destroyed, but the log of the file could not be cut yet")


def _living(connection: sqlite3.Connection, tenant: str, person_id: str) -> bytes | None:
    """The wrapped key, or None if there has never been one. Raises KeyDestroyed."""
    row = connection.execute(_FIND, (tenant, person_id)).fetchone()
    if row is None:
        return None
    if row[0] is None:
        raise KeyDestroyed("this person was erased")
    wrapped: bytes = row[0]
    return wrapped


@contextlib.contextmanager
def _or_unavailable() -> Iterator[None]:
    try:
        yield
    except sqlite3.OperationalError as error:
        raise Unavailable("the keyring is away") from error
