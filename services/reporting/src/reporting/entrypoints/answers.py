"""What the JSON API of reporting takes and answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields as fields_of
from datetime import date
from types import NoneType
from typing import Any, get_args, get_origin, get_type_hints

from marshmallow import Schema, fields
from movewell.web.declared import Shape

from reporting.figures.report import Report

_PLAIN: Mapping[type, dict[str, Any]] = {
    bool: {"type": "boolean"},
    int: {"type": "integer", "minimum": 0},
    str: {"type": "string"},
    date: {"type": "string", "format": "date"},
}


class PeriodQuerySchema(Schema):
    """The days of the report, both included; a year until today where they are left out."""

    first_day = fields.Date(data_key="from")
    last_day = fields.Date(data_key="to")


def shape_of(cls: type) -> dict[str, Any]:
    """JSON Schema of a dataclass of figures, nested ones in place."""
    hints = get_type_hints(cls)
    names = [each.name for each in fields_of(cls)]
    return {
        "type": "object",
        "description": (cls.__doc__ or "").split("\n\n")[0].replace("\n    ", " "),
        "properties": {name: _value(hints[name]) for name in names},
        "required": names,
        "additionalProperties": False,
    }


def _value(hint: Any) -> dict[str, Any]:
    if get_origin(hint) is tuple:
        return {"type": "array", "items": _value(get_args(hint)[0])}
    options = [each for each in get_args(hint) if each is not NoneType] or [hint]
    made = _PLAIN.get(options[0]) or shape_of(options[0])
    return {"anyOf": [made, {"type": "null"}]} if NoneType in get_args(hint) else made


REPORT = Shape("Report", shape_of(Report))
