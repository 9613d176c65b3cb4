"""The envelope: CloudEvents 1.0 in the Kafka binary binding, and how an event is encoded and decoded."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime
from enum import Enum
from typing import Any, NamedTuple

import msgspec
from marshmallow import ValidationError

from movewell.contracts.declare import Declaration, declaration_named, declaration_of
from movewell.wire.schema import publishing_schema, reading_schema, time_text
from movewell.wire.shape import shape_of

CONTENT_TYPE = "application/json"
_ENCODE = msgspec.json.Encoder().encode


class Undecodable(Exception):
    """A record is not an event that this release can read. `reason` never holds what the record held."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Envelope(NamedTuple):
    """The attributes of an event. `sequence` counts from 1 within (topic, key), without a gap."""

    id: str
    source: str
    subject: str
    type: str
    time: datetime
    dataschema: str
    partitionkey: str
    sequence: int
    subjectversion: int
    tenant: str
    correlationid: str
    causationid: str | None
    traceparent: str | None

    def headers(self) -> dict[str, str]:
        """The Kafka headers of the binary binding."""
        made = {
            "ce_specversion": "1.0",
            "content-type": CONTENT_TYPE,
            "ce_id": self.id,
            "ce_source": self.source,
            "ce_subject": self.subject,
            "ce_type": self.type,
            "ce_time": time_text(self.time),
            "ce_dataschema": self.dataschema,
            "ce_partitionkey": self.partitionkey,
            "ce_sequence": str(self.sequence),
            "ce_subjectversion": str(self.subjectversion),
            "ce_tenant": self.tenant,
            "ce_correlationid": self.correlationid,
        }
        if self.causationid is not None:
            made["ce_causationid"] = self.causationid
        if self.traceparent is not None:
            made["ce_traceparent"] = self.traceparent
        return made


class Received(NamedTuple):
    """An event as a consumer meets it."""

    envelope: Envelope
    event: Any


def encode(event: Any) -> str:
    """The payload of an event as JSON, checked strictly. ValueError if it breaks its own declaration."""
    shape = shape_of(type(event))
    payload = {name: _plain(value) for name in shape.names if (value := getattr(event, name)) is not None}
    if shape.fits(payload):
        return _ENCODE(payload).decode()
    faults = publishing_schema(type(event)).validate(payload)
    if faults:
        raise ValueError(f"{declaration_of(event).type} breaks its declaration in {sorted(faults)}")
    return json.dumps(payload)


def _plain(value: Any) -> Any:
    if type(value) is str:  # most are
        return value
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return time_text(value)
    return value.isoformat() if isinstance(value, date) else value


def read_envelope(headers: Mapping[str, str]) -> Envelope:
    """The envelope of a record. Raises Undecodable."""
    try:
        return Envelope(
            id=headers["ce_id"],
            source=headers["ce_source"],
            subject=headers["ce_subject"],
            type=headers["ce_type"],
            time=datetime.fromisoformat(headers["ce_time"]),
            dataschema=headers["ce_dataschema"],
            partitionkey=headers["ce_partitionkey"],
            sequence=_positive(headers["ce_sequence"]),
            subjectversion=int(headers["ce_subjectversion"]),
            tenant=headers["ce_tenant"],
            correlationid=headers["ce_correlationid"],
            causationid=headers.get("ce_causationid"),
            traceparent=headers.get("ce_traceparent"),
        )
    except KeyError as error:
        raise Undecodable(f"the header {error.args[0]} is missing") from None
    except ValueError:
        raise Undecodable("a header is malformed") from None


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError(text)
    return number


def decode(envelope: Envelope, value: bytes) -> Received:
    """The event in a record's value. Unknown fields are passed over. Raises Undecodable."""
    declaration = _declared(envelope.type)
    loaded = shape_of(declaration.cls).read(value)
    if loaded is None:
        loaded = _judged(declaration, value)
    event = declaration.cls(**loaded)
    if getattr(event, declaration.key) != envelope.partitionkey:
        raise Undecodable("the key is not that of the event")
    return Received(envelope, event)


def _judged(declaration: Declaration, value: bytes) -> dict[str, Any]:
    try:
        payload = json.loads(value)
    except (ValueError, RecursionError):
        raise Undecodable("the value is not JSON") from None
    if not isinstance(payload, dict):
        raise Undecodable("the value is not a JSON object")
    try:
        loaded: dict[str, Any] = reading_schema(declaration.cls).load(payload)
    except ValidationError as error:
        faults = error.messages if isinstance(error.messages, dict) else {}
        raise Undecodable(f"the value breaks {declaration.type} in {sorted(map(str, faults))}") from None
    return loaded


def _declared(type_: str) -> Declaration:
    declaration = declaration_named(type_)
    if declaration is None:
        raise Undecodable("this release does not know the type")
    return declaration
