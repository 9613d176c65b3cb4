"""A referral's page: who it is about, where it stands, what is missing, and all that happened."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, render_template, request
from movewell.keyring.port import KeyDestroyed
from movewell.keyring.sealing import open_sealed
from movewell.projections import generation_of, rows_of
from movewell.store.port import Document
from movewell.store.unit import Unit, Units
from movewell.web.policy import principal

from referral.application.make_decision import NOTE
from referral.application.read_worklist import Line
from referral.application.receive_referral import REASON, Secrecy
from referral.domain.decision import Choice, Decision
from referral.domain.london import london_day
from referral.domain.person import Person
from referral.domain.referral import Referral
from referral.entrypoints import wording as words
from referral.entrypoints.decision_page import Activities
from referral.entrypoints.said import said_by_patient
from referral.entrypoints.standing import flags, missing, shown_wait, stage_words
from referral.entrypoints.timeline_words import told
from referral.entrypoints.who import who
from referral.entrypoints.wording import in_words
from referral.projections.timeline_rows import TIMELINES
from referral.projections.worklist_rows import ATTENDED, WORKLIST

_JUST_NOW = timedelta(minutes=10)
DONE = {
    Choice.ACCEPT: "The referral is accepted",
    Choice.SIGNPOST: "The patient is signposted to a local activity",
    Choice.DECLINE: "The referral is declined",
    Choice.ASK_GP: "It is noted that the GP is asked for a medical clearance",
    Choice.WITHDRAW: "It is recorded that the patient withdrew",
    Choice.DISCHARGE: "The patient is discharged",
}


@dataclass(frozen=True)
class ShownDecision:
    """A decision in words; `note` is opened for clinicians only."""

    choice: str
    by: str
    at: datetime
    override: str | None
    note: str | None = field(repr=False)


@dataclass(frozen=True)
class ShownBooking:
    """A session that was booked; `came` is what became of it."""

    starts_at: datetime
    format: str
    came: str


def add_referral_page(pages: Blueprint, units: Units, secrecy: Secrecy, activities: Activities) -> None:
    """Add the page."""

    def read(unit: Unit, referral_id: str) -> tuple[Line, list[Document]]:
        referral = unit.get(Referral, referral_id)
        rows, timelines = (
            unit.tx.get(rows_of(each.collection, generation_of(unit.tx)).name, referral_id) or {}
            for each in (WORKLIST, TIMELINES)
        )
        return Line(rows, referral, unit.get(Person, referral.person_id)), timelines.get("entries", [])

    @pages.get("/referrals/<referral_id>")
    def referral(referral_id: str) -> str:
        asking, now = principal(), units.clock.now()
        line, entries = units.read(asking.tenant, lambda unit: read(unit, referral_id))
        found, row = line.referral, line.row
        about = who(secrecy.keyring, line.person, contact=True)
        is_clinician = "clinician" in asking.roles
        return render_template(
            "referral.jinja",
            referral=found,
            who=about,
            age=about.age(london_day(now)),
            stage=stage_words(found, row),
            wait=shown_wait(found, row, now),
            missing=missing(found, row, now),
            flags=flags(row) if found.is_open else [],
            source=in_words(words.SOURCES, found.source),
            reason=_reason(secrecy, found),
            said=said_by_patient(secrecy, found),
            is_claim=line.person.number_is_claimed,
            screening=found.screening,
            words=words,
            decisions=[_decision(secrecy, found, each, opened=is_clinician) for each in found.decisions],
            bookings=_bookings(row),
            attended=sum(each.get("code") in ATTENDED for each in row.get("bookings", {}).values()),
            scores=row.get("scores", {}),
            timeline=told(entries, dict(activities.get(asking.tenant, {}))),
            is_clinician=is_clinician,
            done=_done(found, now),
        )


def _done(referral: Referral, now: datetime) -> str | None:
    """What the address says was done, if that is what was done last, and just now."""
    last = referral.decisions[-1] if referral.decisions else None
    if last is None or request.args.get("done") != last.choice.value or now - last.decided_at > _JUST_NOW:
        return None
    return DONE[last.choice]


def _reason(secrecy: Secrecy, referral: Referral) -> str:
    parts = [_opened(secrecy, referral, REASON, each) or "" for each in referral.reason]
    return "".join(parts).strip()


def _opened(secrecy: Secrecy, referral: Referral, purpose: str, sealed: str) -> str | None:
    try:
        opened: dict[str, Any] = open_sealed(secrecy.keyring, referral.tenant, referral.person_id, purpose, sealed)
    except KeyDestroyed:
        return None
    return str(opened["text"])


def _decision(secrecy: Secrecy, referral: Referral, decision: Decision, *, opened: bool) -> ShownDecision:
    note = _opened(secrecy, referral, NOTE, decision.note) if opened and decision.note else None
    return ShownDecision(
        in_words(words.CHOICES, decision.choice),
        decision.name or decision.by,
        decision.decided_at,
        in_words(words.OVERRIDES, decision.override) if decision.override else None,
        note,
    )


def _bookings(row: Document) -> list[ShownBooking]:
    """In order of time."""
    booked = sorted(row.get("bookings", {}).values(), key=lambda each: str(each.get("starts_at")))
    return [
        ShownBooking(
            datetime.fromisoformat(each["starts_at"]),
            in_words(words.FORMATS, each["format"]),
            in_words(words.ATTENDANCE, each["code"]) if each.get("code") else "Booked",
        )
        for each in booked
        if "starts_at" in each
    ]
