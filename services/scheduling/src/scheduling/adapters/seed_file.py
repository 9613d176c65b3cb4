"""Read a seed file: the venues, instructors and weekly series of one tenant, in TOML. All faults at once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, validate
from movewell.contracts.types import SessionFormat
from movewell.toml_file import ODS_CODE, SLUG, Fault, one_line, place_of, read_toml, tables_of, twice

from scheduling.application.describe_venue import Place
from scheduling.application.schedule_series import Series
from scheduling.application.seed_site import Seed


class _Local(fields.NaiveDateTime):
    """TOML's local date-time, which needs no reading."""

    def _deserialize(self, value: Any, attr: str | None, document: Any, **_: Any) -> Any:
        if not hasattr(value, "hour") or not hasattr(value, "year") or value.tzinfo is not None:
            raise ValidationError("Write London's date and time without an offset, for instance 2030-01-07T10:00:00.")
        return value


class _Named(Schema):
    id = fields.String(required=True, validate=SLUG)


class _Venue(_Named):
    name = fields.String(validate=one_line(100))
    address = fields.String(validate=one_line(300))


class _Series(Schema):
    id = fields.String(required=True, validate=SLUG)
    venue = fields.String(required=True, validate=SLUG)
    instructor = fields.String(required=True, validate=SLUG)
    format = fields.Enum(SessionFormat, by_value=True, required=True)
    capacity = fields.Integer(required=True, strict=True, validate=validate.Range(1, 100))
    first_starts_at = _Local(required=True)
    minutes = fields.Integer(required=True, strict=True, validate=validate.Range(10, 240))
    weeks = fields.Integer(required=True, strict=True, validate=validate.Range(1, 104))


class _File(Schema):
    tenant = fields.String(required=True, validate=ODS_CODE)
    venues = fields.List(fields.Nested(_Venue(unknown=RAISE)), required=True)
    instructors = fields.List(fields.Nested(_Named(unknown=RAISE)), required=True)
    series = fields.List(fields.Nested(_Series(unknown=RAISE)), required=True)


def read_seed(content: bytes) -> Seed:
    """Raises Invalid; each fault with its place: a line and column, or a table and its number from 1."""
    read = read_toml(content, "seed file", _File(unknown=RAISE), _inconsistent)
    venues = tuple(Place(each["id"], each.get("name"), each.get("address")) for each in read["venues"])
    return Seed(read["tenant"], tuple(_series(each) for each in read["series"]), venues)


def _series(read: dict[str, Any]) -> Series:
    names = {"id": "series_id", "venue": "venue_id", "instructor": "instructor_id"}
    return Series(**{names.get(name, name): value for name, value in read.items()})


def _inconsistent(document: dict[str, Any]) -> Iterator[Fault]:
    """Ids that are there twice, and series whose venue or instructor the file does not list."""
    for table in ("venues", "instructors", "series"):
        yield from twice(document, table)
    for field, table in (("venue", "venues"), ("instructor", "instructors")):
        ids = [each.get("id") for _, each in tables_of(document, table)]
        for at, each in tables_of(document, "series"):
            if isinstance(each.get(field), str) and each[field] not in ids:
                yield place_of(("series", at, field)), f"Is not among the {table}."
