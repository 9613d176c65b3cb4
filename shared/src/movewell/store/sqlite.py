"""The store on SQLite: one file a service, WAL, synchronous=FULL, safe across processes.

A collection is a table of `id, tenant, version, body` with one column for each indexed field, so that no
query reads a body that it does not return. A field indexed with `many` has a table of its values.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, TypeVar

from movewell import failpoints
from movewell.errors import Unavailable
from movewell.sqlite_file import SqliteFile
from movewell.store.buffered import BufferedTransaction, Write
from movewell.store.port import (
    ALL,
    Between,
    Collection,
    Conflict,
    Document,
    Duplicate,
    HasAll,
    In,
    Index,
    Transaction,
    Where,
    choose_index,
)

T = TypeVar("T")
_KEPT = ("id", "tenant", "version")
_ATTEMPTS = 5
_ENCODE = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode


def _column(field: str) -> str:
    return field if field in _KEPT else f"x_{field}"


def _columns(collection: Collection) -> tuple[str, ...]:
    """The indexed fields that have a column of their own, in a stable order."""
    fields = {field for index in collection.indexes if not index.many for field in index.fields}
    fields |= {field for index in collection.indexes for field in (index.where or {})}
    return tuple(sorted(fields - set(_KEPT)))


def _many(collection: Collection) -> tuple[str, ...]:
    return tuple(sorted({index.fields[0] for index in collection.indexes if index.many}))


class SqliteStore:
    """Implements `movewell.store.port.Store`. `path` None keeps everything in memory, for tests."""

    def __init__(self, path: str | None, clock: Callable[[], float] = time.time) -> None:
        self._file = SqliteFile(path)
        self._clock = clock
        self.collections: dict[str, Collection] = {}

    def prepare(self, collections: Iterable[Collection]) -> None:
        with self._file.writing() as connection:
            for collection in collections:
                _prepare(connection, collection)
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
            unit = BufferedTransaction(_Backend(connection, self.collections), tenant)
            result = work(unit)
            unit.flush()
            failpoints.reach("store.before_commit")
        failpoints.reach("store.after_commit")
        return result

    def read(self, tenant: str, work: Callable[[Transaction], T]) -> T:
        with self._file.reading() as connection:
            return work(BufferedTransaction(_Backend(connection, self.collections), tenant, writable=False))

    def claim(
        self, collection: str, where: Where, *, order: Sequence[str], owner: str, lease: float, limit: int
    ) -> list[Document]:
        def work(unit: Transaction) -> list[Document]:
            now = self._clock()
            held_by_nobody = [
                each
                for each in unit.find(collection, where, order=order, limit=limit * 4)
                if (each.get("leased_until") or 0) <= now
            ][:limit]
            for each in held_by_nobody:
                each["owner"], each["leased_until"] = owner, now + lease
                unit.replace(collection, each, each["version"])
            return held_by_nobody

        return self.transaction(ALL, work)

    def scan(self, collection: str) -> Iterator[Document]:
        with self._file.reading() as connection:
            rows = connection.execute(f'SELECT id, tenant, version, body FROM "{collection}" ORDER BY id')  # noqa: S608
            for row in rows:
                yield _document(row)

    def wait(self, timeout: float) -> bool:
        return self._file.wait(timeout)

    def close(self) -> None:
        self._file.close()


def _prepare(connection: sqlite3.Connection, collection: Collection) -> None:
    name, columns = collection.name, _columns(collection)
    listed = "".join(f', "{_column(each)}"' for each in columns)
    connection.execute(
        f'CREATE TABLE IF NOT EXISTS "{name}" (id TEXT PRIMARY KEY, tenant TEXT NOT NULL,'
        f" version INTEGER NOT NULL, touched INTEGER NOT NULL DEFAULT 0, body TEXT NOT NULL{listed})"
        " WITHOUT ROWID"
    )
    present = {row[1] for row in connection.execute(f'PRAGMA table_info("{name}")')}
    added = [each for each in columns if _column(each) not in present]
    for each in added:
        connection.execute(f'ALTER TABLE "{name}" ADD COLUMN "{_column(each)}"')
        connection.execute(f'UPDATE "{name}" SET "{_column(each)}" = json_extract(body, \'$.{each}\')')  # noqa: S608
    for field in _many(collection):
        _prepare_many(connection, name, field)
    for index in collection.indexes:
        if not index.many:
            connection.execute(_create_index(name, index))


def _prepare_many(connection: sqlite3.Connection, name: str, field: str) -> None:
    table = f"{name}__{field}"
    if connection.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (table,)).fetchone():
        return
    connection.execute(f'CREATE TABLE "{table}" (value, id TEXT, PRIMARY KEY (value, id)) WITHOUT ROWID')
    connection.execute(
        f'INSERT INTO "{table}" SELECT DISTINCT json_each.value, "{name}".id'  # noqa: S608
        f" FROM \"{name}\", json_each(body, '$.{field}')"
    )


def _create_index(name: str, index: Index) -> str:
    fields = [*(() if index.system else ("tenant",)), *index.fields]
    columns = [_column(each) for each in fields] + ([] if index.unique else ["id"])
    conditions = [f'"{_column(field)}" = {_literal(value)}' for field, value in (index.where or {}).items()]
    partial = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    unique = "UNIQUE " if index.unique else ""
    listed = ", ".join(f'"{each}"' for each in columns)
    return f'CREATE {unique}INDEX IF NOT EXISTS "{name}.{index.name}" ON "{name}" ({listed}){partial}'


def _literal(value: str | int | bool) -> str:
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    return str(int(value))


def _document(row: tuple[str, str, int, str]) -> Document:
    document: Document = json.loads(row[3])
    document["id"], document["tenant"], document["version"] = row[0], row[1], row[2]
    return document


class _Backend:
    """`movewell.store.buffered.Backend` on a connection that is within a transaction."""

    def __init__(self, connection: sqlite3.Connection, collections: dict[str, Collection]) -> None:
        self._connection = connection
        self.collections = collections

    def read_many(self, collection: str, ids: Sequence[str]) -> list[Document]:
        marks = ",".join("?" * len(ids))
        sql = f'SELECT id, tenant, version, body FROM "{collection}" WHERE id IN ({marks})'  # noqa: S608
        return [_document(row) for row in self._connection.execute(sql, ids)]

    def query(
        self,
        collection: str,
        where: Where,
        order: Sequence[str],
        descending: bool,
        limit: int,
        after: Sequence[Any] | None,
        tenant: str,
    ) -> list[Document]:
        condition, values = self._condition(collection, where, order, tenant)
        ordering = [_column(each) for each in (*order, "id")]
        if after is not None:
            sign = "<" if descending else ">"
            listed = ", ".join(f'"{each}"' for each in ordering)
            condition += f" AND ({listed}) {sign} ({', '.join('?' * len(ordering))})"
            values += list(after)
        direction = " DESC" if descending else ""
        sql = (
            f'SELECT id, tenant, version, body FROM "{collection}" WHERE {condition}'  # noqa: S608
            f" ORDER BY {', '.join(f'{chr(34)}{each}{chr(34)}{direction}' for each in ordering)} LIMIT ?"
        )
        return [_document(row) for row in self._connection.execute(sql, (*values, limit))]

    def tally(self, collection: str, where: Where, cap: int, tenant: str) -> int:
        condition, values = self._condition(collection, where, (), tenant)
        sql = f'SELECT count(*) FROM (SELECT 1 FROM "{collection}" WHERE {condition} LIMIT ?)'  # noqa: S608
        found: int = self._connection.execute(sql, (*values, cap)).fetchone()[0]
        return found

    def _condition(self, collection: str, where: Where, order: Sequence[str], tenant: str) -> tuple[str, list[Any]]:
        index = choose_index(self.collections[collection], where, order, system=tenant == ALL)
        terms, values = ([], []) if tenant == ALL else (["tenant = ?"], [tenant])
        for field, wanted in where.items():
            if index.where and field in index.where:
                terms.append(f'"{_column(field)}" = {_literal(wanted)}')  # a literal, so a partial index serves
            else:
                term, given = _term(collection, field, wanted)
                terms.append(term)
                values.extend(given)
        return " AND ".join(terms) or "1", values

    def write(self, collection: str, writes: Sequence[Write]) -> None:
        declared = self.collections[collection]
        columns, many = _columns(declared), _many(declared)
        kinds: dict[str, list[Write]] = {}
        for each in writes:
            kinds.setdefault(each.kind, []).append(each)
        try:
            for kind in ("remove", "touch", "replace", "add"):
                if kind in kinds:
                    self._write_kind(collection, kind, kinds[kind], columns)
        except sqlite3.IntegrityError as error:
            raise Duplicate(collection, str(error).rpartition(":")[2].strip()) from None
        for field in many:
            self._write_many(collection, field, writes)

    def _write_kind(self, name: str, kind: str, writes: Sequence[Write], columns: Sequence[str]) -> None:
        if kind == "add":
            marks = ",".join("?" * (len(columns) + 4))
            listed = "".join(f', "{_column(each)}"' for each in columns)
            sql = f'INSERT INTO "{name}" (id, tenant, version, body{listed}) VALUES ({marks})'  # noqa: S608
            rows = [_row(each.document, columns) for each in writes]
        elif kind == "replace":
            sets = "".join(f', "{_column(each)}" = ?' for each in columns)
            sql = (
                f'UPDATE "{name}" SET id = ?, tenant = ?, version = ?, body = ?{sets}'  # noqa: S608
                " WHERE id = ? AND version = ?"
            )
            rows = [(*_row(each.document, columns), each.document["id"], each.version) for each in writes]
        elif kind == "touch":
            sql = f'UPDATE "{name}" SET touched = touched + 1 WHERE id = ? AND version = ?'  # noqa: S608
            rows = [(each.document["id"], each.version) for each in writes]
        else:
            sql = f'DELETE FROM "{name}" WHERE id = ? AND version = ?'  # noqa: S608
            rows = [(each.document["id"], each.version) for each in writes]
        if self._connection.executemany(sql, rows).rowcount != len(rows):
            raise Conflict(f"{name} is not at the expected version")

    def _write_many(self, name: str, field: str, writes: Sequence[Write]) -> None:
        changed = [each for each in writes if each.kind != "touch"]
        table = f"{name}__{field}"
        ids = [(each.document["id"],) for each in changed]
        self._connection.executemany(f'DELETE FROM "{table}" WHERE id = ?', ids)  # noqa: S608
        rows = [
            (value, each.document["id"])
            for each in changed
            if each.kind != "remove"
            for value in dict.fromkeys(each.document.get(field) or ())
        ]
        self._connection.executemany(f'INSERT INTO "{table}" VALUES (?, ?)', rows)  # noqa: S608


def _row(document: Document, columns: Sequence[str]) -> tuple[Any, ...]:
    body = {field: value for field, value in document.items() if field not in _KEPT}
    text = _ENCODE(body)
    indexed = (document.get(each) for each in columns)
    return (document["id"], document["tenant"], document["version"], text, *indexed)


def _term(collection: str, field: str, wanted: Any) -> tuple[str, list[Any]]:
    column = f'"{_column(field)}"'
    if isinstance(wanted, In):
        return f"{column} IN ({','.join('?' * len(wanted.values))})", list(wanted.values)
    if isinstance(wanted, HasAll):
        one = f'id IN (SELECT id FROM "{collection}__{field}" WHERE value = ?)'  # noqa: S608
        return " AND ".join([one] * len(wanted.values)) or "1", list(wanted.values)
    if isinstance(wanted, Between):
        bounds = ((">=", wanted.at_least), ("<", wanted.below), ("<=", wanted.at_most))
        given = [(sign, value) for sign, value in bounds if value is not None]
        return " AND ".join(f"{column} {sign} ?" for sign, _ in given) or "1", [value for _, value in given]
    if wanted is None:
        return f"{column} IS NULL", []
    return f"{column} = ?", [wanted]


def open_sqlite(path: str | None) -> SqliteStore:
    """Open the store in the file `path` (made if absent), or in memory. Raises Unavailable."""
    with contextlib.suppress(sqlite3.OperationalError):
        return SqliteStore(path)
    raise Unavailable("the store cannot be opened")
