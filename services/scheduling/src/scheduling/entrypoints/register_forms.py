"""What an instructor writes down of a patient: an adverse event in codes, a note in words that are sealed."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any

from flask import Blueprint, redirect, render_template, request
from movewell.contracts.adverse_events import AdverseEventAction, AdverseEventKind, AdverseEventSeverity, Relatedness
from movewell.kernel import DomainError
from movewell.store.unit import Unit, Units, new_id
from movewell.web.accesses import note_seen
from movewell.web.policy import principal
from werkzeug.wrappers import Response

from scheduling.application.open_names import Known, Names, persons
from scheduling.application.report_adverse_event import Happening, report_adverse_event
from scheduling.application.write_note import MOST_CHARACTERS, write_note
from scheduling.domain.booking import Booking
from scheduling.entrypoints.reach import booking_within_reach, do_once
from scheduling.entrypoints.words import choices

Shown = Response | tuple[str, int]
QUESTIONS: Mapping[str, tuple[type[Enum], str, str]] = {
    "kind": (AdverseEventKind, "What happened?", "Select what happened"),
    "severity": (AdverseEventSeverity, "How serious was it?", "Select how serious it was"),
    "relatedness": (Relatedness, "Was it because of the session?", "Select whether it was because of the session"),
    "action": (AdverseEventAction, "What was done first?", "Select what was done"),
}
"""Field → its codes, the question, and what to say when it is not answered."""


def add_register_forms(blueprint: Blueprint, units: Units, names: Names) -> None:
    """Add the pages to the service's blueprint."""

    def find(session_id: str, booking_id: str) -> tuple[Booking, Known]:
        def read(unit: Unit) -> tuple[Booking, list[Any]]:
            booking = booking_within_reach(unit, session_id, booking_id)
            return booking, persons(unit, [booking.person_id])

        booking, kept = units.read(principal().tenant, read)
        note_seen([booking.referral_id])
        return booking, names.known(kept)[booking.person_id]

    def show(template: str, session_id: str, booking_id: str, status: int = 200, **more: Any) -> tuple[str, int]:
        booking, known = find(session_id, booking_id)
        given = {"booking": booking, "known": known, "session_id": session_id, "key": _key()}
        return render_template(template, **given, given=request.form, **more), status

    def settle(template: str, session_id: str, booking_id: str, done: str, work: Any, **more: Any) -> Shown:
        find(session_id, booking_id)
        try:
            do_once(units, f"{done}|{session_id}|{booking_id}", work)
        except DomainError as refused:
            if refused.code in ("not-found", "invalid"):
                raise
            return show(template, session_id, booking_id, 409, refused=refused.detail, faults={}, **more)
        return redirect(f"/register/{session_id}?done={done}&about={booking_id}#booking-{booking_id}", 303)

    asked = {name: {"legend": legend, "choices": choices(codes)} for name, (codes, legend, _) in QUESTIONS.items()}

    @blueprint.get("/register/<session_id>/adverse-events/<booking_id>")
    def adverse_event(session_id: str, booking_id: str) -> tuple[str, int]:
        return show("staff/adverse_event.jinja", session_id, booking_id, asked=asked, faults={})

    @blueprint.post("/register/<session_id>/adverse-events/<booking_id>")
    def adverse_event_sent(session_id: str, booking_id: str) -> Shown:
        chosen, faults = _chosen()
        if faults:
            return show("staff/adverse_event.jinja", session_id, booking_id, 400, asked=asked, faults=faults)

        def work(unit: Unit) -> dict[str, str]:
            booking = booking_within_reach(unit, session_id, booking_id)
            return {"id": report_adverse_event(unit, booking.id, Happening(**chosen), principal().subject).id}

        return settle("staff/adverse_event.jinja", session_id, booking_id, "adverse-event", work, asked=asked)

    @blueprint.get("/register/<session_id>/notes/<booking_id>")
    def note(session_id: str, booking_id: str) -> tuple[str, int]:
        return show("staff/note.jinja", session_id, booking_id, most=MOST_CHARACTERS, faults={})

    @blueprint.post("/register/<session_id>/notes/<booking_id>")
    def note_sent(session_id: str, booking_id: str) -> Shown:
        text = request.form.get("text", "").replace("\r\n", "\n").strip()
        if fault := _fault_of_note(text):
            return show("staff/note.jinja", session_id, booking_id, 400, most=MOST_CHARACTERS, faults={"text": fault})

        def work(unit: Unit) -> dict[str, str]:
            booking = booking_within_reach(unit, session_id, booking_id)
            return {"id": write_note(unit, names.keyring, booking.id, text, principal().subject).id}

        return settle("staff/note.jinja", session_id, booking_id, "note", work, most=MOST_CHARACTERS)


def _key() -> str:
    """Of a form that comes back it is the same: a press that was refused did nothing."""
    return request.form.get("idempotency_key") or new_id()


def _chosen() -> tuple[dict[str, Any], dict[str, str]]:
    chosen: dict[str, Any] = {}
    faults: dict[str, str] = {}
    for name, (codes, _, missing) in QUESTIONS.items():
        try:
            chosen[name] = codes(request.form.get(name, ""))
        except ValueError:
            faults[name] = missing
    return chosen, faults


def _fault_of_note(text: str) -> str | None:
    if not text:
        return "Enter a note"
    if len(text) > MOST_CHARACTERS:
        return f"A note must be {MOST_CHARACTERS} characters or less"
    return None
