"""Reads and writes of a store on SQLite, on a connection that is within a transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Any

from movewell.store.buffered import Write
from movewell.store.port import ALL, Collection, Conflict, Document, Duplicate, Where, choose_index
from movewell.store.sqlite_conditions import condition_beyond, condition_on
from movewell.store.sqlite_tables import column_of, columns_of, document_of, literal, many_of, row_of, write_values

_EXPECTED = f"id = ? AND version = ? AND ? IN (tenant, '{ALL}')"


def _expected(write: Write) -> tuple[str, int, str]:
    return (write.document["id"], write.version, write.document["tenant"])


class SqliteBackend:
    """Implements `movewell.store.buffered.Backend`."""

    def __init__(self, connection: sqlite3.Connection, collections: dict[str, Collection]) -> None:
        self._connection = connection
        self.collections = collections

    def read_many(self, collection: str, ids: Sequence[str]) -> list[Document]:
        marks = ",".join("?" * len(ids))
        sql = f'SELECT id, tenant, version, body FROM "{collection}" WHERE id IN ({marks})'  # noqa: S608
        return [document_of(row) for row in self._connection.execute(sql, ids)]

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
        ordering = [column_of(each) for each in (*order, "id")]
        if after is not None:
            beyond, given = condition_beyond(ordering, after, descending)
            condition, values = f"{condition} AND {beyond}", [*values, *given]
        direction = " DESC" if descending else ""
        listed = ", ".join(f'"{each}"{direction}' for each in ordering)
        sql = (
            f'SELECT id, tenant, version, body FROM "{collection}" WHERE {condition}'  # noqa: S608
            f" ORDER BY {listed} LIMIT ?"
        )
        return [document_of(row) for row in self._connection.execute(sql, (*values, limit))]

    def tally(self, collection: str, where: Where, cap: int, tenant: str) -> int:
        condition, values = self._condition(collection, where, (), tenant)
        sql = f'SELECT count(*) FROM (SELECT 1 FROM "{collection}" WHERE {condition} LIMIT ?)'  # noqa: S608
        found: int = self._connection.execute(sql, (*values, cap)).fetchone()[0]
        return found

    def columns(self, collection: str, fields: Sequence[str], where: Where, tenant: str) -> list[tuple[Any, ...]]:
        condition, values = self._condition(collection, where, (), tenant)
        listed = ", ".join(f'"{column_of(each)}"' for each in fields)
        return self._connection.execute(f'SELECT {listed} FROM "{collection}" WHERE {condition}', values).fetchall()  # noqa: S608

    def _condition(self, collection: str, where: Where, order: Sequence[str], tenant: str) -> tuple[str, list[Any]]:
        index = choose_index(self.collections[collection], where, order, system=tenant == ALL)
        terms, values = ([], []) if tenant == ALL else (["tenant = ?"], [tenant])
        for field, wanted in where.items():
            if index.where and field in index.where:
                terms.append(f'"{column_of(field)}" = {literal(wanted)}')  # a literal, so a partial index serves
            else:
                term, given = condition_on(collection, field, wanted)
                terms.append(term)
                values.extend(given)
        return " AND ".join(terms) or "1", values

    def write(self, collection: str, writes: Sequence[Write]) -> None:
        declared = self.collections[collection]
        columns, many = columns_of(declared), many_of(declared)
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
            listed = "".join(f', "{column_of(each)}"' for each in columns)
            sql = f'INSERT INTO "{name}" (id, tenant, version, body{listed}) VALUES ({marks})'  # noqa: S608
            rows = [row_of(each.document, columns) for each in writes]
        elif kind == "replace":
            sets = "".join(f', "{column_of(each)}" = ?' for each in columns)
            sql = f'UPDATE "{name}" SET tenant = ?, version = ?, body = ?{sets} WHERE {_EXPECTED}'  # noqa: S608
            rows = [(*row_of(each.document, columns)[1:], *_expected(each)) for each in writes]
        elif kind == "touch":
            sql = f'UPDATE "{name}" SET touched = touched + 1 WHERE {_EXPECTED}'  # noqa: S608
            rows = [_expected(each) for each in writes]
        else:
            sql = f'DELETE FROM "{name}" WHERE {_EXPECTED}'  # noqa: S608
            rows = [_expected(each) for each in writes]
        if self._connection.executemany(sql, rows).rowcount != len(rows):
            raise Conflict(f"{name} is not at the expected version")

    def _write_many(self, name: str, field: str, writes: Sequence[Write]) -> None:
        changed = [each for each in writes if each.kind != "touch"]
        ids = [(each.document["id"],) for each in changed]
        self._connection.executemany(f'DELETE FROM "{name}__{field}" WHERE id = ?', ids)  # noqa: S608
        kept = ((each.document["id"], each.document.get(field)) for each in changed if each.kind != "remove")
        write_values(self._connection, name, field, kept)
