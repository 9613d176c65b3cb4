"""One row a referral: what has happened and what comes next, as its patient is told. Ids, codes and times only."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from movewell.contracts import referral, scheduling
from movewell.projections import Projection
from movewell.store.port import Collection, Document
from movewell.wire.schema import time_text

Row = Document
Fold = Callable[[Row, Any], Row]


def _at(field: str, attribute: str) -> Fold:
    """The moment of the first such event."""

    def fold(row: Row, event: Any) -> Row:
        return {**row, field: row.get(field) or time_text(getattr(event, attribute))}

    return fold


def _accepted(row: Row, event: referral.ReferralAccepted) -> Row:
    return {**row, "accepted_at": time_text(event.accepted_at), "sessions_planned": event.sessions_planned}


def _ended(how: str, attribute: str) -> Fold:
    """The first ending stands, but an erasure, which is told to nobody."""

    def fold(row: Row, event: Any) -> Row:
        return row if row.get("ended") else {**row, "ended": how, "ended_at": time_text(getattr(event, attribute))}

    return fold


def _erased(row: Row, event: referral.ReferralErased) -> Row:
    return {**row, "ended": "erased", "ended_at": time_text(event.erased_at)}


def _waits(row: Row, event: scheduling.WaitingStarted) -> Row:
    return {**row, "waiting_since": time_text(event.since)}


def _waits_no_more(row: Row, event: scheduling.WaitingEnded) -> Row:
    return {**row, "waiting_since": None}


def _offered(row: Row, event: scheduling.PlaceOffered) -> Row:
    return {**row, "offered_at": time_text(event.offered_at), "offer_expires_at": time_text(event.expires_at)}


def _offer_is_over(row: Row, event: Any) -> Row:
    return {**row, "offer_expires_at": None}


def _offer_accepted(row: Row, event: scheduling.OfferAccepted) -> Row:
    return _offer_is_over({**row, "booked_at": row.get("booked_at") or time_text(event.accepted_at)}, event)


def _booked(row: Row, event: scheduling.SessionBooked) -> Row:
    return _with_booking(row, event.booking_id, starts_at=time_text(event.starts_at), ordinal=event.ordinal, came="")


def _moved(row: Row, event: scheduling.BookingMoved) -> Row:
    return _with_booking(row, event.booking_id, starts_at=time_text(event.starts_at))


def _corrected(row: Row, event: scheduling.AttendanceCorrected) -> Row:
    return _with_booking(row, event.booking_id, came="attended" if event.code.is_attended else "missed")


def _came(what: str) -> Fold:
    """What became of the session of a booking: attended, missed or cancelled."""

    def fold(row: Row, event: Any) -> Row:
        return _with_booking(row, event.booking_id, came=what)

    return fold


def _with_booking(row: Row, booking_id: str, **changes: Any) -> Row:
    bookings = dict(row.get("bookings", {}))
    bookings[booking_id] = {**bookings.get(booking_id, {}), **changes}
    return {**row, "bookings": bookings}


COURSES = Projection(
    Collection("courses"),
    "referral_id",
    {
        referral.ReferralReceived: _at("received_at", "received_at"),
        referral.ReferralAccepted: _accepted,
        referral.ReferralSignposted: _ended("signposted", "signposted_at"),
        referral.ReferralDeclined: _ended("declined", "declined_at"),
        referral.ReferralCancelled: _ended("cancelled", "cancelled_at"),
        referral.ReferralWithdrawn: _ended("withdrawn", "withdrawn_at"),
        referral.ReferralDischarged: _ended("discharged", "discharged_at"),
        referral.ReferralErased: _erased,
        scheduling.WaitingStarted: _waits,
        scheduling.WaitingEnded: _waits_no_more,
        scheduling.PlaceOffered: _offered,
        scheduling.OfferAccepted: _offer_accepted,
        scheduling.OfferDeclined: _offer_is_over,
        scheduling.OfferLapsed: _offer_is_over,
        scheduling.OfferWithdrawn: _offer_is_over,
        scheduling.OfferReturned: _offer_is_over,
        scheduling.SessionBooked: _booked,
        scheduling.BookingCancelled: _came("cancelled"),
        scheduling.SessionAttended: _came("attended"),
        scheduling.SessionMissed: _came("missed"),
        scheduling.BookingMoved: _moved,
        scheduling.AttendanceCorrected: _corrected,
        scheduling.ProgrammeDelivered: _at("delivered_at", "delivered_at"),
    },
)
"""A booking that is cancelled or attended before it is known here has no `starts_at` yet; one key's events come in
order, so that is only so in a log that was cut."""
