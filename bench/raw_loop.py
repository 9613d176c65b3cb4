"""The floor: the same work with the same guarantees and batch size, written by hand on sqlite3.

**The same as the platform's layer**: at most 50 records a transaction; progress per key with what is blocked, and
a record after a gap kept aside; state, sequence per key, outbox row and progress in one transaction; the outbox kept
as a journal, with one index over what is pending and one over all, so as many index entries; every payload checked
when read and when written, every record's envelope whole; a sync to the disk at the store's commit, at the log's
and at the marking, and none at the offsets' (a lost offset is read again and skipped); batches of 500 in the relay.

**Left out, because a loop of one process for one tenant can do without**: tenants, leases of partitions and
lanes, versions in documents, retries and parking, wake-ups. It knows its one event, and columns take the place of
documents where it can. It is written to be fast, not to be read: no peer that pays for features.

There are two of them. `LIBRARIES` reads and writes as such a loop is usually written, with json and marshmallow.
`COMPILED` uses the platform's own codec, so that against it only the layer counts.
"""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import uuid_utils
from movewell.contracts.scheduling import OfferDeclined, OfferLapsed
from movewell.contracts.types import Actor
from movewell.wire.envelope import encode
from movewell.wire.schema import publishing_schema, reading_schema
from movewell.wire.shape import shape_of

_BATCH, _PARTITIONS = 50, 12
_STORE = """
CREATE TABLE progress (id TEXT PRIMARY KEY, applied INTEGER, blocked INTEGER) WITHOUT ROWID;
CREATE TABLE waiting (key TEXT, sequence INTEGER, headers TEXT, value BLOB, PRIMARY KEY (key, sequence)) WITHOUT ROWID;
CREATE TABLE states (id TEXT PRIMARY KEY, body TEXT) WITHOUT ROWID;
CREATE TABLE streams (id TEXT PRIMARY KEY, last INTEGER) WITHOUT ROWID;
CREATE TABLE outbox (id TEXT PRIMARY KEY, key TEXT, sequence INTEGER, pending INTEGER, headers TEXT, value TEXT)
  WITHOUT ROWID;
CREATE INDEX pending ON outbox (key, sequence) WHERE pending = 1;
CREATE INDEX journal ON outbox (key, sequence);
"""
_LOG = """
CREATE TABLE heads (partition INTEGER PRIMARY KEY, next INTEGER);
CREATE TABLE records (partition INTEGER, offset INTEGER, key TEXT, headers TEXT, value BLOB,
  PRIMARY KEY (partition, offset)) WITHOUT ROWID;
"""


class Codec(NamedTuple):
    """How the loop reads and writes: the consumed event, the published event, other JSON."""

    read: Callable[[bytes], OfferLapsed]
    write: Callable[[str, str, datetime], str]
    parse: Callable[[str], Any]
    text: Callable[[Any], str]


def _read_with_marshmallow(value: bytes) -> OfferLapsed:
    return OfferLapsed(**reading_schema(OfferLapsed).load(json.loads(value)))


def _write_with_marshmallow(referral_id: str, offer_id: str, now: datetime) -> str:
    payload = {"referral_id": referral_id, "offer_id": offer_id, "by": "system", "declined_at": now.isoformat()}
    if publishing_schema(OfferDeclined).validate(payload):
        raise ValueError("the payload is not right")
    return json.dumps(payload)


def _read_compiled(value: bytes) -> OfferLapsed:
    fields = shape_of(OfferLapsed).read(value)
    if fields is None:
        raise ValueError("the value is not right")
    return OfferLapsed(**fields)


def _write_compiled(referral_id: str, offer_id: str, now: datetime) -> str:
    return encode(OfferDeclined(referral_id=referral_id, offer_id=offer_id, by=Actor.SYSTEM, declined_at=now))


LIBRARIES = Codec(_read_with_marshmallow, _write_with_marshmallow, json.loads, json.dumps)
COMPILED = Codec(_read_compiled, _write_compiled, msgspec.json.decode, lambda made: msgspec.json.encode(made).decode())


def _open(path: Path, schema: str = "") -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.executescript(schema)
    return connection


