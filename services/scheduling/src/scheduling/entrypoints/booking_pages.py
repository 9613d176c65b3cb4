"""The patient's sessions: see them, move one, cancel one or the rest, take them into a calendar. Reached by a link."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import Blueprint, redirect, render_template, request
from movewell.contracts.types import Actor, AttendanceCode
from movewell.kernel import DomainError, NotFound
from movewell.store.burned_links import burn
from movewell.store.unit import Unit, Units
from movewell.web.body import cause
from movewell.web.links import LinkReader
from movewell.web.patients import PatientSessions, link_routes
from movewell.web.policy import principal
from werkzeug.wrappers import Response

from scheduling.adapters.calendar_file import Calendar, CalendarEntry
from scheduling.application.describe_venue import Place
from scheduling.application.move_booking import move_booking, sessions_to_move_to
from scheduling.application.settle_booking import bookings_of, cancel_booking, cancel_the_rest
from scheduling.domain.booking import Booking, BookingSettled, BookingStatus, SessionBegun
from scheduling.domain.programme import Programme, ProgrammeStatus
from scheduling.domain.session import AlreadyElsewhere, Session
from scheduling.entrypoints.venues import venue_shown, venues_shown

BY_PATIENT = AttendanceCode.CANCELLED_BY_PATIENT
A_PAGE = 10
"""How many times to move to are shown at once: a phone's screen or two."""
_DONE = ("moved", "cancelled", "all-cancelled")
T = TypeVar("T")


@dataclass(frozen=True)
class Shown:
    """A booking with what a page says of it."""

    booking: Booking
    session: Session
    venue: Place | None

    def as_entry(self) -> CalendarEntry:
        """What a calendar is told."""
        place = ", ".join(each for each in (self.venue.name, self.venue.address) if each) if self.venue else ""
        booking = self.booking
        is_cancelled = booking.status is BookingStatus.CANCELLED
        return CalendarEntry(booking.id, booking.moves, booking.starts_at, booking.ends_at, place, is_cancelled)


