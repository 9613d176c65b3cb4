"""A session holds its own seats; a diary guards that nobody is in two places."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from movewell.contracts.scheduling import SessionCancelled, SessionScheduled
from movewell.contracts.types import SessionFormat
from movewell.kernel import Aggregate, DomainError


class SessionFull(DomainError):
    """Every seat is held or booked."""

    code = "session-full"


class SessionOver(DomainError):
    """The session has started, or will not take place."""

    code = "session-over"


class AlreadyElsewhere(DomainError):
    """The person, instructor or venue is taken at that time."""

    code = "already-elsewhere"


@dataclass
class Seat:
    """A seat taken for a referral: held by an offer, or booked."""

    offer_id: str
    booking_id: str | None = None


@dataclass(kw_only=True)
class Session(Aggregate):
    """A time, place and instructor with a capacity. `seats` is keyed by referral."""

    series_id: str
    venue_id: str
    instructor_id: str
    format: SessionFormat
    capacity: int
    starts_at: datetime
    ends_at: datetime
    seats: dict[str, Seat] = field(default_factory=dict)
    full: bool = False
    cancelled_at: datetime | None = None

    @classmethod
    def schedule(
        cls,
        *,
        id: str,
        tenant: str,
        series_id: str,
        venue_id: str,
        instructor_id: str,
        format: SessionFormat,
        capacity: int,
        starts_at: datetime,
        ends_at: datetime,
    ) -> Session:
        session = cls(
            id=id,
            tenant=tenant,
            series_id=series_id,
            venue_id=venue_id,
            instructor_id=instructor_id,
            format=format,
            capacity=capacity,
            starts_at=starts_at,
            ends_at=ends_at,
        )
        session.record(
            SessionScheduled(
                session_id=id,
                series_id=series_id,
                venue_id=venue_id,
                instructor_id=instructor_id,
                format=format,
                capacity=capacity,
                starts_at=starts_at,
                ends_at=ends_at,
            )
        )
        return session

    def hold(self, referral_id: str, offer_id: str, now: datetime) -> None:
        """Take a seat for an offer. Raises SessionFull, SessionOver."""
        if self.cancelled_at is not None or self.starts_at <= now:
            raise SessionOver("This session can no longer be booked.")
        if referral_id in self.seats or len(self.seats) >= self.capacity:
            raise SessionFull("This session has no free seat.")
        self.seats[referral_id] = Seat(offer_id)
        self._count()

    def book(self, referral_id: str, booking_id: str) -> None:
        """Turn the held seat into a booked one."""
        self.seats[referral_id].booking_id = booking_id

    def release(self, referral_id: str) -> None:
        """Give the seat back; nothing happens if there is none."""
        self.seats.pop(referral_id, None)
        self._count()

    def cancel(self, now: datetime) -> None:
        """The session will not take place. Raises SessionOver from its start on."""
        if self.starts_at <= now:
            raise SessionOver("This session has started. It can no longer be cancelled.")
        self.cancelled_at = now
        self._count()
        self.record(SessionCancelled(session_id=self.id, cancelled_at=now))

    def _count(self) -> None:
        self.full = self.cancelled_at is not None or len(self.seats) >= self.capacity


@dataclass
class Entry:
    """When somebody is taken."""

    starts_at: datetime
    ends_at: datetime


@dataclass(kw_only=True)
class Diary(Aggregate):
    """When one person, instructor or venue is taken, by session. Entries of the past are dropped."""

    entries: dict[str, Entry] = field(default_factory=dict)

    def is_free(self, starts_at: datetime, ends_at: datetime) -> bool:
        """Nothing overlaps; one session may begin when another ends."""
        return not any(entry.starts_at < ends_at and starts_at < entry.ends_at for entry in self.entries.values())

    def enter(self, session_id: str, starts_at: datetime, ends_at: datetime, now: datetime) -> None:
        """Raises AlreadyElsewhere on an overlap."""
        self.entries = {id: entry for id, entry in self.entries.items() if entry.ends_at > now}
        if not self.is_free(starts_at, ends_at):
            raise AlreadyElsewhere("Somebody or something is taken at that time.")
        self.entries[session_id] = Entry(starts_at, ends_at)

    def leave(self, session_id: str) -> None:
        """Free the time of a session; nothing happens if it was not entered."""
        self.entries.pop(session_id, None)