class RawLoop:
    """Consume, deduplicate, handle, commit state with events, publish, mark done, commit offsets."""

    def __init__(self, folder: Path, name: str, codec: Codec, events: int) -> None:
        self._source = _open(folder / "in.sqlite")
        self._source.execute("PRAGMA synchronous=NORMAL")
        self._store = _open(folder / f"{name}.sqlite", _STORE)
        self._log = _open(folder / f"out-{name}.sqlite", _LOG)
        self._log.executemany("INSERT INTO heads VALUES (?, 0)", [(each,) for each in range(_PARTITIONS)])
        self._offsets = f"offsets_{name}"
        self._source.execute(f"CREATE TABLE {self._offsets} (partition INTEGER PRIMARY KEY, offset INTEGER)")
        self._codec = codec
        self._events = events

    def run(self) -> None:
        met = 0
        while met < self._events:
            rows = self._poll()
            self._apply(rows)
            self._source.executemany(
                f"INSERT OR REPLACE INTO {self._offsets} VALUES (?, ?)",  # noqa: S608
                {row[0]: row[1] + 1 for row in rows}.items(),
            )
            self._relay()
            met += len(rows)

    def _poll(self) -> list[tuple]:
        offsets = dict(self._source.execute(f"SELECT partition, offset FROM {self._offsets}"))  # noqa: S608
        rows: list[tuple] = []
        for partition in range(_PARTITIONS):
            if len(rows) < _BATCH:
                rows += self._source.execute(
                    "SELECT partition, offset, key, headers, value FROM records WHERE topic = 'scheduling'"
                    " AND partition = ? AND offset >= ? ORDER BY offset LIMIT ?",
                    (partition, offsets.get(partition, 0), _BATCH - len(rows)),
                ).fetchall()
        return rows

    def _apply(self, rows: list[tuple]) -> None:
        store, codec = self._store, self._codec
        store.execute("BEGIN IMMEDIATE")
        keys = list({row[2] for row in rows})
        marks = ",".join("?" * len(keys))
        found = store.execute(f"SELECT id, applied, blocked FROM progress WHERE id IN ({marks})", keys)  # noqa: S608
        progress = {key: (applied, blocked) for key, applied, blocked in found}
        states = dict(store.execute(f"SELECT id, body FROM states WHERE id IN ({marks})", keys))  # noqa: S608
        streams = dict(store.execute(f"SELECT id, last FROM streams WHERE id IN ({marks})", keys))  # noqa: S608
        outbox, waiting, now = [], [], datetime.now(UTC)
        for _, _, key, header_text, value in rows:
            headers = codec.parse(header_text)
            sequence = int(headers["ce_sequence"])
            applied, blocked = progress.get(key, (0, 0))
            if sequence <= applied:
                continue
            if blocked or sequence > applied + 1:
                waiting.append((key, sequence, header_text, value))
                progress[key] = (applied, blocked + 1)
                continue
            event = codec.read(value)
            if event.referral_id != key:
                raise ValueError("the key is not that of the event")
            state = codec.parse(states[key]) if key in states else {"count": 0}
            states[key] = codec.text({"count": state["count"] + 1, "last": event.offer_id})
            streams[key] = streams.get(key, 0) + 1
            progress[key] = (sequence, 0)
            outbox.append(self._row(event, streams[key], headers, now))
        counted = [(key, *each) for key, each in progress.items()]
        store.executemany("INSERT OR REPLACE INTO progress VALUES (?, ?, ?)", counted)
        store.executemany("INSERT OR IGNORE INTO waiting VALUES (?, ?, ?, ?)", waiting)
        store.executemany("INSERT OR REPLACE INTO states VALUES (?, ?)", states.items())
        store.executemany("INSERT OR REPLACE INTO streams VALUES (?, ?)", streams.items())
        store.executemany("INSERT INTO outbox VALUES (?, ?, ?, 1, ?, ?)", outbox)
        store.execute("COMMIT")

    def _row(self, caused_by: OfferLapsed, sequence: int, headers: dict[str, str], now: datetime) -> tuple:
        id, key = str(uuid_utils.uuid7()), caused_by.referral_id
        made = {
            **headers,
            "ce_id": id,
            "ce_type": "movewell.offer.declined.v1",
            "ce_dataschema": "/json-schema/offer.declined.v1.json",
            "ce_sequence": str(sequence),
            "ce_time": now.isoformat(),
            "ce_causationid": headers["ce_id"],
        }
        return id, key, sequence, self._codec.text(made), self._codec.write(key, caused_by.offer_id, now)

    def _relay(self) -> None:
        rows = self._store.execute(
            "SELECT id, key, headers, value FROM outbox WHERE pending = 1 ORDER BY key, sequence LIMIT 500"
        ).fetchall()
        log = self._log
        log.execute("BEGIN IMMEDIATE")
        heads = dict(log.execute("SELECT partition, next FROM heads"))
        records = []
        for _, key, headers, value in rows:
            partition = zlib.crc32(key.encode()) % _PARTITIONS
            records.append((partition, heads[partition], key, headers, value.encode()))
            heads[partition] += 1
        log.executemany("INSERT INTO records VALUES (?, ?, ?, ?, ?)", records)
        log.executemany("UPDATE heads SET next = ? WHERE partition = ?", [(n, p) for p, n in heads.items()])
        log.execute("COMMIT")
        self._store.execute("BEGIN IMMEDIATE")
        self._store.executemany("UPDATE outbox SET pending = 0 WHERE id = ?", [(row[0],) for row in rows])
        self._store.execute("COMMIT")
