"""Waiting records as an operator may see them: ids, codes, times and facts, and nothing that may be personal.

A poisonous record may hold anything anywhere, so each header and key is shown only if it has its proper shape,
and a value only field by field after it was decoded.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import fields
from datetime import date, datetime
from enum import Enum
from typing import Any, get_args, get_type_hints

from movewell.contracts.declare import declaration_named
from movewell.contracts.types import Sealed
from movewell.log.port import Delivered
from movewell.log.waiting import FAILED, record_of, record_set_aside
from movewell.log.waiting_list import shown_id
from movewell.store.port import Document
from movewell.wire.envelope import Undecodable, decode, read_envelope
from movewell.wire.schema import time_text

HIDDEN = "<hidden>"
_UUID = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_NUMBER = r"[0-9]{1,9}"  # an NHS number has ten digits
_SHAPES = {
    "ce_specversion": r"[0-9]\.[0-9]",
    "content-type": r"application/json",
    "ce_id": _UUID,
    "ce_source": r"/movewell/[a-z]{1,30}",
    "ce_subject": _UUID,
    "ce_type": r"movewell(\.[a-z_]{1,40}){1,4}\.v[0-9]{1,3}",
    "ce_time": r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})",
    "ce_dataschema": r"/json-schema(/[a-z_]{1,40})?/?[a-z_.]{1,80}\.v[0-9]{1,3}\.json",
    "ce_partitionkey": _UUID,
    "ce_sequence": _NUMBER,
    "ce_subjectversion": _NUMBER,
    "ce_tenant": r"[A-Z][A-Z0-9]{2,7}",
    "ce_correlationid": _UUID,
    "ce_causationid": _UUID,
    "ce_traceparent": r"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}",
}
COLUMNS = ("id", "consumer", "event_type", "sequence", "state", "error", "tries", "since", "due")


def summary(row: Document) -> dict[str, Any]:
    """One line of the list."""
    headers = row["headers"] if "progress_id" in row else record_set_aside(row).headers
    shown = {
        "id": shown_id(row),
        "consumer": row["consumer"],
        "event_type": _header("ce_type", headers.get("ce_type")),
        "sequence": row.get("sequence"),
        "state": state(row),
        "error": row["error"] if "progress_id" in row else row["reason"],
        "tries": row.get("tries", 0),
        "since": row["since"],
        "due": row.get("due"),
    }
    return {**shown, "due": "parked"} if shown["state"] == "parked" else shown


def state(row: Document) -> str:
    """failed (tried again when due), parked (not by itself any more), behind, gap, or set aside."""
    if "progress_id" not in row:
        return "set aside"
    reason: str = row["reason"]
    return "parked" if reason == FAILED and row["due"] is None else reason


def in_full(row: Document) -> dict[str, Any]:
    """A record with its headers and what its value consists of."""
    delivered = record_of(row) if "progress_id" in row else record_set_aside(row)
    return {
        **summary(row),
        "topic": delivered.topic,
        "partition": delivered.partition,
        "offset": delivered.offset,
        "key": _header("ce_partitionkey", delivered.key),
        "headers": _headers(delivered.headers),
        "body": _body(delivered),
    }


def table(rows: Iterable[Mapping[str, Any]]) -> str:
    """The list in plain columns."""
    lines = [[each.upper().replace("_", " ") for each in COLUMNS]]
    lines += [["-" if row[each] is None else str(row[each]) for each in COLUMNS] for row in rows]
    widths = [max(len(line[n]) for line in lines) for n in range(len(COLUMNS))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines
    )


def _headers(headers: Mapping[str, str]) -> dict[str, Any]:
    shown: dict[str, Any] = {name: _header(name, headers[name]) for name in _SHAPES if name in headers}
    missing = [name for name in _SHAPES if name not in headers]
    others = len(set(headers) - set(_SHAPES))
    return {**shown, "absent": missing, "others": others}


def _header(name: str, value: str | None) -> str | None:
    return value if value is None or re.fullmatch(_SHAPES[name], value, re.ASCII) else HIDDEN


def _body(delivered: Delivered) -> dict[str, Any]:
    """Field by field if it can be decoded, else how long it is and a digest to tell it by."""
    try:
        envelope = read_envelope(delivered.headers)
        event = decode(envelope, delivered.value).event
    except Undecodable as error:
        digest = hashlib.sha256(delivered.value).hexdigest()
        return {"unreadable": error.reason, "bytes": len(delivered.value), "sha256": digest[:16]}
    declaration = declaration_named(envelope.type)
    assert declaration is not None  # decoded
    hints = get_type_hints(declaration.cls, include_extras=True)
    return {each.name: _value(hints[each.name], getattr(event, each.name)) for each in fields(event)}


def _value(hint: Any, value: Any) -> Any:
    if value is not None and Sealed in (hint, *get_args(hint)):
        return f"<sealed, {len(value)} characters>"
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return time_text(value)
    if isinstance(value, date):
        return value.isoformat()
    return value if value is None or isinstance(value, bool | int | str) else HIDDEN
