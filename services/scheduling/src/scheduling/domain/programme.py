"""A programme: what scheduling knows of a referral, from the clinician's decision to the last session."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum

from movewell.contracts.scheduling import ProgrammeDelivered, WaitingEnded, WaitingStarted
from movewell.contracts.types import SessionFormat
from movewell.kernel import Aggregate, DomainError


class ClearanceMissing(DomainError):
    """No valid clearance, no booking."""

    code = "clearance-missing"


class ProgrammeEnded(DomainError):
    """The referral has ended; nothing more can be booked."""

    code = "programme-ended"


class ProgrammeStatus(str, Enum):
    """Where a programme stands."""

    UNDECIDED = "undecided"
    SEEKING = "seeking"
    WAITING = "waiting"
    OFFERED = "offered"
    UNANSWERED = "unanswered"
    BOOKED = "booked"
    DELIVERED = "delivered"
    ENDED = "ended"


@dataclass(kw_only=True)
class Programme(Aggregate):
    """One referral's course of sessions. `id` is the referral's."""

    person_id: str
    status: ProgrammeStatus = ProgrammeStatus.UNDECIDED
    format: SessionFormat | None = None
    sessions_planned: int = 0
    cleared_until: date | None = None
    offer_id: str | None = None
    waiting_since: datetime | None = None

    @property
    def ready(self) -> bool:
        """A place can be sought: decided, cleared, and neither offered nor booked."""
        seeking = self.status in (ProgrammeStatus.SEEKING, ProgrammeStatus.WAITING)
        return seeking and self.cleared_until is not None

    def require_open(self) -> None:
        """Raises ProgrammeEnded."""
        if self.status is ProgrammeStatus.ENDED:
            raise ProgrammeEnded("The referral has ended.")

    def require_clearance(self, on: date) -> None:
        """Raises ClearanceMissing unless the clearance holds on that day."""
        if self.cleared_until is None or self.cleared_until < on:
            raise ClearanceMissing("There is no valid clearance for these sessions.")

    def decide(self, format: SessionFormat, sessions_planned: int) -> None:
        """A clinician accepted the referral."""
        self.format, self.sessions_planned = format, sessions_planned
        if self.status is ProgrammeStatus.UNDECIDED:
            self.status = ProgrammeStatus.SEEKING

    def wait(self, now: datetime) -> None:
        """No place is free: on the waiting list, from the first time that this was so."""
        if self.status is ProgrammeStatus.WAITING or self.format is None:
            return
        self.status = ProgrammeStatus.WAITING
        self.waiting_since = self.waiting_since or now
        self.record(WaitingStarted(referral_id=self.id, format=self.format, since=self.waiting_since))

    def offer(self, offer_id: str, now: datetime) -> None:
        """A place is offered; the patient leaves the waiting list."""
        self._leave_waiting_list(now)
        self.status, self.offer_id = ProgrammeStatus.OFFERED, offer_id

    def answer(self, status: ProgrammeStatus) -> None:
        """The offer was accepted (BOOKED), declined or let lapse (UNANSWERED), or taken back (SEEKING)."""
        self.status, self.offer_id = status, None

    def deliver(self, booked: int, attended: int, now: datetime) -> None:
        """Every booking has its attendance."""
        self.status = ProgrammeStatus.DELIVERED
        self.record(
            ProgrammeDelivered(
                referral_id=self.id,
                person_id=self.person_id,
                sessions_booked=booked,
                sessions_attended=attended,
                delivered_at=now,
            )
        )

    def end(self, now: datetime) -> None:
        """The referral ended."""
        self._leave_waiting_list(now)
        self.status, self.offer_id, self.cleared_until = ProgrammeStatus.ENDED, None, None

    def _leave_waiting_list(self, now: datetime) -> None:
        if self.status is ProgrammeStatus.WAITING:
            self.record(WaitingEnded(referral_id=self.id, ended_at=now))
