"""Waiting records: those that failed, those behind them on the same key, and those after a gap.

A failed record is due again after a backoff and parked (due never) after its last try. Records behind it
become due, one by one, in the transaction that frees them.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from movewell.contracts.declare import declaration_named
from movewell.log.port import Delivered
from movewell.store.port import Between, Collection, Document, Index, Transaction
from movewell.wire.schema import time_text

if TYPE_CHECKING:
    from movewell.store.unit import Unit, Units

WAITING = Collection(
    "waiting",
    (
        Index(("consumer", "due"), system=True),
        Index(("progress_id", "sequence"), system=True),
        Index(("consumer", "reason", "due"), system=True),
        Index(("consumer", "topic", "partition", "offset"), system=True),
    ),
)
SET_ASIDE = Collection("set_aside", (Index(("consumer",), system=True),))
DROPPED = Collection("dropped", (Index(("consumer",), system=True),))
COLLECTIONS = (WAITING, SET_ASIDE, DROPPED)
FAILED, BEHIND, GAP = "failed", "behind", "gap"
TRIES = 6


def is_known(type_: str) -> bool:
    """Whether this release declares the type. What it does not know it may not pass over."""
    return declaration_named(type_) is not None


def _id(progress_id: str, sequence: int) -> str:
    return f"{progress_id}/{sequence}"


def is_waiting(unit: Unit, progress_id: str, sequence: int) -> bool:
    return unit.tx.get("waiting", _id(progress_id, sequence)) is not None


def put(
    unit: Unit,
    consumer: str,
    progress_id: str,
    delivered: Delivered,
    sequence: int,
    applied: int,
    reason: str,
    error: str | None = None,
) -> None:
    """Keep a record for later. It is due at once if it fills a gap, after a backoff if it failed."""
    due = None
    if reason == FAILED:
        due = time_text(unit.now + _backoff(1))
    elif sequence == applied + 1:
        due = time_text(unit.now)
    unit.tx.add(
        "waiting",
        {
            "id": _id(progress_id, sequence),
            "tenant": delivered.headers["ce_tenant"],
            "consumer": consumer,
            "progress_id": progress_id,
            "sequence": sequence,
            "reason": reason,
            "error": error,
            "tries": 1 if reason == FAILED else 0,
            "due": due,
            "since": time_text(unit.now),
            "topic": delivered.topic,
            "partition": delivered.partition,
            "offset": delivered.offset,
            "key": delivered.key,
            "headers": dict(delivered.headers),
            "value": base64.b64encode(delivered.value).decode(),
        },
    )


def set_aside(unit: Unit, consumer: str, delivered: Delivered, reason: str) -> None:
    """Keep a record that belongs to no stream (its envelope cannot be read). It blocks nothing.

    Key and headers are kept as ASCII, whatever they hold: text that a store refuses is one reason to be here.
    """
    id = f"{consumer}/{delivered.topic}/{delivered.partition}/{delivered.offset}"
    if unit.tx.get("set_aside", id) is None:
        unit.tx.add(
            "set_aside",
            {
                "id": id,
                "tenant": unit.tenant,
                "consumer": consumer,
                "reason": reason,
                "topic": delivered.topic,
                "partition": delivered.partition,
                "offset": delivered.offset,
                "key": json.dumps(delivered.key),
                "headers": json.dumps(dict(delivered.headers)),
                "value": base64.b64encode(delivered.value).decode(),
                "since": time_text(unit.now),
            },
        )


def record_set_aside(row: Document) -> Delivered:
    """The record that was set aside."""
    key, headers = json.loads(row["key"]), json.loads(row["headers"])
    return Delivered(row["topic"], row["partition"], row["offset"], key, headers, base64.b64decode(row["value"]))


def due(units: Units, consumer: str, limit: int = 50) -> Sequence[Document]:
    """Records whose time has come, the longest due first."""
    where = {"consumer": consumer, "due": Between(at_least="", at_most=time_text(units.clock.now()))}
    return units.store.read("*", lambda tx: tx.find("waiting", where, order=("due",), limit=limit))


def next_due(units: Units, progress_id: str) -> Document | None:
    """The first record of a key, if its time has come."""
    row = units.store.read("*", lambda tx: first_of(tx, progress_id))
    return row if row and row["due"] is not None and row["due"] <= time_text(units.clock.now()) else None


def first_of(tx: Transaction, progress_id: str) -> Document | None:
    """The waiting record of a key with the lowest sequence."""
    return next(iter(tx.find("waiting", {"progress_id": progress_id}, order=("sequence",), limit=1)), None)


def record_of(row: Document) -> Delivered:
    """The record that waits."""
    value = base64.b64decode(row["value"])
    return Delivered(row["topic"], row["partition"], row["offset"], row["key"], row["headers"], value)


def make_due(unit: Unit, progress_id: str, sequence: int) -> None:
    """The record with this sequence is the next of its key: it is due now, if it waits."""
    row = unit.tx.get("waiting", _id(progress_id, sequence))
    if row is not None:
        unit.tx.replace("waiting", {**row, "due": time_text(unit.now)}, row["version"])


def postpone(unit: Unit, row_id: str, error: str) -> None:
    """One more try has failed: due again after a longer backoff, or parked after the last."""
    row = unit.tx.get("waiting", row_id)
    if row is None:
        return
    tries = row["tries"] + 1
    again = None if tries >= TRIES else time_text(unit.now + _backoff(tries))
    changed = {**row, "tries": tries, "reason": FAILED, "error": error, "due": again}
    unit.tx.replace("waiting", changed, row["version"])


def rest(unit: Unit, row: dict[str, Any]) -> None:
    """It is not its turn: no longer due until the record before it is applied."""
    unit.tx.replace("waiting", {**row, "due": None}, row["version"])


def try_now(unit: Unit, row: Document) -> None:
    """Due now, with all its tries before it."""
    unit.tx.replace("waiting", {**row, "due": time_text(unit.now), "tries": 0}, row["version"])


def _backoff(tries: int) -> timedelta:
    return timedelta(milliseconds=100 * 4 ** min(tries, 8))
