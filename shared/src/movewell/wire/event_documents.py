"""What strangers read of an event, derived from its declaration: JSON Schema, headers, an example."""

from __future__ import annotations

import inspect
import json
from collections.abc import Mapping
from dataclasses import Field, fields
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

from movewell.contracts import outcomes, scheduling
from movewell.contracts.declare import Declaration
from movewell.contracts.shapes import Text, Whole
from movewell.contracts.types import AttendanceCode, Measure
from movewell.wire.envelope import CONTENT_TYPE, Envelope, encode
from movewell.wire.json_schema import json_schema
from movewell.wire.schema import publishing_schema

DIALECT = "https://json-schema.org/draft/2020-12/schema"
EXAMPLE_TENANT = "ZT001"
_SENT = datetime(2026, 6, 1, 8, 30, tzinfo=UTC)
_STARTS = datetime(2026, 6, 15, 9, 0, tzinfo=UTC)
_MOMENTS = {
    "former_starts_at": _STARTS - timedelta(days=7),
    "starts_at": _STARTS,
    "first_starts_at": _STARTS,
    "due_at": _STARTS,
    "ends_at": _STARTS + timedelta(hours=1),
    "expires_at": _SENT + timedelta(hours=48),
}
_FITTING: Mapping[type, Mapping[str, Any]] = {
    scheduling.BookingCancelled: {"code": AttendanceCode.CANCELLED_BY_PATIENT},
    scheduling.SessionAttended: {"code": AttendanceCode.ATTENDED},
    scheduling.SessionMissed: {"code": AttendanceCode.DID_NOT_ATTEND},
    scheduling.AttendanceCorrected: {"was": AttendanceCode.DID_NOT_ATTEND, "code": AttendanceCode.ARRIVED_LATE_SEEN},
    outcomes.MeasureScored: {"measure": Measure.PHQ9, "score": 12, "at_caseness": True},
    outcomes.OutcomeReviewed: {"phq9_first": 14, "phq9_last": 7, "gad7_first": 11, "gad7_last": 5},
}
"""Values that belong together, where any value of the type would be valid and yet untrue."""


def payload_schema(declaration: Declaration) -> dict[str, Any]:
    """JSON Schema 2020-12 of a record's value, as readers should hold it: fields that it lacks may come later."""
    made = json_schema(type(publishing_schema(declaration.cls)))
    made.pop("additionalProperties", None)
    return {
        "$schema": DIALECT,
        "$id": declaration.dataschema,
        "title": declaration.type,
        "description": inspect.getdoc(declaration.cls),
        **made,
    }


def headers_schema(declaration: Declaration) -> dict[str, Any]:
    """JSON Schema of the Kafka headers: CloudEvents 1.0 in the binary binding, with Movewell's extensions."""
    described = {
        "ce_specversion": {"const": "1.0"},
        "content-type": {"const": CONTENT_TYPE},
        "ce_type": {"const": declaration.type},
        "ce_dataschema": {"const": declaration.dataschema},
        "ce_source": {"const": f"/movewell/{declaration.owner}"},
        "ce_id": {"description": "UUIDv7: the same event has the same id however often it is delivered"},
        "ce_time": {"format": "date-time", "description": "When it happened, in UTC"},
        "ce_subject": {"description": f"The {declaration.key}"},
        "ce_partitionkey": {"description": f"The {declaration.key}, which is the record's key"},
        "ce_sequence": {"pattern": "^[1-9][0-9]*$", "description": "Counts from 1 within (topic, key), without a gap"},
        "ce_subjectversion": {"pattern": "^[0-9]+$", "description": "The version of what it is about"},
        "ce_tenant": {"description": "ODS code of the Talking Therapies service"},
        "ce_correlationid": {"description": "The same for all that came of one request"},
        "ce_causationid": {"description": "The id of the event that this one answers to, if one did"},
        "ce_traceparent": {"description": "W3C Trace Context, if the request was traced"},
    }
    optional = {"ce_causationid", "ce_traceparent"}
    return {
        "type": "object",
        "properties": {name: {"type": "string", **each} for name, each in described.items()},
        "required": sorted(described.keys() - optional),
    }


def example(declaration: Declaration) -> dict[str, Any]:
    """One record that is right: its `key`, `headers` and `value`, made of the examples of the types."""
    event = declaration.cls(**_values(declaration.cls))
    key = getattr(event, declaration.key)
    envelope = Envelope(
        id="019a0000-0000-7000-8000-0000000000e1",
        source=f"/movewell/{declaration.owner}",
        subject=key,
        type=declaration.type,
        time=_SENT,
        dataschema=declaration.dataschema,
        partitionkey=key,
        sequence=1,
        subjectversion=1,
        tenant=EXAMPLE_TENANT,
        correlationid="019a0000-0000-7000-8000-0000000000c1",
        causationid=None,
        traceparent=None,
    )
    return {"key": key, "headers": envelope.headers(), "value": json.loads(encode(event))}


def _values(cls: type) -> dict[str, Any]:
    hints = get_type_hints(cls, include_extras=True)
    fitting = _FITTING.get(cls, {})
    return {each.name: fitting.get(each.name, _value(hints[each.name], each)) for each in fields(cls)}


def _value(hint: Any, field: Field[Any]) -> Any:
    if get_origin(hint) in (Union, UnionType):
        (hint,) = (each for each in get_args(hint) if each is not NoneType)
    if get_origin(hint) is Annotated:
        shape = hint.__metadata__[0]
        if isinstance(shape, Text):
            return shape.example
        if isinstance(shape, Whole):
            return shape.least or 8
    if isinstance(hint, type) and issubclass(hint, Enum):
        return next(iter(hint))
    simple = {datetime: _MOMENTS.get(field.name, _SENT), date: date(2027, 5, 31), bool: True}
    return simple[hint]
