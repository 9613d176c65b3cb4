"""A booking: a patient's place on one session, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from movewell.contracts.scheduling import BookingCancelled, BookingMoved, SessionAttended, SessionBooked, SessionMissed
from movewell.contracts.types import Actor, AttendanceCode
from movewell.kernel import Aggregate, DomainError

_ATTENDED = (AttendanceCode.ATTENDED, AttendanceCode.ARRIVED_LATE_SEEN)
_MISSED = (AttendanceCode.DID_NOT_ATTEND, AttendanceCode.ARRIVED_LATE_NOT_SEEN)
_CANCELLED = (AttendanceCode.CANCELLED_BY_PATIENT, AttendanceCode.CANCELLED_BY_PROVIDER)


class BookingSettled(DomainError):
    """The booking was cancelled, or its attendance was recorded otherwise, before."""

    code = "booking-settled"


class SessionBegun(DomainError):
    """What a patient can do about a session ends when it begins."""

    code = "session-begun"


class TooEarly(DomainError):
    """Attendance is recorded from the start of the session on."""

    code = "too-early"


class BookingStatus(str, Enum):
    """Where a booking stands."""

    BOOKED = "booked"
    CANCELLED = "cancelled"
    ATTENDED = "attended"
    MISSED = "missed"


@dataclass(kw_only=True)
class Booking(Aggregate):
    """`ordinal` counts the sessions of the programme from 1, as they were booked; `moves` how often it was moved."""

    referral_id: str
    person_id: str
    session_id: str
    ordinal: int
    starts_at: datetime
    ends_at: datetime
    status: BookingStatus = BookingStatus.BOOKED
    code: AttendanceCode | None = None
    moves: int = 0

    def announce(self, venue_id: str, format: str) -> None:
        """Record that the patient has the place."""
        self.record(
            SessionBooked(
                referral_id=self.referral_id,
                person_id=self.person_id,
                booking_id=self.id,
                session_id=self.session_id,
                venue_id=venue_id,
                format=format,
                ordinal=self.ordinal,
                starts_at=self.starts_at,
                ends_at=self.ends_at,
            )
        )

    def cancel(self, code: AttendanceCode, by: Actor, now: datetime) -> None:
        """Code 2 (by or for the patient) or 4 (by the provider). Raises BookingSettled."""
        if code not in _CANCELLED:
            raise ValueError(f"{code} is not a cancellation")
        if self.status is not BookingStatus.BOOKED:
            raise BookingSettled("This booking can no longer be cancelled.")
        self.status, self.code = BookingStatus.CANCELLED, code
        self.record(
            BookingCancelled(
                referral_id=self.referral_id,
                booking_id=self.id,
                session_id=self.session_id,
                code=code,
                by=by,
                starts_at=self.starts_at,
                cancelled_at=now,
            )
        )

    def is_ahead(self, now: datetime) -> bool:
        """It is booked, and the session has not begun."""
        return self.status is BookingStatus.BOOKED and self.starts_at > now

    def require_ahead(self, now: datetime) -> None:
        """Raises BookingSettled, SessionBegun."""
        if self.status is not BookingStatus.BOOKED:
            raise BookingSettled("This booking was cancelled, or its attendance is recorded.")
        if self.starts_at <= now:
            raise SessionBegun("This session has begun.")

    def move(self, session_id: str, starts_at: datetime, ends_at: datetime, by: Actor, now: datetime) -> None:
        """To another session. Raises BookingSettled, SessionBegun."""
        self.require_ahead(now)
        former, self.starts_at, self.ends_at = self.starts_at, starts_at, ends_at
        self.session_id, self.moves = session_id, self.moves + 1
        self.record(
            BookingMoved(
                referral_id=self.referral_id,
                person_id=self.person_id,
                booking_id=self.id,
                session_id=session_id,
                moves=self.moves,
                former_starts_at=former,
                starts_at=starts_at,
                ends_at=ends_at,
                by=by,
                moved_at=now,
            )
        )

    def record_attendance(self, code: AttendanceCode, now: datetime) -> None:
        """Codes 5, 6 (attended), 3, 7 (missed). The same code again changes nothing."""
        if code not in _ATTENDED + _MISSED:
            raise ValueError(f"{code} is not an attendance")
        if self.code is code:
            return
        if self.status is not BookingStatus.BOOKED:
            raise BookingSettled("The attendance of this booking is recorded.")
        if now < self.starts_at:
            raise TooEarly("The session has not started.")
        self.code = code
        self.status = BookingStatus.ATTENDED if code in _ATTENDED else BookingStatus.MISSED
        told = SessionAttended if code in _ATTENDED else SessionMissed
        self.record(
            told(
                referral_id=self.referral_id,
                booking_id=self.id,
                session_id=self.session_id,
                code=code,
                starts_at=self.starts_at,
                recorded_at=now,
            )
        )
