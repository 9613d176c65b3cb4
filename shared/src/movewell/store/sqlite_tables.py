"""The tables of a store on SQLite: which there are, and how a document becomes a row and a row a document.

A collection is a table of `id, tenant, version, body` with one column for each indexed field, so that no
query reads a body that it does not return. A field indexed with `many` has a table of its values.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any

from movewell.store.bodies import body_in, text_of
from movewell.store.port import Collection, Document, Index

KEPT = ("id", "tenant", "version")


def column_of(field: str) -> str:
    """The column that a field is kept in, if it has one."""
    return field if field in KEPT else f"x_{field}"


def columns_of(collection: Collection) -> tuple[str, ...]:
    """The indexed fields that have a column of their own, in a stable order."""
    fields = {field for index in collection.indexes if not index.many for field in index.fields}
    fields |= {field for index in collection.indexes for field in (index.where or {})}
    return tuple(sorted(fields - set(KEPT)))


def many_of(collection: Collection) -> tuple[str, ...]:
    """The fields that have a table of their values."""
    return tuple(sorted({index.fields[0] for index in collection.indexes if index.many}))


def prepare_tables(connection: sqlite3.Connection, collection: Collection) -> None:
    """Make tables, columns and indexes that are not there yet, over the documents that are."""
    name, columns = collection.name, columns_of(collection)
    listed = "".join(f', "{column_of(each)}"' for each in columns)
    connection.execute(
        f'CREATE TABLE IF NOT EXISTS "{name}" (id TEXT PRIMARY KEY, tenant TEXT NOT NULL,'
        f" version INTEGER NOT NULL, touched INTEGER NOT NULL DEFAULT 0, body TEXT NOT NULL{listed})"
        " WITHOUT ROWID"
    )
    present = {row[1] for row in connection.execute(f'PRAGMA table_info("{name}")')}
    added = [each for each in columns if column_of(each) not in present]
    for each in added:
        connection.execute(f'ALTER TABLE "{name}" ADD COLUMN "{column_of(each)}"')
        held = [(body.get(each), id) for id, body in _bodies(connection, name)]
        connection.executemany(f'UPDATE "{name}" SET "{column_of(each)}" = ? WHERE id = ?', held)  # noqa: S608
    for field in many_of(collection):
        _prepare_many(connection, name, field)
    for index in collection.indexes:
        if not index.many:
            connection.execute(_create_index(name, index))


def _prepare_many(connection: sqlite3.Connection, name: str, field: str) -> None:
    table = f"{name}__{field}"
    if connection.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (table,)).fetchone():
        return
    connection.execute(f'CREATE TABLE "{table}" (value, id TEXT, PRIMARY KEY (value, id)) WITHOUT ROWID')
    write_values(connection, name, field, ((id, body.get(field)) for id, body in _bodies(connection, name)))


def write_values(
    connection: sqlite3.Connection, name: str, field: str, lists: Iterable[tuple[str, Sequence[Any] | None]]
) -> None:
    """Keep the values of a `many` field, given as (id, list), of documents that have none there."""
    rows = [(value, id) for id, values in lists for value in dict.fromkeys(values or ()) if value is not None]
    connection.executemany(f'INSERT INTO "{name}__{field}" VALUES (?, ?)', rows)  # noqa: S608


def _bodies(connection: sqlite3.Connection, name: str) -> list[tuple[str, dict[str, Any]]]:
    """Parsed here: SQLite's own JSON functions end a string at a NUL."""
    return [(id, body_in(body)) for id, body in connection.execute(f'SELECT id, body FROM "{name}"')]  # noqa: S608


def _create_index(name: str, index: Index) -> str:
    fields = [*(() if index.system else ("tenant",)), *index.fields]
    columns = [column_of(each) for each in fields] + ([] if index.unique else ["id"])
    conditions = [f'"{column_of(field)}" = {literal(value)}' for field, value in (index.where or {}).items()]
    partial = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    unique = "UNIQUE " if index.unique else ""
    listed = ", ".join(f'"{each}"' for each in columns)
    return f'CREATE {unique}INDEX IF NOT EXISTS "{name}.{index.name}" ON "{name}" ({listed}){partial}'


def literal(value: str | int | bool) -> str:
    """A value of a partial index's condition as SQL."""
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    return str(int(value))


def document_of(row: tuple[str, str, int, str]) -> Document:
    """The document in `id, tenant, version, body`."""
    document = body_in(row[3])
    document["id"], document["tenant"], document["version"] = row[0], row[1], row[2]
    return document


def row_of(document: Document, columns: Sequence[str]) -> tuple[Any, ...]:
    """`id, tenant, version, body` and the indexed values. ValueError for what no store may hold."""
    body = document.copy()
    for each in KEPT:
        del body[each]
    return (document["id"], document["tenant"], document["version"], text_of(body), *map(document.get, columns))
