"""`/sessions/new`: a form for a weekly series, each fault said at its field."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import Blueprint, redirect, render_template, request
from marshmallow import EXCLUDE, ValidationError
from movewell.contracts.types import SessionFormat
from movewell.kernel import DomainError, Invalid
from movewell.store.unit import Unit, Units, new_id
from werkzeug.wrappers import Response

from scheduling.application.describe_venue import Place, describe_venue
from scheduling.application.schedule_series import Series, SeriesExists, schedule_series
from scheduling.domain.session import AlreadyElsewhere
from scheduling.entrypoints.api import SeriesSchema
from scheduling.entrypoints.reach import day_of, do_once, written_day
from scheduling.entrypoints.words import choices

_SLUG = "Enter {} in 1 to 63 small letters, digits and hyphens, for instance {}. Begin with a letter or a digit"
FAULTS: Mapping[str, str] = {
    "series_id": _SLUG.format("the name of the series", "monday-gym-group"),
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

_NUMBERS = ("capacity", "minutes", "weeks")


def read_series(form: Mapping[str, str]) -> tuple[dict[str, Any], dict[str, str]]:
    """What the form says, and what is wrong with it by field."""
    typed: dict[str, Any] = {name: form.get(name, "").strip() for name in FAULTS} | {"date": written_day(form, "date")}
    document = {name: value for name, value in typed.items() if value and name not in ("date", "time")}
    document |= {name: int(typed[name]) for name in _NUMBERS if typed[name].isascii() and typed[name][:9].isdigit()}
    document["first_starts_at"] = f"{typed['date']}T{typed['time']:0>5}:00"
    try:
        return SeriesSchema(unknown=EXCLUDE).load(document), {}
    except ValidationError as wrong:
        names = {"date" if name == "first_starts_at" else name for name in wrong.messages_dict}
        if "date" in names and _is_a_day(typed["date"]):
            names = names - {"date"} | {"time"}
        elif "date" in names and not typed["time"]:
            names = names | {"time"}
        return {}, {name: said for name, said in FAULTS.items() if name in names}


def _is_a_day(text: str) -> bool:
    try:
        return bool(text) and day_of(text, date.min) is not None
    except Invalid:
        return False


def add_series_page(blueprint: Blueprint, units: Units) -> None:
    """Add the pages to the service's blueprint."""

    def show(faults: Mapping[str, str], status: int = 200) -> tuple[str, int]:
        key = request.form.get("idempotency_key") or new_id()
        page = render_template(
            "staff/series_new.jinja", given=request.form, faults=faults, formats=choices(SessionFormat), key=key
        )
        return page, status

    @blueprint.get("/sessions/new")
    def series_new() -> tuple[str, int]:
        return show({})

    @blueprint.post("/sessions/new")
    def series_sent() -> Response | tuple[str, int]:
        read, faults = read_series(request.form)
        if faults:
            return show(faults, 400)
        place = Place(read["venue_id"], read.pop("venue_name", None), read.pop("venue_address", None))

        def work(unit: Unit) -> dict[str, Any]:
            describe_venue(unit, place)
            return {"sessions": len(schedule_series(unit, Series(**read)))}

        try:
            do_once(units, "series", work)
        except (SeriesExists, AlreadyElsewhere) as refused:
            return show(_refusal(refused), 409)
        first = read["first_starts_at"].date()
        return redirect(f"/sessions?first={first}&venue_id={place.venue_id}&scheduled={read['series_id']}", 303)


def _refusal(refused: DomainError) -> dict[str, str]:
    if isinstance(refused, SeriesExists):
        return {"series_id": "There is a series of this name. Choose another name"}
    return {"time": "The instructor or the venue is taken at that time in one of the weeks. Choose another time"}
