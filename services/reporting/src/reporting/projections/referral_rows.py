"""One row a referral: where from, when each step happened, and what came of it. `site` is of the last booking."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from enum import Enum
from typing import Any

from movewell.contracts import outcomes, referral, scheduling
from movewell.projections import Projection
from movewell.store.port import Collection, Document, Index
from movewell.wire.schema import time_text

from reporting.figures.facts import facts_of, text_of

Row = Document


def _at(field: str, attribute: str) -> Callable[[Row, Any], Row]:
    """The moment of the first such event."""

    def fold(row: Row, event: Any) -> Row:
        return {**row, field: row.get(field) or time_text(getattr(event, attribute))}

    return fold


def _received(row: Row, event: referral.ReferralReceived) -> Row:
    return {
        **row,
        "source": event.source.value,
        "received_at": time_text(event.received_at),
        "ethnicity": _plain(event.ethnic_category),
        "deprivation": event.deprivation_decile,
    }


def _screened(row: Row, event: referral.ScreeningRecorded) -> Row:
    moment, outcome = time_text(event.screened_at), event.outcome.value
    return {**row, "screened_at": row.get("screened_at") or moment, "screening_outcome": outcome}


def _cleared(row: Row, event: referral.ClearanceGranted) -> Row:
    return {**row, "cleared": True}


def _not_cleared(row: Row, event: referral.ClearanceWithdrawn) -> Row:
    return {**row, "cleared": False}


def _accepted(row: Row, event: referral.ReferralAccepted) -> Row:
    return {**row, "accepted_at": time_text(event.accepted_at), "format": event.format.value}


def _ended(name: str, attribute: str, code: str | None = None) -> Callable[[Row, Any], Row]:
    """The referral ended this way; `code` is the event's attribute with the coded reason, if it has one.

    An erasure after another ending leaves that ending as it was.
    """

    def fold(row: Row, event: Any) -> Row:
        if row.get("ended"):
            return row
        moment = time_text(getattr(event, attribute))
        row = {**row, "ended": name, "ended_at": moment}
        if name in ("declined", "signposted"):
            row[f"{name}_at"] = moment
        if code is not None:
            row["end_code" if code == "end_code" else "decline_reason"] = getattr(event, code).value
        return row

    return fold


def _booked(row: Row, event: scheduling.SessionBooked) -> Row:
    booked = row.get("sessions_booked", 0) + 1
    return {**_starts(row, event), "site": event.venue_id, "sessions_booked": booked}


def _moved(row: Row, event: scheduling.BookingMoved) -> Row:
    return {**_starts(row, event), "sessions_moved": row.get("sessions_moved", 0) + 1}


def _starts(row: Row, event: scheduling.SessionBooked | scheduling.BookingMoved) -> Row:
    """Each booking by when it starts; the first of them is that of the referral, whichever was moved."""
    starts = {**row.get("session_starts", {}), event.booking_id: time_text(event.starts_at)}
    return {**row, "session_starts": starts, "first_session_at": min(starts.values())}


def _booking_accepted(row: Row, event: scheduling.OfferAccepted) -> Row:
    return {**row, "first_booked_at": row.get("first_booked_at") or time_text(event.accepted_at)}


def _attended(row: Row, event: scheduling.SessionAttended) -> Row:
    return _having_attended(row, [*row.get("attended_starts", ()), time_text(event.starts_at)])


def _having_attended(row: Row, starts: list[str]) -> Row:
    """Each attended session by its start, so that a correction leaves the first of those that remain."""
    starts = sorted(starts)
    first = starts[0] if starts else None
    return {**row, "attended_starts": starts, "sessions_attended": len(starts), "first_attended_at": first}


def _missed(row: Row, event: scheduling.SessionMissed) -> Row:
    return {**row, "sessions_missed": row.get("sessions_missed", 0) + 1}


def _corrected(row: Row, event: scheduling.AttendanceCorrected) -> Row:
    if event.was.is_attended == event.code.is_attended:
        return row
    starts, moment = list(row.get("attended_starts", ())), time_text(event.starts_at)
    if event.code.is_attended:
        starts.append(moment)
    elif moment in starts:
        starts.remove(moment)
    missed = row.get("sessions_missed", 0) + (-1 if event.code.is_attended else 1)
    return {**_having_attended(row, starts), "sessions_missed": missed}


def _waits(row: Row, event: scheduling.WaitingStarted) -> Row:
    return {**row, "waiting_since": time_text(event.since)}


def _waits_no_more(row: Row, event: scheduling.WaitingEnded) -> Row:
    return {**row, "waiting_since": None}


def _one_more(field: str) -> Callable[[Row, Any], Row]:
    return lambda row, event: {**row, field: row.get(field, 0) + 1}


def _reviewed(row: Row, event: outcomes.OutcomeReviewed) -> Row:
    told = {each.name: _plain(getattr(event, each.name)) for each in fields(event)}
    del told["referral_id"]
    told["reviewed_at"] = time_text(event.reviewed_at)
    return {**row, "outcome": told}


def _plain(value: Any) -> Any:
    return value.value if isinstance(value, Enum) else value


def _with_facts(fold: Callable[[Row, Any], Row]) -> Callable[[Row, Any], Row]:
    """What figures need of the row, beside it, once the referral was received."""

    def folded(row: Row, event: Any) -> Row:
        row = fold(row, event)
        return {**row, "facts": text_of(facts_of(row))} if row.get("received_at") else row

    return folded


_FOLDS: dict[type, Callable[[Row, Any], Row]] = {
    referral.ReferralReceived: _received,
    referral.ScreeningRecorded: _screened,
    referral.ClearanceGranted: _cleared,
    referral.ClearanceWithdrawn: _not_cleared,
    referral.ReferralAccepted: _accepted,
    referral.ReferralSignposted: _ended("signposted", "signposted_at"),
    referral.ReferralDeclined: _ended("declined", "declined_at", "reason"),
    referral.ReferralCancelled: _ended("cancelled", "cancelled_at"),
    referral.ReferralWithdrawn: _ended("withdrawn", "withdrawn_at"),
    referral.ReferralDischarged: _ended("discharged", "discharged_at", "end_code"),
    referral.ReferralErased: _ended("erased", "erased_at"),
    scheduling.OfferReturned: _one_more("other_times_asked"),
    scheduling.PlaceOffered: _at("offered_at", "offered_at"),
    scheduling.WaitingStarted: _waits,
    scheduling.WaitingEnded: _waits_no_more,
    scheduling.OfferAccepted: _booking_accepted,
    scheduling.SessionBooked: _booked,
    scheduling.BookingMoved: _moved,
    scheduling.SessionAttended: _attended,
    scheduling.SessionMissed: _missed,
    scheduling.AttendanceCorrected: _corrected,
    scheduling.AdverseEventReported: _one_more("adverse_events"),
    outcomes.RiskRaised: _one_more("risks_raised"),
    outcomes.RiskAcknowledged: _one_more("risks_acknowledged"),
    outcomes.OutcomeReviewed: _reviewed,
}

REFERRALS = Projection(
    Collection("referrals", (Index(("facts", "received_at")),)),
    "referral_id",
    {event: _with_facts(fold) for event, fold in _FOLDS.items()},
)
