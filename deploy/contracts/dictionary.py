"""`docs/analysts/data-dictionary.md`: every event and column of the stream, from the declarations."""

from __future__ import annotations

import inspect
import itertools
from collections.abc import Iterator
from typing import get_type_hints

from movewell.contracts.declare import Declaration, declarations
from movewell.stream.chosen import PERSONAL
from movewell.stream.columns import ENVELOPE, PLACE, UNREAD, type_of
from movewell.web.contract_pages import Member, members
from movewell.wire.event_documents import headers_schema, payload_schema

_HEAD = """\
# Data dictionary of the event stream

Written by `make contracts` from the declarations of the events; not by hand. The types are those of the columns in
[exported Parquet files](index.md); on the wire a time is text (RFC 3339, UTC) and so is a day (`2027-05-31`). A
column of one event is null in the rows of others, and a later release may add columns. Codes are those of the source
that is named.

## Columns of every event
"""
_ABOUT = {
    "partition": "Partition of the log",
    "offset": "Offset in the partition; with it, the record's place",
    "event": "Name of the event",
    "version": "Version of the event: a new one may mean something else",
    "key": "What it is about; events of one key are in order",
    "data": "The value as it was published, JSON",
    "fault": "Why a record is no event; then all else is null but its place",
}


def dictionary() -> str:
    """The page."""
    parts = [_HEAD, _table(_common())]
    for topic, events in itertools.groupby(declarations(), lambda each: each.topic):
        sealed = "\n\nExported only if it is named: personal data, sealed." if topic in PERSONAL else ""
        parts.append(f"## Topic `{topic}`{sealed}")
        parts += [_event(each) for each in events]
    return "\n\n".join(each.strip() for each in parts) + "\n"


def _common() -> Iterator[list[str]]:
    headers = headers_schema(declarations()[0])["properties"]
    for name, type_ in {**PLACE, **ENVELOPE, **UNREAD}.items():
        said = _ABOUT.get(name) or headers[f"ce_{name}"]["description"]
        yield [f"`{name}`", _type(str(type_)), said]


def _event(each: Declaration) -> str:
    link = f"[`{each.name}`](../../contracts/json-schema/{each.name}.v{each.version}.json)"
    hints = get_type_hints(each.cls, include_extras=True)
    rows = [
        [f"`{member.path}`", _type(str(type_of(hints[member.path]))), _words(member)]
        for member in members(payload_schema(each))
    ]
    title = f"### {each.name}, version {each.version}"
    return "\n\n".join([title, f"{inspect.getdoc(each.cls)} {link}, keyed by `{each.key}`.", _table(iter(rows))])


def _words(member: Member) -> str:
    optional = "" if member.required else "Optional. "
    codes = "; ".join(f"`{code}` {meaning}".strip() for code, meaning in member.codes.items())
    return " ".join(each for each in (f"{optional}{member.words}".strip(), codes) if each)


def _type(arrow: str) -> str:
    return {"timestamp[us, tz=UTC]": "timestamp, UTC", "date32[day]": "day", "bool": "true or false"}.get(arrow, arrow)


def _table(rows: Iterator[list[str]]) -> str:
    lines = ["| column | type | what it says |", "| --- | --- | --- |"]
    return "\n".join([*lines, *("| " + " | ".join(_cell(each) for each in row) + " |" for row in rows)])


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
