"""One row a referral: what happened to it, by whichever service, in order of time.

An entry is what happened (the event's name), when, and the codes and numbers that its words need.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, datetime
from enum import Enum
from typing import Any

from movewell.contracts import notifications, outcomes, referral, scheduling
from movewell.contracts.declare import declaration_of
from movewell.projections import Projection
from movewell.store.port import Collection, Document
from movewell.wire.schema import time_text

Row = Document

TOLD: dict[type, tuple[str, ...]] = {
    referral.ReferralReceived: ("received_at", "source"),
    referral.ScreeningRecorded: ("screened_at", "outcome"),
    referral.ClearanceWithdrawn: ("withdrawn_at",),
    referral.ReferralAccepted: ("accepted_at", "format", "sessions_planned"),
    referral.ReferralSignposted: ("signposted_at", "activity"),
    referral.ReferralDeclined: ("declined_at", "reason"),
    referral.ReferralCancelled: ("cancelled_at", "reason"),
    referral.ReferralWithdrawn: ("withdrawn_at",),
    referral.ReferralDischarged: ("discharged_at", "end_code"),
    referral.ReferralErased: ("erased_at",),
    scheduling.PlaceOffered: ("offered_at", "format", "sessions", "first_starts_at", "expires_at"),
    scheduling.OfferAccepted: ("accepted_at", "by"),
    scheduling.OfferDeclined: ("declined_at", "by"),
    scheduling.OfferLapsed: ("lapsed_at",),
    scheduling.OfferWithdrawn: ("withdrawn_at",),
    scheduling.OfferReturned: ("returned_at", "by"),
    scheduling.WaitingStarted: ("since", "format"),
    scheduling.WaitingEnded: ("ended_at",),
    scheduling.BookingCancelled: ("cancelled_at", "code", "by"),
    scheduling.SessionAttended: ("starts_at", "code"),
    scheduling.SessionMissed: ("starts_at", "code"),
    scheduling.BookingMoved: ("moved_at", "former_starts_at", "starts_at", "by"),
    scheduling.AttendanceCorrected: ("corrected_at", "starts_at", "was", "code"),
    scheduling.AdverseEventReported: ("reported_at", "kind", "severity", "action"),
    scheduling.ProgrammeDelivered: ("delivered_at", "sessions_booked", "sessions_attended"),
    outcomes.QuestionnaireOpened: ("opened_at", "ordinal"),
    outcomes.QuestionnaireAnswered: ("answered_at", "by"),
    outcomes.QuestionnaireClosed: ("closed_at", "reason"),
    outcomes.MeasureScored: ("scored_at", "measure", "score", "at_caseness"),
    outcomes.RiskRaised: ("raised_at", "trigger"),
    outcomes.RiskAcknowledged: ("acknowledged_at",),
    outcomes.RiskClosed: ("closed_at", "outcome"),
    outcomes.OutcomeReviewed: ("reviewed_at", "recovered", "reliably_improved", "reliably_deteriorated"),
    notifications.MessageSent: ("sent_at", "kind"),
    notifications.MessageStopped: ("stopped_at", "kind", "reason"),
}
"""Event → the field that says when, and the fields that its words need."""


def _told(cls: type, moment: str, *needed: str) -> Callable[[Row, Any], Row]:
    name = declaration_of(cls).name

    def fold(row: Row, event: Any) -> Row:
        facts = {each: _plain(getattr(event, each)) for each in needed}
        entry = {"at": time_text(getattr(event, moment)), "what": name, **facts}
        return {**row, "entries": sorted([*row.get("entries", []), entry], key=_place)}

    return fold


def _place(entry: Document) -> tuple[str, str]:
    """By time; what happened at one moment is in an order that does not depend on which topic came first."""
    return entry["at"], json.dumps(entry, sort_keys=True)


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return time_text(value)
    return value.isoformat() if isinstance(value, date) else value


TIMELINES = Projection(
    Collection("timelines"), "referral_id", {cls: _told(cls, *needed) for cls, needed in TOLD.items()}
)
