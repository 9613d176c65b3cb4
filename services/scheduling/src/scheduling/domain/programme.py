"""A programme: what scheduling knows of a referral, from the clinician's decision to the last session."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import Enum
from zoneinfo import ZoneInfo

from movewell.contracts.scheduling import ProgrammeDelivered, WaitingEnded, WaitingStarted
from movewell.contracts.types import Intensity, SessionFormat
from movewell.kernel import Aggregate, DomainError

from scheduling.domain.preference import Preference

MOST_ASKED = 3
"""How often another time is looked for at once. Who asks again is called by a coordinator."""
STAYS_WITHIN = timedelta(weeks=4)
"""How long after the last session of the accepted offer sessions may be moved to, that day included."""
LONDON = ZoneInfo("Europe/London")


class ClearanceMissing(DomainError):
    """No valid clearance, no booking."""

    code = "clearance-missing"


class ProgrammeEnded(DomainError):
    """The referral has ended; nothing more can be booked."""

    code = "programme-ended"


class NotSeeking(DomainError):
    """No place is sought for this programme."""

    code = "not-seeking"


class Hindrance(str, Enum):
    """Why no place can be offered."""

    UNDECIDED = "undecided"
    NOT_CLEARED = "not_cleared"
    OFFERED = "offered"
    BOOKED = "booked"
    DELIVERED = "delivered"
    ENDED = "ended"


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


def _end_of(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), LONDON)


def end_of_moves(last_starts_at: datetime) -> datetime:
    """The first moment that no session may be moved to, given when the last one of the accepted offer starts."""
    return _end_of(last_starts_at.astimezone(LONDON).date() + STAYS_WITHIN)


@dataclass(kw_only=True)
class Programme(Aggregate):
    """One referral's course of sessions. `id` is the referral's.

    `preference` is when the patient can come, if they asked for another time; `times_asked` counts how often. With
    `to_call` a coordinator talks to them first, and nothing is offered until then. `last_starts_at` is when the last
    session of the accepted offer starts.

    `ceiling` and `precautions` (codes of the screening rules, with spaces between) are of the clearance that holds.
    `unanswered_since` is when an offer was declined or lapsed, while nobody has followed it up.
    """

    person_id: str
    status: ProgrammeStatus = ProgrammeStatus.UNDECIDED
    format: SessionFormat | None = None
    sessions_planned: int = 0
    cleared_until: date | None = None
    ceiling: Intensity | None = None
    precautions: str | None = None
    offer_id: str | None = None
    waiting_since: datetime | None = None
    preference: Preference | None = None
    times_asked: int = 0
    to_call: bool = False
    last_starts_at: datetime | None = None
    unanswered_since: datetime | None = None

    @property
    def ready(self) -> bool:
        """A place can be sought: decided, cleared, and neither offered nor booked."""
        seeking = self.status in (ProgrammeStatus.SEEKING, ProgrammeStatus.WAITING)
        return seeking and self.cleared_until is not None

    @property
    def clearance_ends(self) -> datetime:
        """The midnight in London that ends the last day of the clearance. Raises ClearanceMissing."""
        if self.cleared_until is None:
            raise ClearanceMissing("There is no valid clearance.")
        return _end_of(self.cleared_until)

    def suits(self, starts_at: datetime) -> bool:
        """Whether the patient can come then, as far as they have said."""
        return self.preference is None or self.preference.suits(starts_at)

    @property
    def hindrance(self) -> Hindrance | None:
        """Why nobody can offer this patient a place by hand; None if somebody can. Who gave no answer may be asked."""
        if self.status in (ProgrammeStatus.SEEKING, ProgrammeStatus.WAITING, ProgrammeStatus.UNANSWERED):
            return Hindrance.NOT_CLEARED if self.cleared_until is None else None
        return Hindrance(self.status.value)

    def require_offerable(self) -> None:
        """Raises NotSeeking. Somebody has talked to the patient: who gave no answer is looked for again."""
        if self.hindrance is not None:
            raise NotSeeking("No place can be offered to this patient now.", why=self.hindrance.value)
        self.times_asked, self.to_call = 0, False
        if self.status is ProgrammeStatus.UNANSWERED:
            self.answer(ProgrammeStatus.SEEKING)

    def clear(self, ceiling: Intensity, until: date, precautions: str | None) -> None:
        """The patient may exercise, up to an intensity, with care for what the precautions say."""
        self.ceiling, self.cleared_until, self.precautions = ceiling, until, precautions

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
        self.status, self.offer_id, self.unanswered_since = ProgrammeStatus.OFFERED, offer_id, None

    def answer(self, status: ProgrammeStatus) -> None:
        """The offer was accepted (BOOKED) or taken or given back (SEEKING)."""
        self.status, self.offer_id, self.unanswered_since = status, None, None

    def give_no_answer(self, now: datetime) -> None:
        """The offer was declined or lapsed: somebody must ask what the patient wants."""
        self.status, self.offer_id, self.unanswered_since = ProgrammeStatus.UNANSWERED, None, now

    def book(self, last_starts_at: datetime) -> None:
        """The offer was accepted; its last session starts then."""
        self.answer(ProgrammeStatus.BOOKED)
        self.last_starts_at, self.times_asked, self.to_call = last_starts_at, 0, False

    def ask_another_time(self, preference: Preference) -> None:
        """The offer was given back: seek again, until this was asked too often to go on without a talk."""
        self.answer(ProgrammeStatus.SEEKING)
        self.times_asked += 1
        self.to_call = self.times_asked > MOST_ASKED
        self._prefer(preference)

    def agree_times(self, preference: Preference) -> None:
        """A coordinator has talked to the patient: from here on as if they had never asked."""
        self.times_asked, self.to_call = 0, False
        self._prefer(preference)

    def _prefer(self, preference: Preference) -> None:
        self.preference = preference
        self.format = preference.format or self.format

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
        self.unanswered_since = None

    def _leave_waiting_list(self, now: datetime) -> None:
        if self.status is ProgrammeStatus.WAITING:
            self.record(WaitingEnded(referral_id=self.id, ended_at=now))
