"""A booking: a patient's place on one session, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from zoneinfo import ZoneInfo

from movewell.contracts.scheduling import (
    AttendanceCorrected,
    BookingCancelled,
    BookingMoved,
    SessionAttended,
    SessionBooked,
    SessionMissed,
)
from movewell.contracts.types import Actor, AttendanceCode
from movewell.kernel import Aggregate, DomainError

LONDON = ZoneInfo("Europe/London")
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


class TooLateToCorrect(DomainError):
    """An attendance is corrected on the day on which it was recorded, London time, and not later."""

    code = "too-late-to-correct"


class BookingStatus(str, Enum):
    """Where a booking stands."""

    BOOKED = "booked"
    CANCELLED = "cancelled"
    ATTENDED = "attended"
    MISSED = "missed"


@dataclass
class Mark:
    """An attendance as somebody recorded or corrected it; `by` is the subject of who signed in."""

    code: AttendanceCode
    by: str
    at: datetime


@dataclass(kw_only=True)
class Booking(Aggregate):
    """`ordinal` counts the sessions of the programme from 1, as they were booked; `moves` how often it was moved.

    `marks` are of its attendance, the last one holds.
    """

    referral_id: str
    person_id: str
    session_id: str
    ordinal: int
    starts_at: datetime
    ends_at: datetime
    status: BookingStatus = BookingStatus.BOOKED
    code: AttendanceCode | None = None
    moves: int = 0
    marks: list[Mark] = field(default_factory=list)

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
                person_id=self.person_id,
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

    def record_attendance(self, code: AttendanceCode, by: str, now: datetime) -> None:
        """Codes 5, 6 (attended), 3, 7 (missed). The same code again changes nothing.

        Raises BookingSettled, TooEarly.
        """
        if self._is_so_already(code):
            return
        if self.status is not BookingStatus.BOOKED:
            raise BookingSettled("The attendance of this booking is recorded already.")
        if now < self.starts_at:
            raise TooEarly("The session has not started.")
        self._mark(code, by, now)
        told = SessionAttended if code.is_attended else SessionMissed
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

    def correct_attendance(self, was: AttendanceCode, code: AttendanceCode, by: str, now: datetime) -> None:
        """Put `code` in the place of `was`, which who corrects it has seen.

        What was told of the attendance stays told; the correction is an event of its own. The same code again
        changes nothing. Raises BookingSettled where `was` is not what is recorded, TooLateToCorrect.
        """
        if self._is_so_already(code):
            return
        if self.code is not was or self.status not in (BookingStatus.ATTENDED, BookingStatus.MISSED):
            raise BookingSettled("Somebody recorded something else meanwhile.")
        if not self.is_correctable(now):
            raise TooLateToCorrect("An attendance can be corrected only on the day that it was recorded.")
        self._mark(code, by, now)
        self.record(
            AttendanceCorrected(
                referral_id=self.referral_id,
                booking_id=self.id,
                session_id=self.session_id,
                was=was,
                code=code,
                starts_at=self.starts_at,
                corrected_at=now,
            )
        )

    def is_correctable(self, now: datetime) -> bool:
        """An attendance was recorded first on this day, by London's calendar."""
        return bool(self.marks) and self.marks[0].at.astimezone(LONDON).date() == now.astimezone(LONDON).date()

    def _is_so_already(self, code: AttendanceCode) -> bool:
        if code in _CANCELLED:
            raise ValueError(f"{code} is not an attendance")
        return self.code is code

    def _mark(self, code: AttendanceCode, by: str, now: datetime) -> None:
        self.code = code
        self.status = BookingStatus.ATTENDED if code.is_attended else BookingStatus.MISSED
        self.marks.append(Mark(code, by, now))
