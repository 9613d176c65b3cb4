"""Read a seed file: the venues, instructors and weekly series of one tenant, in TOML. All faults at once."""

from __future__ import annotations

import tomllib
from collections import Counter
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, validate
from movewell.contracts.types import SessionFormat
from movewell.kernel import Invalid

from scheduling.application.describe_venue import Place
from scheduling.application.schedule_series import Series
from scheduling.application.seed_site import Seed

_SLUG = validate.Regexp(r"[a-z0-9][a-z0-9-]{0,62}\Z")
_ODS_CODE = validate.Regexp(r"[A-Z0-9]{3,10}\Z")


def one_line(most: int) -> validate.And:
    """Words for people: some, on one line, without characters that are not seen."""
    return validate.And(
        validate.Length(1, most),
        validate.Predicate("isprintable", error="Write one line of text."),
        validate.Regexp(r"\S", error="Write one line of text."),
    )


class _Local(fields.NaiveDateTime):
    """TOML's local date-time, which needs no reading."""

    def _deserialize(self, value: Any, attr: str | None, document: Any, **_: Any) -> Any:
        if not hasattr(value, "hour") or not hasattr(value, "year") or value.tzinfo is not None:
            raise ValidationError("Write London's date and time without an offset, for instance 2030-01-07T10:00:00.")
        return value


class _Named(Schema):
    id = fields.String(required=True, validate=_SLUG)


class _Venue(_Named):
    name = fields.String(validate=one_line(100))
    address = fields.String(validate=one_line(300))


class _Series(Schema):
    id = fields.String(required=True, validate=_SLUG)
    venue = fields.String(required=True, validate=_SLUG)
    instructor = fields.String(required=True, validate=_SLUG)
    format = fields.Enum(SessionFormat, by_value=True, required=True)
    capacity = fields.Integer(required=True, strict=True, validate=validate.Range(1, 100))
    first_starts_at = _Local(required=True)
    minutes = fields.Integer(required=True, strict=True, validate=validate.Range(10, 240))
    weeks = fields.Integer(required=True, strict=True, validate=validate.Range(1, 104))


class _File(Schema):
    tenant = fields.String(required=True, validate=_ODS_CODE)
    venues = fields.List(fields.Nested(_Venue(unknown=RAISE)), required=True)
    instructors = fields.List(fields.Nested(_Named(unknown=RAISE)), required=True)
    series = fields.List(fields.Nested(_Series(unknown=RAISE)), required=True)


def read_seed(content: bytes) -> Seed:
    """Raises Invalid; each fault with its place: a line and column, or a table and its number from 1."""
    try:
        document = tomllib.loads(content.decode("utf-8"))
    except UnicodeDecodeError:
        raise Invalid("The seed file is not UTF-8.", [("", "Save it as UTF-8.")]) from None
    except tomllib.TOMLDecodeError as error:
        raise Invalid("The seed file is not TOML.", [("", str(error))]) from None
    faults = [(_place(path), text) for path, text in _flat(_File(unknown=RAISE).validate(document), ())]
    faults += _inconsistent(document)
    if faults:
        raise Invalid("The seed file is not right.", sorted(set(faults)))
    read = _File().load(document)
    venues = tuple(Place(each["id"], each.get("name"), each.get("address")) for each in read["venues"])
    return Seed(read["tenant"], tuple(_series(each) for each in read["series"]), venues)


def _series(read: dict[str, Any]) -> Series:
    names = {"id": "series_id", "venue": "venue_id", "instructor": "instructor_id"}
    return Series(**{names.get(name, name): value for name, value in read.items()})


def _inconsistent(document: dict[str, Any]) -> list[tuple[str, str]]:
    """Ids that are there twice, and series whose venue or instructor the file does not list."""
    faults, ids = [], {}
    for table in ("venues", "instructors", "series"):
        rows = _tables(document, table)
        ids[table] = Counter(each["id"] for _, each in rows if isinstance(each.get("id"), str))
        faults += [(_place((table, at, "id")), "Is there twice.") for at, each in rows if ids[table][_id(each)] > 1]
    for at, each in _tables(document, "series"):
        for field, table in (("venue", "venues"), ("instructor", "instructors")):
            if isinstance(each.get(field), str) and each[field] not in ids[table]:
                faults.append((_place(("series", at, field)), f"Is not among the {table}."))
    return faults


def _id(row: dict[str, Any]) -> str:
    return row["id"] if isinstance(row.get("id"), str) else ""


def _tables(document: dict[str, Any], name: str) -> list[tuple[int, dict[str, Any]]]:
    rows = document.get(name)
    return [(at, each) for at, each in enumerate(rows) if isinstance(each, dict)] if isinstance(rows, list) else []


def _flat(messages: Any, path: tuple[Any, ...]) -> list[tuple[tuple[Any, ...], str]]:
    if isinstance(messages, dict):
        return [fault for name, each in messages.items() for fault in _flat(each, (*path, name))]
    return [(path, str(each)) for each in (messages if isinstance(messages, list) else [messages])]


def _place(path: tuple[Any, ...]) -> str:
    parts = [f" {each + 1}" if isinstance(each, int) else f".{each}" for each in path if each != "_schema"]
    return "".join(parts).lstrip(".")
