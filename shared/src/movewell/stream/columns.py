"""What a record is as a row: its place, its envelope, and each field of its topic's events as a column of its own."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from datetime import date, datetime
from enum import Enum
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

import pyarrow as pa

from movewell.contracts import declarations
from movewell.log.port import Delivered
from movewell.wire.envelope import Undecodable, read_envelope

_MOMENT = pa.timestamp("us", tz="UTC")
_PLACE = {"partition": pa.int32(), "offset": pa.int64()}
_ENVELOPE = {
    "id": pa.string(),
    "event": pa.string(),
    "version": pa.int32(),
    "time": _MOMENT,
    "tenant": pa.string(),
    "key": pa.string(),
    "sequence": pa.int64(),
    "correlationid": pa.string(),
    "causationid": pa.string(),
}
_UNREAD = {"data": pa.string(), "fault": pa.string()}
_TYPES: Mapping[type, pa.DataType] = {
    str: pa.string(),
    int: pa.int64(),
    bool: pa.bool_(),
    datetime: _MOMENT,
    date: pa.date32(),
}
UNKNOWN_DAY = "unknown"


@functools.cache
def schema_of(topic: str) -> pa.Schema:
    """The columns of a topic's files. Those of the events are null in the rows of other events."""
    fields: dict[str, pa.DataType] = {}
    for each in declarations():
        if each.topic == topic:
            for name, hint in get_type_hints(each.cls, include_extras=True).items():
                made = type_of(hint)
                if fields.setdefault(name, made) != made:
                    raise TypeError(f"{name} is of two types in the topic {topic}")
    return pa.schema({**_PLACE, **_ENVELOPE, **fields, **_UNREAD})


def type_of(hint: Any) -> pa.DataType:
    """The column's type of a field of an event."""
    if get_origin(hint) in (Union, UnionType):
        (hint,) = (each for each in get_args(hint) if each is not NoneType)
    if get_origin(hint) is Annotated:
        hint = get_args(hint)[0]
    return pa.string() if issubclass(hint, Enum) else _TYPES[hint]


def row_of(record: Delivered) -> tuple[str, dict[str, Any]]:
    """The day (in UTC, by the event's time) and the row.

    `data` is the value as it was published, with fields too that this release does not know. A record that is no
    event has a `fault`, and nothing of what it holds: it may be anything.
    """
    row: dict[str, Any] = {"partition": record.partition, "offset": record.offset}
    try:
        envelope = read_envelope(record.headers)
        payload = json.loads(record.value)
        if not isinstance(payload, dict):
            raise Undecodable("the value is not a JSON object")
        event, version = _named(envelope.type)
    except Undecodable as error:
        return UNKNOWN_DAY, {**row, "fault": error.reason}
    except (ValueError, RecursionError):
        return UNKNOWN_DAY, {**row, "fault": "the value is not JSON"}
    schema = schema_of(record.topic)
    fields = {name: _value(payload[name], schema.field(name).type) for name in payload if name in schema.names}
    row |= fields | {
        "id": envelope.id,
        "event": event,
        "version": version,
        "time": envelope.time,
        "tenant": envelope.tenant,
        "key": record.key,
        "sequence": envelope.sequence,
        "correlationid": envelope.correlationid,
        "causationid": envelope.causationid,
        "data": record.value.decode(),
    }
    return envelope.time.date().isoformat(), row


def _named(type_: str) -> tuple[str, int]:
    """`movewell.session.booked.v1` → `session.booked`, 1."""
    name, dot, version = type_.removeprefix("movewell.").rpartition(".v")
    if not dot or not version.isdecimal():
        raise Undecodable("the type is malformed")
    return name, int(version)


def _value(written: Any, type_: pa.DataType) -> Any:
    """None where a later release writes something else than this one reads: `data` has it still."""
    try:
        if type_ == _MOMENT:
            return datetime.fromisoformat(written)
        if type_ == pa.date32():
            return date.fromisoformat(written)
        return pa.scalar(written, type_).as_py()
    except (TypeError, ValueError, pa.ArrowException):
        return None
