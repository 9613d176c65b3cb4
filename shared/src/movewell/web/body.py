"""Read a request's body, strictly; and what the request is caused by."""

from __future__ import annotations

import json
import math
import re
from io import BytesIO
from typing import Any

from flask import g, request
from gunicorn.http.errors import ParseException
from marshmallow import EXCLUDE, Schema, ValidationError
from werkzeug.exceptions import BadRequest, RequestEntityTooLarge, UnsupportedMediaType

from movewell.kernel import Invalid
from movewell.store.unit import Cause

MOST_BYTES = 1_000_000
_MOST_DEPTH = 64
_PIECE = 65_536
_IDENTIFIER = re.compile(r"[A-Za-z0-9_]{1,32}")
_LAST_WHOLE = 2**53 - 1
_TOO_DEEP = f"The body is nested deeper than {_MOST_DEPTH}."


def bound_body() -> None:
    """Refuse a body beyond the limit before anything is done, whether or not anybody would read it. Raises 413, 400.

    A body in chunks says nothing of its length, and Werkzeug would cut it off at the limit without a word.
    """
    if (request.content_length or 0) > MOST_BYTES:
        raise RequestEntityTooLarge
    if "chunked" in request.headers.get("Transfer-Encoding", "").lower():
        request.environ["wsgi.input"] = BytesIO(_chunked(request.environ["wsgi.input"]))


def _chunked(source: Any) -> bytes:
    body = bytearray()
    try:
        while len(body) <= MOST_BYTES and (piece := source.read(_PIECE)):
            body += piece
    except (ParseException, OSError):
        raise BadRequest("The body is not in chunks as it says.") from None
    if len(body) > MOST_BYTES:
        raise RequestEntityTooLarge
    return bytes(body)


def json_body() -> tuple[Any, bytes]:
    """The body as JSON, and as it came. Raises Invalid, or 415 for another content type."""
    if not (request.mimetype == "application/json" or request.mimetype.endswith("+json")):
        raise UnsupportedMediaType("Send application/json.")
    body = request.get_data()
    return strict_json(body), body


def strict_json(body: bytes) -> Any:
    """JSON in UTF-8 without repeated names, numbers that are not finite, lone surrogates or absurd depth.

    Raises Invalid, which says which of these it was and never what the body holds.
    """
    try:
        made = json.loads(
            body.decode("utf-8"), object_pairs_hook=_unique, parse_constant=_not_a_number, parse_float=_finite
        )
    except RecursionError:
        raise _refused(_TOO_DEEP) from None
    except UnicodeDecodeError:
        raise _refused("The body is not UTF-8.") from None
    except ValueError:
        raise _refused("The body is not JSON.") from None
    if _is_deeper_than(_MOST_DEPTH, made):
        raise _refused(_TOO_DEEP)
    try:
        json.dumps(made, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        raise _refused("The body has half of a surrogate pair.") from None
    return made


def _refused(why: str) -> Invalid:
    return Invalid("The body is not well-formed JSON.", [("", why)])


def _is_deeper_than(most: int, made: Any) -> bool:
    level = [made]
    for _ in range(most + 1):
        within = [each for each in level if isinstance(each, dict | list)]
        level = [child for each in within for child in (each.values() if isinstance(each, dict) else each)]
    return bool(within)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise _refused("An object has a name twice.")
    return made


def _not_a_number(constant: str) -> Any:
    raise _refused("NaN and Infinity are not JSON.")


def _finite(text: str) -> float | int:
    """JSON has one kind of number: 28.0 is as whole as 28, as far as floats tell whole numbers apart."""
    number = float(text)
    if math.isinf(number):
        raise _refused("A number is too large.")
    return int(number) if number.is_integer() and abs(number) <= _LAST_WHOLE else number


def read_fields(schema: Schema, document: Any) -> dict[str, Any]:
    """What the schema reads. Raises Invalid with every fault."""
    try:
        read: dict[str, Any] = schema.load(document)
    except ValidationError as error:
        raise Invalid("The fields are not right.", _faults(error.messages, "")) from None
    return read


def read_query(schema: Schema) -> dict[str, Any]:
    """What the schema reads of the address; parameters that it doesn't know are passed over. Raises Invalid."""
    try:
        read: dict[str, Any] = schema.load(request.args.to_dict(), unknown=EXCLUDE)
    except ValidationError as error:
        faults = [(pointer.removeprefix("/"), said) for pointer, said in _faults(error.messages, "")]
        raise Invalid("The address is not right.", faults) from None
    return read


def _faults(messages: Any, pointer: str) -> list[tuple[str, str]]:
    if isinstance(messages, dict):
        return [
            fault
            for name, each in messages.items()
            for fault in _faults(each, pointer if name == "_schema" else _within(pointer, name))
        ]
    return [(pointer, str(each)) for each in (messages if isinstance(messages, list) else [messages])]


def _within(pointer: str, name: str | int) -> str:
    """Names that are no identifiers are the sender's own words, so they are not repeated."""
    return f"{pointer}/{name}" if _IDENTIFIER.fullmatch(str(name)) else pointer


def cause() -> Cause:
    """The request as the cause of what it changes."""
    return Cause(g.correlation_id, None, g.get("traceparent"))
