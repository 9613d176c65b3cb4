"""The shape of an event, compiled from its declaration: msgspec checks it in one pass.

The marshmallow schema remains the judge: what a shape refuses is given to the schema, which accepts it or says
what is wrong. So a shape may be stricter than the schema, never laxer, and times are read by the same function.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import MISSING, Field, fields
from datetime import datetime
from types import NoneType, UnionType
from typing import Annotated, Any, NotRequired, TypedDict, Union, get_args, get_origin, get_type_hints

import msgspec

from movewell.contracts.shapes import Text, Whole
from movewell.wire.schema import moment_of


class Shape:
    """What the payload of one event class looks like."""

    def __init__(self, cls: type) -> None:
        hints = get_type_hints(cls, include_extras=True)
        members = {each.name: _member(hints[each.name], each) for each in fields(cls)}
        self.names = tuple(members)
        self._type: Any = TypedDict(cls.__name__, members)  # type: ignore[operator]
        self._read = msgspec.json.Decoder(self._type).decode
        self._moments = tuple(name for name, hint in hints.items() if hint is datetime or datetime in get_args(hint))

    def read(self, value: bytes) -> dict[str, Any] | None:
        """The typed fields in a record's value, None if the schema must judge it."""
        try:
            return self._with_moments(self._read(value.decode()))
        except (ValueError, RecursionError):  # msgspec's errors are ValueErrors
            return None

    def fits(self, payload: Mapping[str, Any]) -> bool:
        """Whether a payload is right beyond doubt; if not, the schema must judge it."""
        try:
            self._with_moments(msgspec.convert(payload, self._type))
        except ValueError:
            return False
        return True

    def _with_moments(self, found: dict[str, Any]) -> dict[str, Any]:
        for name in self._moments:
            if (text := found.get(name)) is not None:
                found[name] = moment_of(text)
        return found


@functools.cache
def shape_of(cls: type) -> Shape:
    """Compiled at first use."""
    return Shape(cls)


def _member(hint: Any, field: Field[Any]) -> Any:
    if get_origin(hint) in (Union, UnionType):
        (kept,) = (each for each in get_args(hint) if each is not NoneType)
        typed = _typed(kept) | None
    else:
        typed = _typed(hint)
    return typed if field.default is MISSING else NotRequired[typed]


def _typed(hint: Any) -> Any:
    if get_origin(hint) is Annotated:
        shape = hint.__metadata__[0]
        if isinstance(shape, Text):  # the schema matches from the start on, msgspec searches
            return Annotated[str, msgspec.Meta(pattern=rf"\A(?:{shape.pattern})", max_length=shape.max_length)]
        if isinstance(shape, Whole):
            return Annotated[int, msgspec.Meta(ge=shape.least, le=shape.most)]
    return str if hint is datetime else hint
