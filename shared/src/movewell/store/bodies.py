"""The body of a document as JSON text, and back.

Most bodies are plain: short texts, whole numbers, codes, at most one level of names within. msgspec tells so at
once, and writes them. Whatever else a document may hold, the standard encoder writes, after a check of each value.
"""

from __future__ import annotations

import json
from typing import Annotated

import msgspec

from movewell.store import allowed
from movewell.store.port import Document

_Whole = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]
_Plain = str | _Whole | bool | None


class _PlainBody(msgspec.Struct):
    fields: dict[str, _Plain | dict[str, _Plain]]


_write_plain = msgspec.json.Encoder().encode
_write_any = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode
_read = msgspec.json.Decoder().decode


def text_of(body: Document) -> str:
    """The body as JSON. ValueError for what no store may hold."""
    try:
        text = _write_plain(msgspec.convert({"fields": body}, _PlainBody).fields).decode()
    except ValueError:
        pass
    else:
        if "\\u0000" not in text:  # right in a value, not in a key
            return text
    allowed.check(body)
    return _write_any(body)


def body_in(text: str) -> Document:
    """The body that `text_of` wrote."""
    body: Document = _read(text)
    return body
