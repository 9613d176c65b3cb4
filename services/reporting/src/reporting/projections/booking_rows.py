"""One row a booking: when and where it was for, and its attendance code."""

from __future__ import annotations

from typing import Any

from movewell.contracts import scheduling
from movewell.projections import Projection
from movewell.store.port import Collection, Document, Index
from movewell.wire.schema import time_text

Row = Document


def _booked(row: Row, event: scheduling.SessionBooked) -> Row:
    return {
        **row,
        "referral_id": event.referral_id,
        "session_id": event.session_id,
        "site": event.venue_id,
        "format": event.format.value,
        "ordinal": event.ordinal,
        "starts_at": time_text(event.starts_at),
        "code": None,
    }


def _moved(row: Row, event: scheduling.BookingMoved) -> Row:
    return {**row, "session_id": event.session_id, "starts_at": time_text(event.starts_at), "moves": event.moves}


def _settled(row: Row, event: Any) -> Row:
    return {**row, "code": event.code.value}


def _cancelled(row: Row, event: scheduling.BookingCancelled) -> Row:
    return {**row, "code": event.code.value, "cancelled_at": time_text(event.cancelled_at)}


BOOKINGS = Projection(
    Collection("bookings", (Index(("starts_at", "referral_id", "site", "code")),)),
    "booking_id",
    {
        scheduling.SessionBooked: _booked,
        scheduling.BookingMoved: _moved,
        scheduling.SessionAttended: _settled,
        scheduling.SessionMissed: _settled,
        scheduling.AttendanceCorrected: _settled,
        scheduling.BookingCancelled: _cancelled,
    },
)
