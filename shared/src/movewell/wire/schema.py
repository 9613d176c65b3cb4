"""The marshmallow schema of an event, derived from its declaration."""

from __future__ import annotations

import functools
from dataclasses import MISSING, Field, fields
from datetime import UTC, date, datetime
from enum import Enum
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

from marshmallow import EXCLUDE, RAISE, Schema, ValidationError, validate
from marshmallow import fields as fieldtypes

from movewell.contracts.shapes import Text, Whole


class NaiveTime(ValueError):
    """A time without its offset from UTC."""


class Time(fieldtypes.Field[datetime]):
    """A moment: ISO 8601 with an offset, in UTC inside; naive times are refused."""

    def _serialize(self, value: datetime | None, attr: str | None, obj: Any, **_: Any) -> str | None:
        return None if value is None else time_text(value)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> datetime:
        try:
            return moment_of(value)
        except NaiveTime:
            raise ValidationError("A time needs its offset from UTC.") from None
        except (TypeError, ValueError):
            raise ValidationError("Not a valid time.") from None


def moment_of(text: str) -> datetime:
    """The moment, in UTC, that ISO 8601 text with an offset tells. Raises ValueError, NaiveTime without offset."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise NaiveTime(text)
    return moment.astimezone(UTC)


def time_text(moment: datetime) -> str:
    """ISO 8601 in UTC with microseconds, so that text sorts as time does. Naive times are refused."""
    if moment.tzinfo is None:
        raise NaiveTime("a time needs its offset from UTC")
    return _text(moment if moment.tzinfo is UTC else moment.astimezone(UTC))


@functools.lru_cache(maxsize=256)  # of UTC only: elsewhere two moments of a repeated hour are equal
def _text(moment: datetime) -> str:
    return moment.isoformat(timespec="microseconds")


@functools.cache
def reading_schema(cls: type) -> Schema:
    """What a consumer reads with: unknown fields are passed over."""
    return _schema(cls, EXCLUDE)


@functools.cache
def publishing_schema(cls: type) -> Schema:
    """What a producer checks with: nothing unknown, nothing missing."""
    return _schema(cls, RAISE)


def _schema(cls: type, unknown: str) -> Schema:
    hints = get_type_hints(cls, include_extras=True)
    made = {field.name: _field(hints[field.name], field) for field in fields(cls)}
    return Schema.from_dict(made, name=f"{cls.__name__}Schema")(unknown=unknown)


def field_of(hint: Any, **options: Any) -> fieldtypes.Field[Any]:
    """The field of a type of `movewell.contracts.types`, for a schema beside the events'. Required unless said."""
    return _typed(hint, {"required": True, **options})


def _field(hint: Any, field: Field[Any]) -> fieldtypes.Field[Any]:
    options: dict[str, Any] = {"required": True}
    if field.default is not MISSING:
        options = {"load_default": field.default}
    if get_origin(hint) in (Union, UnionType):
        (hint,) = (each for each in get_args(hint) if each is not NoneType)
        options["allow_none"] = True
    return _typed(hint, options)


def _typed(hint: Any, options: dict[str, Any]) -> fieldtypes.Field[Any]:
    if get_origin(hint) is Annotated:
        shape = hint.__metadata__[0]
        if isinstance(shape, Text):
            rules = [validate.Regexp(shape.pattern), validate.Length(max=shape.max_length)]
            said = {"description": shape.description, **options.pop("metadata", {})}
            return fieldtypes.String(validate=rules, metadata=said, **options)
        if isinstance(shape, Whole):
            rule = validate.Range(shape.least, shape.most)
            said = {"description": shape.description, **options.pop("metadata", {})}
            return fieldtypes.Integer(strict=True, validate=rule, metadata=said, **options)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return fieldtypes.Enum(hint, by_value=True, **options)
    simple = {datetime: Time, date: fieldtypes.Date, bool: fieldtypes.Boolean}
    if hint in simple:
        return simple[hint](**options)
    raise TypeError(f"no wire type for {hint}")
