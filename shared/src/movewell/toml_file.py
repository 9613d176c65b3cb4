"""A TOML file that people write, held against a schema: all faults at once, each with its place."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

from marshmallow import Schema, validate

from movewell.kernel import Invalid

Document = dict[str, Any]
Fault = tuple[str, str]
SLUG = validate.Regexp(r"[a-z0-9][a-z0-9-]{0,62}\Z")
ODS_CODE = validate.Regexp(r"[A-Z0-9]{3,10}\Z")


def one_line(most: int) -> validate.And:
    """Words for people: some, on one line, without characters that are not seen."""
    return validate.And(
        validate.Length(1, most),
        validate.Predicate("isprintable", error="Write one line of text."),
        validate.Regexp(r"\S", error="Write one line of text."),
    )


def read_toml(content: bytes, what: str, schema: Schema, also: Callable[[Document], Iterable[Fault]]) -> Document:
    """What the schema makes of it. `what` is the file's name in messages, `also` finds what no schema can.

    Raises Invalid; each fault with its place: a line and column, or a table and its number from 1.
    """
    try:
        document = tomllib.loads(content.decode("utf-8"))
    except UnicodeDecodeError:
        raise Invalid(f"The {what} is not UTF-8.", [("", "Save it as UTF-8.")]) from None
    except tomllib.TOMLDecodeError as error:
        raise Invalid(f"The {what} is not TOML.", [("", str(error))]) from None
    faults = {(place_of(path), text) for path, text in _flat(schema.validate(document), ())} | {*also(document)}
    if faults:
        raise Invalid(f"The {what} is not right.", sorted(faults))
    return dict(schema.load(document))


def place_of(path: tuple[Any, ...]) -> str:
    """A table, its number and a field, as people write them: `series 2.venue`."""
    parts = [f" {each + 1}" if isinstance(each, int) else f".{each}" for each in path if each != "_schema"]
    return "".join(parts).lstrip(".")


def tables_of(document: Document, name: str) -> list[tuple[int, Document]]:
    """The tables of a list with their numbers, whatever else the file holds there."""
    rows = document.get(name)
    return [(at, each) for at, each in enumerate(rows) if isinstance(each, dict)] if isinstance(rows, list) else []


def twice(document: Document, name: str, key: str = "id", within: tuple[Any, ...] = ()) -> list[Fault]:
    """The tables of a list that have the key of another one."""
    rows = [(at, each[key]) for at, each in tables_of(document, name) if isinstance(each.get(key), str)]
    often = Counter(value for _, value in rows)
    return [(place_of((*within, name, at, key)), "Is there twice.") for at, value in rows if often[value] > 1]


def _flat(messages: Any, path: tuple[Any, ...]) -> list[tuple[tuple[Any, ...], str]]:
    if isinstance(messages, dict):
        return [fault for name, each in messages.items() for fault in _flat(each, (*path, name))]
    return [(path, str(each)) for each in (messages if isinstance(messages, list) else [messages])]
