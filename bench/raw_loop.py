"""The floor: the same work with the same guarantees and batch size, written by hand on sqlite3."""

from __future__ import annotations

import json
import sqlite3
import uuid
import zlib
from datetime import UTC, datetime
from pathlib import Path

from movewell.contracts.scheduling import OfferDeclined, OfferLapsed
from movewell.wire.schema import publishing_schema, reading_schema

_BATCH = 50
_STORE = """
CREATE TABLE progress (id TEXT PRIMARY KEY, applied INTEGER) WITHOUT ROWID;
CREATE TABLE states (id TEXT PRIMARY KEY, body TEXT) WITHOUT ROWID;
CREATE TABLE streams (id TEXT PRIMARY KEY, last INTEGER) WITHOUT ROWID;
CREATE TABLE outbox (id TEXT PRIMARY KEY, key TEXT, sequence INTEGER, pending INTEGER, headers TEXT, value TEXT)
  WITHOUT ROWID;
CREATE INDEX pending ON outbox (key, sequence) WHERE pending = 1;
"""
_LOG = """
CREATE TABLE heads (partition INTEGER PRIMARY KEY, next INTEGER);
CREATE TABLE records (partition INTEGER, offset INTEGER, key TEXT, headers TEXT, value BLOB,
  PRIMARY KEY (partition, offset)) WITHOUT ROWID;
"""


def _open(path: Path, schema: str = "") -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.executescript(schema)
    return connection


class RawLoop:
    """Consume, deduplicate, handle, commit state with events, publish, mark done, commit offsets."""

    def __init__(self, folder: Path, events: int) -> None:
        self._source = _open(folder / "in.sqlite")
        self._store = _open(folder / "raw.sqlite", _STORE)
        self._log = _open(folder / "out-raw.sqlite", _LOG)
        self._log.executemany("INSERT INTO heads VALUES (?, 0)", [(each,) for each in range(12)])
        self._source.execute("CREATE TABLE IF NOT EXISTS raw_offsets (partition INTEGER PRIMARY KEY, offset INTEGER)")
        self._events = events

    def run(self) -> None:
        met = 0
        while met < self._events:
            for partition in range(12):
                rows = self._poll(partition)
                if rows:
                    self._apply(rows)
                    self._relay()
                    self._source.execute(
                        "INSERT OR REPLACE INTO raw_offsets VALUES (?, ?)", (partition, rows[-1][0] + 1)
                    )
                    met += len(rows)

    def _poll(self, partition: int) -> list[tuple]:
        found = self._source.execute("SELECT offset FROM raw_offsets WHERE partition = ?", (partition,)).fetchone()
        return self._source.execute(
            "SELECT offset, key, headers, value FROM records WHERE topic = 'scheduling' AND partition = ?"
            " AND offset >= ? ORDER BY offset LIMIT ?",
            (partition, found[0] if found else 0, _BATCH),
        ).fetchall()

    def _apply(self, rows: list[tuple]) -> None:
        store = self._store
        store.execute("BEGIN IMMEDIATE")
        keys = list({row[1] for row in rows})
        marks = ",".join("?" * len(keys))
        progress = dict(store.execute(f"SELECT id, applied FROM progress WHERE id IN ({marks})", keys))
        states = dict(store.execute(f"SELECT id, body FROM states WHERE id IN ({marks})", keys))
        streams = dict(store.execute(f"SELECT id, last FROM streams WHERE id IN ({marks})", keys))
        outbox = []
        for _, key, header_text, value in rows:
            headers = json.loads(header_text)
            sequence = int(headers["ce_sequence"])
            if sequence != progress.get(key, 0) + 1:
                continue
            event = OfferLapsed(**reading_schema(OfferLapsed).load(json.loads(value)))
            state = json.loads(states[key]) if key in states else {"count": 0}
            states[key] = json.dumps({"count": state["count"] + 1, "last": event.offer_id})
            streams[key] = streams.get(key, 0) + 1
            progress[key] = sequence
            outbox.append(_row(key, event, streams[key], headers))
        store.executemany("INSERT OR REPLACE INTO progress VALUES (?, ?)", progress.items())
        store.executemany("INSERT OR REPLACE INTO states VALUES (?, ?)", states.items())
        store.executemany("INSERT OR REPLACE INTO streams VALUES (?, ?)", streams.items())
        store.executemany("INSERT INTO outbox VALUES (?, ?, ?, 1, ?, ?)", outbox)
        store.execute("COMMIT")

    def _relay(self) -> None:
        rows = self._store.execute(
            "SELECT id, key, headers, value FROM outbox WHERE pending = 1 ORDER BY key, sequence LIMIT 500"
        ).fetchall()
        log = self._log
        log.execute("BEGIN IMMEDIATE")
        heads = dict(log.execute("SELECT partition, next FROM heads"))
        records = []
        for _, key, headers, value in rows:
            partition = zlib.crc32(key.encode()) % 12
            records.append((partition, heads[partition], key, headers, value.encode()))
            heads[partition] += 1
        log.executemany("INSERT INTO records VALUES (?, ?, ?, ?, ?)", records)
        log.executemany("UPDATE heads SET next = ? WHERE partition = ?", [(n, p) for p, n in heads.items()])
        log.execute("COMMIT")
        self._store.execute("BEGIN IMMEDIATE")
        self._store.executemany("UPDATE outbox SET pending = 0 WHERE id = ?", [(row[0],) for row in rows])
        self._store.execute("COMMIT")


def _row(key: str, event: OfferLapsed, sequence: int, caused_by: dict[str, str]) -> tuple:
    payload = {
        "referral_id": event.referral_id,
        "offer_id": event.offer_id,
        "by": "system",
        "declined_at": "2026-01-05T09:00:00.000000+00:00",
    }
    if publishing_schema(OfferDeclined).validate(payload):
        raise ValueError("the payload is not right")
    id = str(uuid.uuid4())
    headers = {
        **caused_by,
        "ce_id": id,
        "ce_type": "movewell.offer.declined.v1",
        "ce_sequence": str(sequence),
        "ce_time": datetime.now(UTC).isoformat(),
        "ce_causationid": caused_by["ce_id"],
    }
    return id, key, sequence, json.dumps(headers), json.dumps(payload)
