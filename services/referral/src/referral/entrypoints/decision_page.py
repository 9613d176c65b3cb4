"""The decision about a referral: what the rules suggest and why, and a form in which the clinician decides."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, redirect, render_template, request
from movewell.contracts.types import EndCode, RejectionReason, SessionFormat
from movewell.kernel import DomainError, Invalid, NotFound
from movewell.store.unit import Unit, Units
from movewell.web.policy import principal
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from referral.application.make_decision import LONGEST_NOTE, make_decision, suggestion_for
from referral.application.receive_referral import Secrecy
from referral.domain.decision import Choice, Made, OverrideReason
from referral.domain.incoming import Unreadable, read_text
from referral.domain.london import london_day
from referral.domain.person import Person
from referral.domain.referral import Referral, ReferralStatus
from referral.domain.suggestion import Suggestion
from referral.entrypoints.form import faults_of, form_key, send_once
from referral.entrypoints.who import who
from referral.entrypoints.wording import CHOICES, END_CODES, FORMATS, OVERRIDES, REJECTIONS, in_words

MOST_SESSIONS = 52
FAULTS = {
    "choice": "Select what you decide",
    "format": "Select group or one-to-one sessions",
    "sessions_planned": f"Enter the number of sessions, from 1 to {MOST_SESSIONS}",
    "activity": "Select a local activity",
    "rejection": "Select why the referral is declined",
    "end_code": "Select why the patient is discharged",
    "override": "Select why you decide otherwise than suggested",
    "note": f"Write a note of 1 to {LONGEST_NOTE} characters",
}
Activities = Mapping[str, Mapping[str, str]]


def add_decision_pages(pages: Blueprint, units: Units, secrecy: Secrecy, activities: Activities) -> None:
    """Add the form. `activities`: tenant → code of a local activity → its words."""

    def show(referral_id: str, faults: Mapping[str, str] | None = None, status: int = 200) -> tuple[str, int]:
        def read(unit: Unit) -> tuple[Referral, Person, Suggestion | None]:
            found = unit.get(Referral, referral_id)
            return found, unit.get(Person, found.person_id), suggestion_for(unit, found)

        found, person, suggestion = units.read(principal().tenant, read)
        about = who(secrecy.keyring, person)
        page = render_template(
            "decision.jinja",
            referral=found,
            who=about,
            age=about.age(london_day(units.clock.now())),
            suggestion=suggestion,
            suggested=in_words(CHOICES, suggestion.choice) if suggestion and suggestion.choice else None,
            choices=choices_for(found),
            words={"choices": CHOICES, "formats": FORMATS, "overrides": OVERRIDES},
            rejections=REJECTIONS,
            end_codes=end_codes_for(found),
            activities=activities.get(principal().tenant, {}),
            given=request.form,
            faults={each: (faults or {})[each] for each in ("", *FAULTS) if each in (faults or {})},
            key=request.form.get("key") or form_key(),
            longest_note=LONGEST_NOTE,
        )
        return page, status

    @pages.get("/referrals/<referral_id>/decision")
    def decision(referral_id: str) -> tuple[str, int]:
        return show(referral_id)

    @pages.post("/referrals/<referral_id>/decision")
    def decide(referral_id: str) -> Response | tuple[str, int]:
        by, known = principal(), activities.get(principal().tenant, {})
        try:
            made, seen = read_made(request.form, known), _seen(request.form)
            send_once(
                units,
                f"decision {referral_id}",
                lambda unit: make_decision(unit, secrecy, referral_id, made, seen=seen, by=by.subject, name=by.name),
            )
        except NotFound:
            raise
        except Invalid as invalid:
            return show(referral_id, faults_of(invalid, FAULTS), 400)
        except DomainError as refused:
            return show(referral_id, {"": refused.detail}, 409)
        return redirect(f"/referrals/{referral_id}?done={made.choice.value}", 303)


def choices_for(referral: Referral) -> list[Choice]:
    """What may be decided where the referral stands; nothing once it has ended."""
    if not referral.is_open:
        return []
    if referral.status is ReferralStatus.ACCEPTED:
        return [Choice.DISCHARGE, Choice.WITHDRAW]
    return [Choice.ACCEPT, Choice.ASK_GP, Choice.SIGNPOST, Choice.DECLINE, Choice.WITHDRAW, Choice.DISCHARGE]


def end_codes_for(referral: Referral) -> dict[str, str]:
    """The end codes that fit whether the patient was taken on."""
    return {each.value: END_CODES[each.value] for each in EndCode if referral.may_end_with(each)}


def read_made(form: MultiDict[str, str], activities: Mapping[str, str]) -> Made:
    """The decision in the form: only the fields of what was chosen. Raises Invalid with every fault."""
    choice = _member(Choice, form.get("choice"))
    if choice is None:
        raise Invalid("Nothing is chosen.", [("/choice", FAULTS["choice"])])
    read: dict[str, Any] = {}
    if choice is Choice.ACCEPT:
        read["format"] = _member(SessionFormat, form.get("format"))
        read["sessions_planned"] = _sessions(form.get("sessions_planned", ""))
    elif choice is Choice.SIGNPOST:
        read["activity"] = form.get("activity") if form.get("activity") in activities else None
    elif choice is Choice.DECLINE:
        read["rejection"] = _member(RejectionReason, form.get("rejection"))
    elif choice is Choice.DISCHARGE:
        read["end_code"] = _member(EndCode, form.get("end_code"))
    faults = [(f"/{name}", FAULTS[name]) for name, value in read.items() if value is None]
    note = _note(form, faults)
    if faults:
        raise Invalid("The decision is not complete.", faults)
    return Made(choice=choice, **read, override=_member(OverrideReason, form.get("override")), note=note)


def _note(form: MultiDict[str, str], faults: list[tuple[str, str]]) -> str | None:
    written = form.get("note", "").replace("\r\n", "\n").strip()
    if not written:
        return None
    try:
        if len(written) > LONGEST_NOTE:
            raise Unreadable("is too long")
        return read_text(written)
    except Unreadable:
        faults.append(("/note", FAULTS["note"]))
        return None


def _member(of: Any, written: str | None) -> Any:
    return next((each for each in of if each.value == written), None)


def _sessions(written: str) -> int | None:
    text = written.strip()
    number = int(text) if text.isascii() and text.isdigit() and len(text) <= 3 else 0
    return number if 1 <= number <= MOST_SESSIONS else None


def _seen(form: MultiDict[str, str]) -> int:
    """The version of the referral that the form was shown for."""
    written = form.get("seen", "")
    return int(written) if written.isascii() and written.isdigit() and len(written) < 10 else 0
