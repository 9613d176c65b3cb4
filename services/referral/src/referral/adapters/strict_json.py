"""JSON from a stranger: RFC 8259 with nothing left to chance, and bounded."""

from __future__ import annotations

import json
from typing import Any

MAX_BYTES = 1 << 20
MAX_DEPTH = 64


class NotStrictJson(ValueError):
    """The bytes are not JSON, or are JSON that two readers could understand differently."""


class TooLarge(ValueError):
    """The document is larger than is read."""


def read_json(body: bytes) -> Any:
    """The document in `body`.

    A byte order mark is passed over (RFC 8259, 8.1). Refused besides what is not JSON: other encodings
    than UTF-8, a name twice in one object, NaN and infinities (also as 1e999), halves of surrogate pairs
    (no store can hold them), nesting beyond MAX_DEPTH, more than MAX_BYTES. Error texts repeat nothing of
    the document.
    """
    if len(body) > MAX_BYTES:
        raise TooLarge(f"the document is larger than {MAX_BYTES} bytes")
    try:
        document = json.loads(
            body.decode("utf-8-sig"),
            object_pairs_hook=_object,
            parse_constant=_constant,
            parse_float=_float,
        )
    except RecursionError:
        raise NotStrictJson(_TOO_DEEP) from None
    except UnicodeDecodeError:
        raise NotStrictJson("the document is not encoded in UTF-8") from None
    except NotStrictJson:
        raise
    except ValueError:
        raise NotStrictJson("the document is not JSON") from None
    _check(document)
    return document


_TOO_DEEP = f"the document is nested more than {MAX_DEPTH} deep"


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise NotStrictJson("an object of the document has a name twice")
    return made


def _constant(_: str) -> Any:
    raise NotStrictJson("the document has a number that is not a number (NaN or infinite)")


def _float(written: str) -> float:
    number = float(written)
    return number if abs(number) != float("inf") else _constant(written)


def _check(document: Any) -> None:
    row = [document]
    for _ in range(MAX_DEPTH + 1):
        if not all(_whole(value) for value in row if isinstance(value, str)):
            raise NotStrictJson("the document has half of a surrogate pair in a string")
        objects = [value for value in row if isinstance(value, dict)]
        lists = [value for value in row if isinstance(value, list)]
        if not objects and not lists:
            return
        row = [each for parts in objects for part in parts.items() for each in part]
        row += [each for parts in lists for each in parts]
    raise NotStrictJson(_TOO_DEEP)


def _whole(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
