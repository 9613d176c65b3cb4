"""`/sessions`: sessions and their seats, one session with who has them, and how it is cancelled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask import Blueprint, redirect, render_template, request
from movewell.contracts.types import SessionFormat
from movewell.kernel import Invalid
from movewell.store.port import Between
from movewell.store.unit import Unit, Units
from movewell.web.accesses import note_seen
from movewell.web.body import cause
from movewell.web.listed import listed
from movewell.web.policy import principal
from movewell.wire.schema import time_text
from werkzeug.wrappers import Response

from scheduling.application.cancel_session import cancel_session
from scheduling.application.describe_venue import Place
from scheduling.application.open_names import Known, Names, persons
from scheduling.domain.person import Person
from scheduling.domain.programme import Programme
from scheduling.domain.session import Session, SessionOver
from scheduling.domain.venue import Venue
from scheduling.entrypoints.listing import page_of
from scheduling.entrypoints.reach import begins, day_of, london_day, next_day, written_day
from scheduling.entrypoints.venues import venue_shown, venues_shown
from scheduling.entrypoints.words import choices

_PAGE = 25
_WEEKS_AHEAD = timedelta(weeks=4)
_MOST_VENUES = 200


@dataclass(frozen=True)
class Filter:
    """Which sessions are listed; `after` is where the page before ended."""

    first: date
    last: date
    format: str = ""
    venue_id: str = ""
    after: str = ""

    def where(self) -> dict[str, Any]:
        """As the declared indexes answer it."""
        chosen = {"format": self.format, "venue_id": self.venue_id}
        days = Between(at_least=time_text(begins(self.first)), below=time_text(next_day(self.last)))
        return {**{name: value for name, value in chosen.items() if value}, "starts_at": days}


def read_filter(this_day: date) -> tuple[Filter, dict[str, str]]:
    """What the address asks for, and what is wrong with it by field."""
    args, faults, days = request.args, {}, {}
    for name, label, otherwise in (("first", "First", this_day), ("last", "Last", this_day + _WEEKS_AHEAD)):
        try:
            days[name] = day_of(written_day(args, name), otherwise)
        except Invalid:
            faults[name], days[name] = f"{label} day must be a real date, from 2000 to 2099", otherwise
    if not faults and days["last"] < days["first"]:
        faults["last"] = "Last day must be the same as or after the first day"
    format = args.get("format", "")
    format = format if format in {each.value for each in SessionFormat} else ""
    return Filter(days["first"], days["last"], format, args.get("venue_id", "")[:63], args.get("after", "")), faults


def _fields(asked: Filter, faults: Mapping[str, str]) -> dict[str, str]:
    """What the fields of both days hold: the day that is listed, or what was written if it is none."""
    held = {}
    for name, day in (("first", asked.first), ("last", asked.last)):
        text = request.args.get(name, "") if name in faults else day.isoformat()
        for part, number in zip(("year", "month", "day"), [*text.split("-"), "", ""], strict=False):
            field = f"{name}-{part}"
            held[field] = number.lstrip("0") or request.args.get(field, "")
    return held


def _page_of(unit: Unit, asked: Filter) -> tuple[list[Session], str]:
    return page_of(unit, Session, asked.where(), by="starts_at", after=asked.after, size=_PAGE)


@dataclass(frozen=True)
class Seated:
    """Who has a seat, and whether it is only held by an offer."""

    referral_id: str
    known: Known
    is_booked: bool


def add_session_pages(blueprint: Blueprint, units: Units, names: Names) -> None:
    """Add the pages to the service's blueprint."""

    @blueprint.get("/sessions")
    def sessions() -> tuple[str, int]:
        asked, faults = read_filter(london_day(units.clock.now()))

        def read(unit: Unit) -> tuple[list[Session], str, dict[str, Place | None], list[Venue]]:
            page, following = ([], "") if faults else _page_of(unit, asked)
            every = unit.find(Venue, {}, order=("name",), limit=_MOST_VENUES)
            return page, following, venues_shown(unit, page), every

        page, following, venues, every = units.read(principal().tenant, read)
        shown = render_template(
            "staff/sessions.jinja",
            asked=asked,
            faults=faults,
            given=_fields(asked, faults),
            sessions=page,
            following=following,
            venues=venues,
            choices=_venue_choices(every, page, asked.venue_id),
            formats=choices(SessionFormat),
            now=units.clock.now(),
            scheduled=request.args.get("scheduled", ""),
        )
        return shown, 400 if faults else 200

    def read_one(session_id: str) -> tuple[Session, Place | None, list[Seated]]:
        def read(unit: Unit) -> tuple[Session, Place | None, dict[str, Programme], list[Person]]:
            session = unit.get(Session, session_id)
            programmes = {id: unit.get(Programme, id) for id in session.seats}
            kept = persons(unit, (each.person_id for each in programmes.values()))
            return session, venue_shown(unit, session.venue_id), programmes, kept

        session, venue, programmes, kept = units.read(principal().tenant, read)
        note_seen(session.seats)
        known = names.known(kept)
        seated = [
            Seated(id, known[programmes[id].person_id], seat.booking_id is not None)
            for id, seat in session.seats.items()
        ]
        return session, venue, sorted(seated, key=lambda each: each.known.in_order)

    def show(template: str, session_id: str, status: int = 200, **more: Any) -> tuple[str, int]:
        session, venue, seated = read_one(session_id)
        is_over = units.clock.now() >= session.starts_at
        return render_template(template, session=session, venue=venue, seated=seated, is_over=is_over, **more), status

    @blueprint.get("/sessions/<session_id>")
    def session(session_id: str) -> tuple[str, int]:
        return show("staff/session.jinja", session_id, done=request.args.get("done"))

    @blueprint.get("/sessions/<session_id>/cancel")
    def session_cancel(session_id: str) -> tuple[str, int]:
        return show("staff/session_cancel.jinja", session_id)

    @blueprint.post("/sessions/<session_id>/cancel")
    def session_cancelled(session_id: str) -> Response | tuple[str, int]:
        read_one(session_id)  # whose bookings are cancelled is written down, also where the session is refused
        try:
            units.run(principal().tenant, cause(), lambda unit: cancel_session(unit, session_id))
        except SessionOver as refused:
            return show("staff/session_cancel.jinja", session_id, 409, refused=refused.detail)
        return redirect(f"/sessions/{session_id}?done=cancelled", 303)


def _venue_choices(every: list[Venue], page: list[Session], chosen: str) -> list[tuple[str, str]]:
    """The venues that have a name, those of the page, and the one that is chosen."""
    named = {each.id.partition("/")[2]: each.name or each.id.partition("/")[2] for each in every}
    named |= {id: venue.name for id, venue in listed().venues.items()}
    others = {*(each.venue_id for each in page), *([chosen] if chosen else [])} - set(named)
    by_name = sorted(named.items(), key=lambda each: each[1].casefold())
    return [*by_name, *((id, id) for id in sorted(others))]
