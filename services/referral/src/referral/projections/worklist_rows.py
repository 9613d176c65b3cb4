"""One row a referral: what every service has said of it, and by what the worklist is asked and ordered.

Topics come in any order, so facts are kept apart and the rest is worked out from them after each. Nothing here
depends on the time: how long somebody has waited, or whether a clearance is about to end, is asked of the row.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from movewell.contracts import notifications, outcomes, referral, scheduling
from movewell.contracts.types import AttendanceCode, StopReason
from movewell.projections import Projection
from movewell.store.port import Collection, Document, Index
from movewell.wire.schema import time_text

from referral.projections.stages import stage_of

Row = Document
_OPEN: Mapping[str, str | int | bool] = {"open": True}
ATTENDED = (AttendanceCode.ATTENDED.value, AttendanceCode.ARRIVED_LATE_SEEN.value)
UNDELIVERABLE = frozenset({StopReason.NO_CONTACT})
"""Reasons for which a message reached nobody, and somebody must do something about it."""


def _follow(fold: Callable[[Row, Any], Row]) -> Callable[[Row, Any], Row]:
    return lambda row, event: _derived(fold(row, event))


def _derived(row: Row) -> Row:
    """With what the worklist is asked by. `by_wait` puts who is still waiting first, the longest first."""
    is_open = "received_at" in row and "ended" not in row
    treated = first_attended_at(row) is not None
    flagged = bool(flags_of(row))
    by_wait = f"{int(treated)}|{row['received_at']}" if is_open else None
    return {
        **row,
        "open": is_open,
        "stage": stage_of(row).value if is_open else None,
        "lacks_contact": lacks_contact(row),
        "flagged": flagged,
        "by_wait": by_wait,
        "by_flag": f"{int(not flagged)}|{by_wait}" if is_open else None,
    }


def first_attended_at(row: Row) -> str | None:
    """The start of the first session attended, as text."""
    attended = [each["starts_at"] for each in row.get("bookings", {}).values() if each.get("code") in ATTENDED]
    return min(attended, default=None)


def flags_of(row: Row) -> list[str]:
    """Codes of what somebody should look at before anything else. A new screening answers an adverse event."""
    found = [f"risk_{each['state']}" for _, each in sorted(row.get("risks", {}).items()) if each["state"] != "closed"]
    withdrawn = row.get("clearance_withdrawn_at") and not row.get("cleared_until")
    return [
        *dict.fromkeys(found),
        *(["clearance_withdrawn"] if withdrawn else []),
        *(["adverse_event"] if row.get("adverse_event_at", "") > (row.get("screened_at") or "") else []),
        *(["undeliverable"] if row.get("undeliverable") else []),
    ]


def lacks_contact(row: Row) -> bool:
    """Nothing has reached the patient, and there is nowhere to write to."""
    return bool(row.get("undeliverable")) or (row.get("contactable") is False and not row.get("reached"))


def _received(row: Row, event: referral.ReferralReceived) -> Row:
    received_at, source = time_text(event.received_at), event.source.value
    return {**row, "received_at": received_at, "source": source, "contactable": event.contactable}


def _screened(row: Row, event: referral.ScreeningRecorded) -> Row:
    return {**row, "screened_at": time_text(event.screened_at), "screening_outcome": event.outcome.value}


def _cleared(row: Row, event: referral.ClearanceGranted) -> Row:
    until = event.valid_until.isoformat()
    return {**row, "cleared_until": until, "ceiling": event.ceiling.value, "clearance_withdrawn_at": None}


def _not_cleared(row: Row, event: referral.ClearanceWithdrawn) -> Row:
    withdrawn_at = time_text(event.withdrawn_at)
    return {**row, "cleared_until": None, "ceiling": None, "clearance_withdrawn_at": withdrawn_at}


def _accepted(row: Row, event: referral.ReferralAccepted) -> Row:
    planned = {"format": event.format.value, "sessions_planned": event.sessions_planned}
    return {**row, **planned, "accepted_at": time_text(event.accepted_at)}


def _ended(how: str, attribute: str) -> Callable[[Row, Any], Row]:
    """An erasure after another ending leaves that ending as it was."""

    def fold(row: Row, event: Any) -> Row:
        if "ended" in row:
            return row
        return {**row, "ended": how, "ended_at": time_text(getattr(event, attribute))}

    return fold


def _offered(row: Row, event: scheduling.PlaceOffered) -> Row:
    return {**row, "offer": "open", "offer_expires_at": time_text(event.expires_at)}


def _offer(now: str) -> Callable[[Row, Any], Row]:
    return lambda row, event: {**row, "offer": now}


def _waits(row: Row, event: scheduling.WaitingStarted) -> Row:
    return {**row, "waiting_since": time_text(event.since)}


def _waits_no_more(row: Row, event: scheduling.WaitingEnded) -> Row:
    return {**row, "waiting_since": None}


def _of_booking(row: Row, id: str, **facts: Any) -> Row:
    bookings = row.get("bookings", {})
    return {**row, "bookings": {**bookings, id: {**bookings.get(id, {}), **facts}}}


def _booked(row: Row, event: scheduling.SessionBooked) -> Row:
    facts = {"starts_at": time_text(event.starts_at), "format": event.format.value, "ordinal": event.ordinal}
    return _of_booking(row, event.booking_id, **facts, code=None)


def _settled(row: Row, event: Any) -> Row:
    return _of_booking(row, event.booking_id, code=event.code.value)


def _moved(row: Row, event: scheduling.BookingMoved) -> Row:
    return _of_booking(row, event.booking_id, starts_at=time_text(event.starts_at))


def _reported(row: Row, event: scheduling.AdverseEventReported) -> Row:
    return {**row, "adverse_event_at": max(row.get("adverse_event_at", ""), time_text(event.reported_at))}


def _delivered(row: Row, event: scheduling.ProgrammeDelivered) -> Row:
    return {**row, "delivered_at": time_text(event.delivered_at)}


def _scored(row: Row, event: outcomes.MeasureScored) -> Row:
    """The first and the last score of each measure, and how many there are."""
    said = {"score": event.score, "at_caseness": event.at_caseness, "scored_at": time_text(event.scored_at)}
    scores = row.get("scores", {})
    before = scores.get(event.measure.value, {"first": said, "count": 0})
    return {**row, "scores": {**scores, event.measure.value: {**before, "last": said, "count": before["count"] + 1}}}


def _raised(row: Row, event: outcomes.RiskRaised) -> Row:
    said = {"trigger": event.trigger.value, "raised_at": time_text(event.raised_at), "state": "raised"}
    return {**row, "risks": {**row.get("risks", {}), event.risk_id: said}}


def _risk(state: str) -> Callable[[Row, Any], Row]:
    def fold(row: Row, event: Any) -> Row:
        risks = row.get("risks", {})
        return {**row, "risks": {**risks, event.risk_id: {**risks.get(event.risk_id, {}), "state": state}}}

    return fold


def _sent(row: Row, event: notifications.MessageSent) -> Row:
    return {**row, "reached": True, "undeliverable": False, "message": _said("sent", event.kind, event.sent_at)}


def _stopped(row: Row, event: notifications.MessageStopped) -> Row:
    if event.reason not in UNDELIVERABLE:
        return row
    return {**row, "undeliverable": True, "message": _said("undeliverable", event.kind, event.stopped_at)}


def _said(state: str, kind: Any, at: Any) -> dict[str, str]:
    return {"state": state, "kind": kind.value, "at": time_text(at)}


_FOLDS: dict[type, Callable[[Row, Any], Row]] = {
    referral.ReferralReceived: _received,
    referral.ScreeningRecorded: _screened,
    referral.ClearanceGranted: _cleared,
    referral.ClearanceWithdrawn: _not_cleared,
    referral.ReferralAccepted: _accepted,
    referral.ReferralSignposted: _ended("signposted", "signposted_at"),
    referral.ReferralDeclined: _ended("declined", "declined_at"),
    referral.ReferralCancelled: _ended("cancelled", "cancelled_at"),
    referral.ReferralWithdrawn: _ended("withdrawn", "withdrawn_at"),
    referral.ReferralDischarged: _ended("discharged", "discharged_at"),
    referral.ReferralErased: _ended("erased", "erased_at"),
    scheduling.PlaceOffered: _offered,
    scheduling.OfferAccepted: _offer("accepted"),
    scheduling.OfferDeclined: _offer("declined"),
    scheduling.OfferLapsed: _offer("lapsed"),
    scheduling.OfferWithdrawn: _offer("withdrawn"),
    scheduling.OfferReturned: _offer("returned"),
    scheduling.WaitingStarted: _waits,
    scheduling.WaitingEnded: _waits_no_more,
    scheduling.SessionBooked: _booked,
    scheduling.BookingCancelled: _settled,
    scheduling.SessionAttended: _settled,
    scheduling.SessionMissed: _settled,
    scheduling.AttendanceCorrected: _settled,
    scheduling.BookingMoved: _moved,
    scheduling.AdverseEventReported: _reported,
    scheduling.ProgrammeDelivered: _delivered,
    outcomes.MeasureScored: _scored,
    outcomes.RiskRaised: _raised,
    outcomes.RiskAcknowledged: _risk("acknowledged"),
    outcomes.RiskClosed: _risk("closed"),
    notifications.MessageSent: _sent,
    notifications.MessageStopped: _stopped,
}
_SORTS = ("by_flag", "by_wait")
WORKLIST = Projection(
    Collection(
        "worklist",
        (
            *(Index((sort,), where=_OPEN) for sort in _SORTS),
            *(Index(("stage", sort), where=_OPEN) for sort in _SORTS),
            *(Index(("lacks_contact", sort), where=_OPEN) for sort in _SORTS),
            Index(("flagged", "by_wait"), where=_OPEN),
            Index(("cleared_until",), where=_OPEN),
        ),
    ),
    "referral_id",
    {cls: _follow(fold) for cls, fold in _FOLDS.items()},
)
