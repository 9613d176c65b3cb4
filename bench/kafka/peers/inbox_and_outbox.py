"""Inbox, state and outbox on SQLite, written by hand: what somebody writes who has a framework for the log alone.

The same guarantees as the platform's, with the least work: at most 50 records a transaction, `synchronous=FULL`;
progress per key, a record after a failure or a gap kept aside; state, sequence per key, outbox row and progress in
one transaction; what cannot be read kept aside; the outbox kept as a journal. Left out is what one process for one
tenant can do without: tenants, leases, versions, retries, parking. Every contender but Movewell uses it, so that
they differ in nothing but how they reach Kafka.
"""

from __future__ import annotations

import sqlite3
import threading
import zlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

import uuid_utils

from bench.kafka.peers.codecs import Codec

_TABLES = """
CREATE TABLE IF NOT EXISTS progress (id TEXT PRIMARY KEY, applied INTEGER, blocked INTEGER) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS waiting (
  key TEXT, sequence INTEGER, headers TEXT, value BLOB, PRIMARY KEY (key, sequence)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS set_aside (
  partition INTEGER, offset INTEGER, value BLOB, PRIMARY KEY (partition, offset)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS states (id TEXT PRIMARY KEY, body TEXT) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS streams (id TEXT PRIMARY KEY, last INTEGER) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS outbox (
  id TEXT PRIMARY KEY, key TEXT, sequence INTEGER, pending INTEGER, headers TEXT, value TEXT) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS pending ON outbox (key, sequence) WHERE pending = 1;
CREATE INDEX IF NOT EXISTS journal ON outbox (key, sequence);
"""
_NEEDED = ("ce_id", "ce_type", "ce_time", "ce_partitionkey", "ce_sequence", "ce_tenant", "ce_correlationid")


class Met(NamedTuple):
    """A record as it was polled."""

    partition: int
    offset: int
    key: bytes
    headers: Iterable[tuple[str, bytes]]
    value: bytes


class Pending(NamedTuple):
    """A row of the outbox as it is published."""

    id: str
    key: bytes
    headers: list[tuple[str, bytes]]
    value: bytes


class InboxAndOutbox:
    """One file; threads take turns."""

    def __init__(self, path: str, codec: Codec) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, cached_statements=512)
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute("PRAGMA synchronous=FULL")
        self._connection.executescript(_TABLES)
        self._codec = codec
        self._lock = threading.Lock()

    def apply(self, records: Sequence[Met]) -> None:
        """Apply a batch in one transaction: the caller commits the offsets afterwards."""
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                self._apply(records)
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    def pending(self, limit: int) -> list[Pending]:
        """The next rows to publish, in order of each key."""
        with self._lock:
            rows = self._connection.execute(
                "SELECT id, key, headers, value FROM outbox WHERE pending = 1 ORDER BY key, sequence LIMIT ?", (limit,)
            ).fetchall()
        parse = self._codec.parse
        return [
            Pending(id, key.encode(), [(name, text.encode()) for name, text in parse(headers).items()], value.encode())
            for id, key, headers, value in rows
        ]

    def mark_done(self, rows: Sequence[Pending]) -> None:
        """The broker has acknowledged them."""
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            self._connection.executemany("UPDATE outbox SET pending = 0 WHERE id = ?", [(row.id,) for row in rows])
            self._connection.execute("COMMIT")

    def has_pending(self) -> bool:
        with self._lock:
            return self._connection.execute("SELECT 1 FROM outbox WHERE pending = 1 LIMIT 1").fetchone() is not None

    def _apply(self, records: Sequence[Met]) -> None:
        execute, codec = self._connection.execute, self._codec
        keys = list({record.key.decode() for record in records})
        marks = ",".join("?" * len(keys))
        found = execute(f"SELECT id, applied, blocked FROM progress WHERE id IN ({marks})", keys)
        progress = {key: (applied, blocked) for key, applied, blocked in found}
        before = progress.copy()
        states = dict(execute(f"SELECT id, body FROM states WHERE id IN ({marks})", keys))
        streams = dict(execute(f"SELECT id, last FROM streams WHERE id IN ({marks})", keys))
        changed: set[str] = set()
        outbox: list[tuple] = []
        now = datetime.now(UTC).isoformat(timespec="microseconds")
        for record in records:
            headers = {name: text.decode() for name, text in record.headers}
            if (sequence := _sequence(headers)) is None:
                execute("INSERT OR IGNORE INTO set_aside VALUES (?, ?, ?)", record[:2] + record[-1:])
                continue
            key = record.key.decode()
            applied, blocked = progress.get(key, (0, 0))
            if sequence <= applied:
                continue
            event = None if blocked or sequence > applied + 1 else self._read(key, record.value)
            if event is None:
                kept = (key, sequence, codec.text(headers), record.value)
                added = execute("INSERT OR IGNORE INTO waiting VALUES (?, ?, ?, ?)", kept).rowcount
                progress[key] = (applied, blocked + added)
                continue
            state = codec.parse(states[key]) if key in states else {"count": 0, "chain": 0}
            chain = zlib.crc32(headers["ce_id"].encode(), state["chain"])
            states[key] = codec.text({"count": state["count"] + 1, "chain": chain})
            streams[key] = streams.get(key, 0) + 1
            progress[key] = (sequence, 0)
            changed.add(key)
            outbox.append(self._row(event, streams[key], headers, now))
        self._write(progress, before, states, streams, changed, outbox)

    def _write(self, progress, before, states, streams, changed, outbox) -> None:  # noqa: ANN001
        many = self._connection.executemany
        counted = [(key, *each) for key, each in progress.items() if before.get(key) != each]
        many("INSERT OR REPLACE INTO progress VALUES (?, ?, ?)", counted)
        many("INSERT OR REPLACE INTO states VALUES (?, ?)", [(key, states[key]) for key in changed])
        many("INSERT OR REPLACE INTO streams VALUES (?, ?)", [(key, streams[key]) for key in changed])
        many("INSERT INTO outbox VALUES (?, ?, ?, 1, ?, ?)", outbox)

    def _read(self, key: str, value: bytes) -> tuple[str, str] | None:
        try:
            event = self._codec.read(value)
        except ValueError:  # msgspec's errors are ValueErrors
            return None
        return event if event[0] == key else None

    def _row(self, event: tuple[str, str], sequence: int, caused_by: Mapping[str, str], now: str) -> tuple:
        id, key = str(uuid_utils.uuid7()), event[0]
        headers = {
            "ce_specversion": "1.0",
            "content-type": "application/json",
            "ce_id": id,
            "ce_source": "/movewell/scheduling",
            "ce_subject": key,
            "ce_type": "movewell.waiting.started.v1",
            "ce_time": now,
            "ce_dataschema": "/json-schema/waiting.started.v1.json",
            "ce_partitionkey": key,
            "ce_sequence": str(sequence),
            "ce_subjectversion": "1",
            "ce_tenant": caused_by["ce_tenant"],
            "ce_correlationid": caused_by["ce_correlationid"],
            "ce_causationid": caused_by["ce_id"],
        }
        return id, key, sequence, self._codec.text(headers), self._codec.write(key, event[1], now)


def _sequence(headers: Mapping[str, str]) -> int | None:
    """The sequence in an envelope, None if the envelope cannot be read."""
    try:
        datetime.fromisoformat(headers["ce_time"])
        return int(headers["ce_sequence"]) if all(name in headers for name in _NEEDED) else None
    except (KeyError, ValueError):
        return None