def add_booking_pages(
    blueprint: Blueprint, units: Units, reader: LinkReader, patients: PatientSessions, public_url: str
) -> None:
    """Add the pages to the service's blueprint."""
    calendar = Calendar(urlsplit(public_url).hostname or "localhost")
    link_routes(
        blueprint,
        thing="booking",
        purpose="booking",
        reader=reader,
        sessions=patients,
        burn=lambda link: burn(units, link.tenant, link.jti),
        clock=units.clock,
    )

    def reading(work: Callable[[Unit], T]) -> T:
        return units.read(principal().tenant, work)

    def commanding(work: Callable[[Unit], T]) -> T:
        return units.run(principal().tenant, cause(), work)

    @blueprint.get("/booking")
    def booking() -> str:
        shown = reading(_every_booking)
        programme = reading(lambda unit: unit.get(Programme, principal().subject))
        now, done = units.clock.now(), request.args.get("done")
        return render_template(
            "booking.jinja",
            ahead=[each for each in shown if each.booking.is_ahead(now)],
            past=[each for each in shown if not each.booking.is_ahead(now)],
            has_ended=programme.status is ProgrammeStatus.ENDED,
            done=done if done in _DONE else None,
        )

    @blueprint.get("/booking/<booking_id>/move")
    def booking_move(booking_id: str) -> Response | str:
        return show_times(booking_id)

    def show_times(booking_id: str, **more: Any) -> Any:
        try:
            shown, times = reading(lambda unit: _times(unit, booking_id))
        except (BookingSettled, SessionBegun) as refused:
            return too_late(refused)
        page = min(_page(), max(1, -(-len(times) // A_PAGE)))
        here = times[(page - 1) * A_PAGE : page * A_PAGE]
        more_times = len(times) > page * A_PAGE
        return render_template("booking_move.jinja", shown=shown, times=here, page=page, more_times=more_times, **more)

    @blueprint.post("/booking/<booking_id>/move")
    def booking_moved(booking_id: str) -> Any:
        reading(lambda unit: _own(unit, booking_id))
        chosen = request.form.getlist("session")
        if len(chosen) != 1:
            return show_times(booking_id, error="Select a time to move to"), 400
        try:
            commanding(lambda unit: move_booking(unit, booking_id, chosen[0], Actor.PATIENT))
        except (BookingSettled, SessionBegun) as refused:
            return too_late(refused)
        except AlreadyElsewhere:
            return show_times(booking_id, error="You have another session at that time. Select another"), 409
        except DomainError:  # full, cancelled, too near by now, or never a choice
            return show_times(booking_id, error="That time is no longer free. Select another", taken=True), 409
        return redirect("/booking?done=moved", 303)

    @blueprint.get("/booking/<booking_id>/cancel")
    def booking_cancel(booking_id: str) -> Any:
        shown = reading(lambda unit: _with_words(unit, _own(unit, booking_id)))
        try:
            shown.booking.require_ahead(units.clock.now())
        except (BookingSettled, SessionBegun) as refused:
            return too_late(refused)
        return render_template("booking_cancel.jinja", ahead=[shown], action=f"/booking/{booking_id}/cancel")

    @blueprint.post("/booking/<booking_id>/cancel")
    def booking_cancelled(booking_id: str) -> Any:
        reading(lambda unit: _own(unit, booking_id))
        try:
            commanding(lambda unit: cancel_booking(unit, booking_id, BY_PATIENT, Actor.PATIENT))
        except (BookingSettled, SessionBegun) as refused:
            return too_late(refused)
        return redirect("/booking?done=cancelled", 303)

    @blueprint.get("/booking/cancel")
    def booking_cancel_all() -> Any:
        now = units.clock.now()
        ahead = [each for each in reading(_every_booking) if each.booking.is_ahead(now)]
        if not ahead:
            return redirect("/booking", 303)
        return render_template("booking_cancel.jinja", ahead=ahead, all=True, action="/booking/cancel")

    @blueprint.post("/booking/cancel")
    def booking_all_cancelled() -> Response:
        who = principal()
        commanding(lambda unit: cancel_the_rest(unit, who.subject, BY_PATIENT, Actor.PATIENT))
        return redirect("/booking?done=all-cancelled", 303)

    @blueprint.get("/booking/calendar.ics")
    def booking_calendar() -> Response:
        now = units.clock.now()
        ahead = [each for each in reading(_every_booking) if each.booking.is_ahead(now)]
        return calendar.answer([each.as_entry() for each in ahead], now, "sessions")

    @blueprint.get("/booking/<booking_id>/calendar.ics")
    def booking_calendar_entry(booking_id: str) -> Response:
        entry = reading(lambda unit: _with_words(unit, _own(unit, booking_id))).as_entry()
        return calendar.answer([entry], units.clock.now(), "session")

    def too_late(refused: DomainError) -> tuple[str, int]:
        return render_template("booking_too_late.jinja", code=refused.code), 409


def _own(unit: Unit, booking_id: str) -> Booking:
    """The booking, if it is of the referral that the link is for. Raises NotFound."""
    booking = unit.get(Booking, booking_id)
    if booking.referral_id != principal().subject:
        raise NotFound("There is no such booking.")
    return booking


def _with_words(unit: Unit, booking: Booking) -> Shown:
    session = unit.get(Session, booking.session_id)
    return Shown(booking, session, venue_shown(unit, session.venue_id))


def _every_booking(unit: Unit) -> list[Shown]:
    return [_with_words(unit, each) for each in bookings_of(unit, principal().subject)]


def _times(unit: Unit, booking_id: str) -> tuple[Shown, list[tuple[Session, Place | None]]]:
    """The booking, and the sessions that it can be moved to. Raises BookingSettled, SessionBegun, ClearanceMissing."""
    shown = _with_words(unit, _own(unit, booking_id))
    shown.booking.require_ahead(unit.now)
    found = sessions_to_move_to(unit, shown.booking)
    venues = venues_shown(unit, found)
    return shown, [(each, venues[each.venue_id]) for each in found]


def _page() -> int:
    text = request.args.get("page", "")
    return max(1, int(text)) if text.isascii() and text.isdecimal() and len(text) < 4 else 1
