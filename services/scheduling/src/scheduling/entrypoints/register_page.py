"""`/register/<session>`: who comes, what to take care of, whom to call; attendance in two taps."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, jsonify, redirect, render_template, request
from movewell.contracts.precautions import precaution_words
from movewell.contracts.types import AttendanceCode
from movewell.kernel import DomainError, Invalid
from movewell.keyring.personal import Personal
from movewell.store.unit import Unit, Units, new_id
from movewell.web.accesses import note_seen
from movewell.web.policy import principal
from werkzeug.wrappers import Response

from scheduling.application.describe_venue import Place
from scheduling.application.open_names import Known, Names, persons
from scheduling.application.settle_booking import correct_attendance, record_attendance
from scheduling.domain.adverse_event import AdverseEvent
from scheduling.domain.booking import Booking, BookingStatus
from scheduling.domain.person import Note, Person
from scheduling.domain.programme import Programme
from scheduling.domain.session import Session
from scheduling.entrypoints.reach import booking_within_reach, do_once, session_within_reach
from scheduling.entrypoints.venues import venue_shown
from scheduling.entrypoints.words import in_words

CODES = tuple(AttendanceCode(each) for each in ("5", "3", "6", "7"))
_READS_NOTES = frozenset({"instructor", "clinician"})
_MOST, _LATEST = 200, 5


@dataclass(frozen=True)
class Line:
    """One patient of the register. `notes` are the newest of the programme, None for who may not read them."""

    booking: Booking
    known: Known
    programme: Programme | None
    precautions: list[str]
    adverse_events: list[AdverseEvent]
    notes: list[tuple[Note, Personal[str] | None]] | None
    is_correctable: bool
    key: str


@dataclass(frozen=True)
class _Kept:
    """What is read at once, still sealed."""

    session: Session
    venue: Place | None
    bookings: list[Booking]
    programmes: dict[str, Programme | None]
    persons: list[Person]
    adverse_events: list[AdverseEvent]
    notes: dict[str, list[Note]]


def _read(unit: Unit, session_id: str, with_notes: bool) -> _Kept:
    session = session_within_reach(unit, session_id)
    found = unit.find(Booking, {"session_id": session.id}, limit=_MOST)
    bookings = [each for each in found if each.status is not BookingStatus.CANCELLED]
    referrals = [each.referral_id for each in bookings]
    return _Kept(
        session,
        venue_shown(unit, session.venue_id),
        bookings,
        {id: unit.find_one(Programme, id) for id in referrals},
        persons(unit, (each.person_id for each in bookings)),
        unit.find(AdverseEvent, {"session_id": session.id}, limit=_MOST),
        {id: _notes_of(unit, id) for id in referrals} if with_notes else {},
    )


def _notes_of(unit: Unit, referral_id: str) -> list[Note]:
    where = {"referral_id": referral_id}
    return unit.find(Note, where, order=("written_at",), descending=True, limit=_LATEST)


def add_register_page(blueprint: Blueprint, units: Units, names: Names) -> None:
    """Add the page to the service's blueprint."""

    def lines(kept: _Kept, with_notes: bool) -> list[Line]:
        known, now = names.known(kept.persons), units.clock.now()
        made = [
            Line(
                each,
                known[each.person_id],
                programme := kept.programmes[each.referral_id],
                precaution_words(programme.precautions if programme else None),
                [one for one in kept.adverse_events if one.booking_id == each.id],
                [(one, names.text(one)) for one in kept.notes[each.referral_id]] if with_notes else None,
                each.is_correctable(now),
                new_id(),
            )
            for each in kept.bookings
        ]
        return sorted(made, key=lambda line: line.known.in_order)

    def show(session_id: str, error: str | None = None, status: int = 200) -> tuple[str, int]:
        who = principal()
        with_notes = bool(who.roles & _READS_NOTES)
        kept = units.read(who.tenant, lambda unit: _read(unit, session_id, with_notes))
        note_seen(each.referral_id for each in kept.bookings)
        page = render_template(
            "staff/register.jinja",
            session=kept.session,
            venue=kept.venue,
            lines=lines(kept, with_notes),
            codes=CODES,
            has_started=units.clock.now() >= kept.session.starts_at,
            may_write=bool(who.roles & {"instructor", "coordinator"}),
            done=request.args.get("done"),
            about=request.args.get("about"),
            whom=who.subject,
            error=error,
        )
        return page, status

    @blueprint.get("/register/<session_id>")
    def register(session_id: str) -> tuple[str, int]:
        return show(session_id)

    @blueprint.post("/register/<session_id>/attendance")
    def register_attendance(session_id: str) -> Response | tuple[str, int]:
        booking_id, code, was = _tapped()

        def work(unit: Unit) -> dict[str, str]:
            booking = booking_within_reach(unit, session_id, booking_id)
            note_seen([booking.referral_id])
            by = principal().subject
            if was is None:
                booking = record_attendance(unit, booking.id, code, by)
            else:
                booking = correct_attendance(unit, booking.id, was, code, by)
            return {"booking_id": booking.id, "code": code.value, "words": in_words(code)}

        note_seen([])
        if request.accept_mimetypes.best == "application/json":
            return jsonify(do_once(units, f"attendance|{session_id}", work).body)
        try:
            do_once(units, f"attendance|{session_id}", work)
        except DomainError as refused:
            if refused.code in ("not-found", "invalid"):
                raise
            return show(session_id, refused.detail, 409)
        return redirect(f"/register/{session_id}?done=attendance&about={booking_id}#booking-{booking_id}", 303)


def _tapped() -> tuple[str, AttendanceCode, AttendanceCode | None]:
    """Booking, code, and the code that the page showed before. Raises Invalid."""
    form = request.form
    codes = {each.value: each for each in CODES}
    code, was = form.get("code", ""), form.get("was", "")
    if code not in codes or (was and was not in codes):
        raise Invalid("That is not an attendance.", [("code", "Choose one of the attendances.")])
    return form.get("booking_id", ""), codes[code], codes.get(was)
