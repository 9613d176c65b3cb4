"""A coordinator cancels or moves a booking, or says when a patient can come: for the patient, on the phone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, redirect, render_template, request
from movewell.contracts.types import Actor, AttendanceCode, SessionFormat
from movewell.kernel import DomainError, Invalid, NotFound
from movewell.store.unit import Unit, Units
from movewell.web.body import cause
from movewell.web.policy import principal
from werkzeug.wrappers import Response

from scheduling.application.answer_offer import agree_times, ask_another_time
from scheduling.application.move_booking import move_booking, sessions_to_move_to
from scheduling.application.open_names import Names, persons
from scheduling.application.settle_booking import cancel_booking
from scheduling.domain.booking import Booking, BookingStatus
from scheduling.domain.preference import DAYS, PartOfDay, Preference
from scheduling.domain.programme import ClearanceMissing, Programme
from scheduling.domain.session import Session
from scheduling.entrypoints.venues import venue_shown, venues_shown
from scheduling.entrypoints.words import choices, in_words

Shown = Response | tuple[str, int]
_WHO_CANCELS = tuple(AttendanceCode(each) for each in ("2", "4"))
_MOST_TIMES = 30


def _booking_of(unit: Unit, referral_id: str, booking_id: str) -> Booking:
    booking = unit.get(Booking, booking_id)
    if booking.referral_id != referral_id:
        raise NotFound("There is no such booking.")
    return booking


def _read_booking(unit: Unit, referral_id: str, booking_id: str) -> dict[str, Any]:
    """A booking and what pages say of it, the name still sealed. Raises NotFound."""
    booking = _booking_of(unit, referral_id, booking_id)
    session = unit.get(Session, booking.session_id)
    return {
        "booking": booking,
        "session": session,
        "venue": venue_shown(unit, session.venue_id),
        "person": persons(unit, [booking.person_id])[0],
    }


def add_programme_bookings(blueprint: Blueprint, units: Units, names: Names) -> None:
    """Add the pages to the service's blueprint."""

    def with_name(read: dict[str, Any]) -> dict[str, Any]:
        person = read.pop("person")
        return {**read, "known": names.known([person])[person.id]}

    def do(referral_id: str, done: str, work: Callable[[Unit], Any], again: Callable[[DomainError], Shown]) -> Shown:
        """Do it and go back to the programme; what is refused is said on the page that asked."""
        try:
            units.run(principal().tenant, cause(), work)
        except NotFound:
            raise
        except DomainError as refused:
            return again(refused)
        return redirect(f"/programmes/{referral_id}?done={done}", 303)

    def ask_cancel(referral_id: str, booking_id: str, error: str | None = None, status: int = 200) -> tuple[str, int]:
        read = units.read(principal().tenant, lambda unit: _read_booking(unit, referral_id, booking_id))
        who = [(each.value, in_words(each)) for each in _WHO_CANCELS]
        is_booked = read["booking"].status is BookingStatus.BOOKED
        return render_template(
            "staff/booking_cancel.jinja", **with_name(read), choices=who, is_booked=is_booked, error=error
        ), status

    @blueprint.get("/programmes/<referral_id>/bookings/<booking_id>/cancel")
    def programme_booking_cancel(referral_id: str, booking_id: str) -> Shown:
        return ask_cancel(referral_id, booking_id)

    @blueprint.post("/programmes/<referral_id>/bookings/<booking_id>/cancel")
    def programme_booking_cancelled(referral_id: str, booking_id: str) -> Shown:
        code = {each.value: each for each in _WHO_CANCELS}.get(request.form.get("code", ""))
        if code is None:
            return ask_cancel(referral_id, booking_id, "Select who cancels", 400)
        return do(
            referral_id,
            "cancelled",
            lambda unit: cancel_booking(unit, _booking_of(unit, referral_id, booking_id).id, code, Actor.STAFF),
            lambda refused: ask_cancel(referral_id, booking_id, refused.detail, 409),
        )

    def ask_move(referral_id: str, booking_id: str, error: str | None = None, status: int = 200) -> tuple[str, int]:
        def read(unit: Unit) -> dict[str, Any]:
            found = _read_booking(unit, referral_id, booking_id)
            is_ahead = found["booking"].is_ahead(unit.now)
            times = _times(unit, found["booking"]) if is_ahead else []
            return {**found, "times": times, "venues": venues_shown(unit, times), "is_ahead": is_ahead}

        found = units.read(principal().tenant, read)
        return render_template("staff/booking_move.jinja", **with_name(found), error=error), status

    @blueprint.get("/programmes/<referral_id>/bookings/<booking_id>/move")
    def programme_booking_move(referral_id: str, booking_id: str) -> Shown:
        return ask_move(referral_id, booking_id)

    @blueprint.post("/programmes/<referral_id>/bookings/<booking_id>/move")
    def programme_booking_moved(referral_id: str, booking_id: str) -> Shown:
        chosen = request.form.get("session", "")
        if not chosen:
            return ask_move(referral_id, booking_id, "Select a time to move to", 400)

        def work(unit: Unit) -> Booking:
            return move_booking(unit, _booking_of(unit, referral_id, booking_id).id, chosen, Actor.STAFF)

        return do(referral_id, "moved", work, lambda refused: ask_move(referral_id, booking_id, refused.detail, 409))

    def ask_times(referral_id: str, error: str | None = None, status: int = 200) -> tuple[str, int]:
        def read(unit: Unit) -> dict[str, Any]:
            programme = unit.get(Programme, referral_id)
            return {"programme": programme, "person": persons(unit, [programme.person_id])[0]}

        found = with_name(units.read(principal().tenant, read))
        before = found["programme"].preference
        given = request.form.getlist("times") if request.method == "POST" else before.times if before else []
        return render_template(
            "staff/times.jinja",
            **found,
            days=DAYS,
            parts=[each.value for each in PartOfDay],
            chosen=given,
            formats=choices(SessionFormat),
            format=request.form.get("format") or (found["programme"].format or SessionFormat.GROUP).value,
            error=error,
        ), status

    @blueprint.get("/programmes/<referral_id>/times")
    def programme_times(referral_id: str) -> Shown:
        return ask_times(referral_id)

    @blueprint.post("/programmes/<referral_id>/times")
    def programme_times_sent(referral_id: str) -> Shown:
        formats = {each.value: each for each in SessionFormat}
        try:
            wish = Preference.of(request.form.getlist("times"), formats.get(request.form.get("format", "")))
        except Invalid:
            return ask_times(referral_id, "Select at least one time", 400)

        def work(unit: Unit) -> Programme:
            programme = unit.get(Programme, referral_id)
            if programme.offer_id is not None:
                return ask_another_time(unit, programme.offer_id, wish, Actor.STAFF)
            return agree_times(unit, referral_id, wish)

        return do(referral_id, "times", work, lambda refused: ask_times(referral_id, refused.detail, 409))


def _times(unit: Unit, booking: Booking) -> list[Session]:
    try:
        return sessions_to_move_to(unit, booking)[:_MOST_TIMES]
    except ClearanceMissing:
        return []
