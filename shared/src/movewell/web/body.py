"""Read a request's body, strictly; and what the request is caused by."""

from __future__ import annotations

import json
from typing import Any

from flask import g, request
from marshmallow import Schema, ValidationError
from werkzeug.exceptions import UnsupportedMediaType

from movewell.kernel import Invalid
from movewell.store.unit import Cause

MOST_BYTES = 1_000_000
_MOST_DEPTH = 64


def json_body() -> tuple[Any, bytes]:
    """The body as JSON, and as it came. Raises Invalid, or 415 for another content type."""
    if not (request.mimetype == "application/json" or request.mimetype.endswith("+json")):
        raise UnsupportedMediaType("Send application/json.")
    body = request.get_data()
    return strict_json(body), body


def strict_json(body: bytes) -> Any:
    """JSON without duplicate keys, NaN, lone surrogates or absurd depth. Raises Invalid."""
    try:
        text = body.decode("utf-8")
        if _depth(text) > _MOST_DEPTH:
            raise ValueError("too deep")
        made = json.loads(text, object_pairs_hook=_unique, parse_constant=_refuse)
        json.dumps(made, ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError):
        fault = [("", "The body is not well-formed JSON in UTF-8.")]
        raise Invalid("The body is not well-formed JSON.", fault) from None
    return made


def _depth(text: str) -> int:
    """The deepest nesting by brackets, those within strings counted too: a bound, not a parse."""
    deepest = depth = 0
    for character in text:
        if character in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif character in "]}":
            depth -= 1
    return deepest


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError("duplicate key")
    return made


def _refuse(constant: str) -> Any:
    raise ValueError(constant)


def read_fields(schema: Schema, document: Any) -> dict[str, Any]:
    """What the schema reads. Raises Invalid with every fault."""
    try:
        read: dict[str, Any] = schema.load(document)
    except ValidationError as error:
        raise Invalid("The fields are not right.", _faults(error.messages, "")) from None
    return read


def _faults(messages: Any, pointer: str) -> list[tuple[str, str]]:
    if isinstance(messages, dict):
        return [
            fault
            for name, each in messages.items()
            for fault in _faults(each, pointer if name == "_schema" else f"{pointer}/{name}")
        ]
    return [(pointer, str(each)) for each in (messages if isinstance(messages, list) else [messages])]


def cause() -> Cause:
    """The request as the cause of what it changes."""
    return Cause(g.correlation_id, None, g.get("traceparent"))
