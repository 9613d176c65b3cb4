"""`/sessions/new`: a form for a weekly series, each fault said at its field.

A site that lists venues and instructors in its directory has them chosen there; elsewhere their ids are typed.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import Blueprint, redirect, render_template, request
from marshmallow import EXCLUDE, ValidationError
from movewell.contracts.types import SessionFormat
from movewell.directory import Listed
from movewell.kernel import Invalid
from movewell.store.unit import Unit, Units, new_id
from movewell.web.listed import listed
from werkzeug.wrappers import Response

from scheduling.application.describe_venue import Place, describe_venue
from scheduling.application.name_series import name_series
from scheduling.application.schedule_series import Series, schedule_series
from scheduling.domain.session import AlreadyElsewhere
from scheduling.entrypoints.api import SeriesSchema
from scheduling.entrypoints.reach import day_of, do_once, written_day
from scheduling.entrypoints.words import choices

_SLUG = "Enter {} in 1 to 63 small letters, digits and hyphens, for instance {}. Begin with a letter or a digit"
FAULTS: Mapping[str, str] = {
    "format": "Select one-to-one or group",
    "capacity": "Enter how many seats there are, from 1 to 100",
    "date": "Enter the date of the first session, from 2000 to 2099",
    "time": "Enter the time at which it starts, for instance 10:00. In March there is an hour that clocks skip",
    "minutes": "Enter how many minutes a session lasts, from 10 to 240",
    "weeks": "Enter for how many weeks, from 1 to 104",
    "instructor_id": _SLUG.format("the instructor", "instructor-1"),
    "venue_id": _SLUG.format("the venue", "st-charles-gym"),
    "venue_name": "Enter a name of 100 characters or less, on one line",
    "venue_address": "Enter an address of 300 characters or less, on one line",
}
"""Field of the form → what to say, in the order of the fields."""

_NOT_CHOSEN = {"instructor_id": "Select an instructor", "venue_id": "Select a venue"}
_NUMBERS = ("capacity", "minutes", "weeks")
_TAKEN = "The instructor or the venue is taken at that time in one of the weeks. Choose another time"


def read_series(form: Mapping[str, str], names: Listed) -> tuple[dict[str, Any], dict[str, str]]:
    """What the form says, and what is wrong with it by field."""
    typed: dict[str, Any] = {name: form.get(name, "").strip() for name in FAULTS} | {"date": written_day(form, "date")}
    if is_choosing(names):
        typed |= _chosen(typed, names)
    document = {name: value for name, value in typed.items() if value and name not in ("date", "time")}
    document |= {name: int(typed[name]) for name in _NUMBERS if typed[name].isascii() and typed[name][:9].isdigit()}
    document["first_starts_at"] = f"{typed['date']}T{typed['time']:0>5}:00"
    try:
        return SeriesSchema(unknown=EXCLUDE, exclude=("series_id",)).load(document), {}
    except ValidationError as wrong:
        said = FAULTS | _NOT_CHOSEN if is_choosing(names) else FAULTS
        at_fault = _at_fault(wrong, typed)
        return {}, {name: said[name] for name in FAULTS if name in at_fault}


def is_choosing(names: Listed) -> bool:
    """Whether venue and instructor are chosen by name."""
    return bool(names.venues and names.instructors)


def _chosen(typed: Mapping[str, str], names: Listed) -> dict[str, str]:
    """The choices, empty where they aren't on the list; what patients read of a venue is the directory's."""
    venue = names.venues.get(typed["venue_id"])
    return {
        "instructor_id": typed["instructor_id"] if typed["instructor_id"] in names.instructors else "",
        "venue_id": typed["venue_id"] if venue else "",
        "venue_name": venue.name if venue else "",
        "venue_address": venue.address if venue else "",
    }


def _at_fault(wrong: ValidationError, typed: Mapping[str, str]) -> set[str]:
    """The fields; the day and the time are one value, and the form has two fields for it."""
    names = {"date" if name == "first_starts_at" else name for name in wrong.messages_dict}
    if "date" in names and _is_a_day(typed["date"]):
        return names - {"date"} | {"time"}
    return names | {"time"} if "date" in names and not typed["time"] else names


def _is_a_day(text: str) -> bool:
    try:
        return bool(text) and day_of(text, date.min) is not None
    except Invalid:
        return False


def add_series_page(blueprint: Blueprint, units: Units) -> None:
    """Add the pages to the service's blueprint."""

    def show(faults: Mapping[str, str], status: int = 200) -> tuple[str, int]:
        page = render_template(
            "staff/series_new.jinja",
            given=request.form,
            faults=faults,
            formats=choices(SessionFormat),
            key=request.form.get("idempotency_key") or new_id(),
            is_choosing=is_choosing(listed()),
        )
        return page, status

    @blueprint.get("/sessions/new")
    def series_new() -> tuple[str, int]:
        return show({})

    @blueprint.post("/sessions/new")
    def series_sent() -> Response | tuple[str, int]:
        read, faults = read_series(request.form, listed())
        if faults:
            return show(faults, 400)
        place = Place(read["venue_id"], read.pop("venue_name", None), read.pop("venue_address", None))

        def work(unit: Unit) -> dict[str, Any]:
            series_id = name_series(unit, place.venue_id, read["first_starts_at"])
            describe_venue(unit, place)
            return {"sessions": len(schedule_series(unit, Series(series_id=series_id, **read)))}

        try:
            do_once(units, "series", work)
        except AlreadyElsewhere:
            return show({"time": _TAKEN}, 409)
        first = read["first_starts_at"].date()
        return redirect(f"/sessions?first={first}&venue_id={place.venue_id}&scheduled=yes", 303)
