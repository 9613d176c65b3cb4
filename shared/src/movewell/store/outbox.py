"""The outbox: events committed with the state that they tell of; kept afterwards as the service's journal.

`streams` holds the last sequence of each (topic, key). Allocated within the transaction, sequences are
contiguous from 1. `outbox` holds the records; the relay asks for pending ones only, never by a watermark.
"""

from __future__ import annotations

import zlib
from datetime import datetime
from typing import TYPE_CHECKING, Any

import uuid_utils

from movewell import failpoints
from movewell.contracts.declare import declaration_of
from movewell.log.port import require_size
from movewell.store.port import Collection, Index, Transaction
from movewell.wire.envelope import Envelope, encode

if TYPE_CHECKING:
    from movewell.store.unit import Cause

LANES = 4
OUTBOX = Collection(
    "outbox",
    (
        Index(("lane", "topic", "key", "sequence"), where={"pending": True}, system=True),
        Index(("topic", "key", "sequence"), system=True),
    ),
)
STREAMS = Collection("streams")
COLLECTIONS = (OUTBOX, STREAMS)


def lane_of(key: str) -> int:
    """The relay's lane of a key: stable for ever."""
    return zlib.crc32(key.encode()) % LANES


def append(tx: Transaction, service: str, event: Any, subject_version: int, now: datetime, cause: Cause) -> None:
    """Append `event` to the outbox in the caller's transaction.

    ValueError if it breaks its declaration; RecordTooLarge, so that no row is kept that could not be published.
    """
    failpoints.reach("outbox.before_append")
    declaration = declaration_of(event)
    if declaration.owner != service:
        raise ValueError(f"{declaration.type} is not {service}'s to publish")
    key = getattr(event, declaration.key)
    sequence = _next(tx, declaration.topic, key)
    envelope = Envelope(
        id=str(uuid_utils.uuid7()),
        source=f"/movewell/{service}",
        subject=key,
        type=declaration.type,
        time=now,
        dataschema=declaration.dataschema,
        partitionkey=key,
        sequence=sequence,
        subjectversion=subject_version,
        tenant=tx.tenant,
        correlationid=cause.correlation_id,
        causationid=cause.causation_id,
        traceparent=cause.traceparent,
    )
    headers, value = envelope.headers(), encode(event)
    require_size(key, headers, value)
    tx.add(
        "outbox",
        {
            "id": envelope.id,
            "tenant": tx.tenant,
            "lane": lane_of(key),
            "topic": declaration.topic,
            "key": key,
            "sequence": sequence,
            "pending": True,
            "headers": headers,
            "value": value,
        },
    )
    failpoints.reach("outbox.after_append")


def _next(tx: Transaction, topic: str, key: str) -> int:
    id = f"{topic}/{key}"
    stream = tx.get("streams", id)
    if stream is None:
        tx.add("streams", {"id": id, "tenant": tx.tenant, "last": 1})
        return 1
    last: int = stream["last"] + 1
    tx.replace("streams", {**stream, "last": last}, stream["version"])
    return last
