"""A referral: received, screened, decided, ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import Enum

from movewell.contracts import referral as told
from movewell.contracts.precautions import PRECAUTIONS
from movewell.contracts.types import (
    CancellationReason,
    EndCode,
    EthnicCategory,
    IntakeChannel,
    Intensity,
    RejectionReason,
    ScreeningOutcome,
    SessionFormat,
    SourceOfReferral,
)
from movewell.kernel import Aggregate, DomainError

from referral.domain.decision import Decision
from referral.domain.london import london_day
from referral.domain.screening import Assessment

_TAKEN_ON = frozenset(
    {
        EndCode.MUTUALLY_AGREED,
        EndCode.DROPPED_OUT,
        EndCode.ENDED_EARLIER_THAN_PATIENT_WISHED,
        EndCode.DECEASED,
        EndCode.NOT_KNOWN,
    }
)
"""End codes of patients who were taken on: IAPT Data Set v2.1, IDS101 EndCode."""


class ReferralEnded(DomainError):
    """The referral has ended."""

    code = "referral-ended"


class AlreadyDecided(DomainError):
    """The referral was accepted otherwise before."""

    code = "already-decided"


class ClearanceMissing(DomainError):
    """No valid clearance, no programme."""

    code = "clearance-missing"


class EndCodeNotFitting(DomainError):
    """The end code is for patients who were taken on, or for those who were not."""

    code = "end-code-not-fitting"


class ReferralStatus(str, Enum):
    """Where a referral stands."""

    RECEIVED = "received"
    SCREENED = "screened"
    ACCEPTED = "accepted"
    SIGNPOSTED = "signposted"
    DECLINED = "declined"
    CANCELLED = "cancelled"
    WITHDRAWN = "withdrawn"
    DISCHARGED = "discharged"
    ERASED = "erased"


_OPEN = (ReferralStatus.RECEIVED, ReferralStatus.SCREENED, ReferralStatus.ACCEPTED)


@dataclass
class Screening:
    """The last screening: its outcome and the rules that spoke; older ones lack ceiling and `by`."""

    id: str
    ruleset: str
    outcome: ScreeningOutcome
    rules: list[str]
    screened_at: datetime
    ceiling: Intensity | None = None
    by: str | None = None


@dataclass(kw_only=True)
class Referral(Aggregate):
    """`referrer_mark` finds the referral again by the sender's own identifier of it.

    `client_id` is the system that sent it, and is told what came of it; `referrer_reference` is that identifier
    sealed. `reason` is ciphertext, in parts. `decisions` are all that were made, the first one first.
    """

    person_id: str
    source: SourceOfReferral
    channel: IntakeChannel
    received_at: datetime
    referrer_organisation: str | None = None
    referrer_mark: str | None = None
    client_id: str | None = None
    referrer_reference: str | None = None
    reason: list[str] = field(default_factory=list)
    particulars: dict[str, str] = field(default_factory=dict)
    """What a self-referral says beyond the reason: ciphertext, by kind."""
    status: ReferralStatus = ReferralStatus.RECEIVED
    cleared_until: date | None = None
    screening: Screening | None = None
    format: SessionFormat | None = None
    sessions_planned: int = 0
    ended_at: datetime | None = None
    decisions: list[Decision] = field(default_factory=list)

    @classmethod
    def receive(
        cls,
        *,
        id: str,
        tenant: str,
        person_id: str,
        source: SourceOfReferral,
        channel: IntakeChannel,
        referrer_organisation: str | None,
        referrer_mark: str | None,
        particulars: dict[str, str] | None = None,
        now: datetime,
        client_id: str | None = None,
        referrer_reference: str | None = None,
        reason: Sequence[str] = (),
        contactable: bool | None = None,
        ethnic_category: EthnicCategory | None = None,
        deprivation_decile: int | None = None,
    ) -> Referral:
        """Take a referral. The waiting-time clock starts. The last two are told for figures, and not kept."""
        referral = cls(
            id=id,
            tenant=tenant,
            person_id=person_id,
            particulars=particulars or {},
            source=source,
            channel=channel,
            received_at=now,
            referrer_organisation=referrer_organisation,
            referrer_mark=referrer_mark,
            client_id=client_id,
            referrer_reference=referrer_reference,
            reason=list(reason),
        )
        taken = {"referral_id": id, "person_id": person_id, "source": source, "channel": channel}
        figures = {"ethnic_category": ethnic_category, "deprivation_decile": deprivation_decile}
        referral.record(told.ReferralReceived(**taken, received_at=now, contactable=contactable, **figures))
        return referral

    @property
    def is_open(self) -> bool:
        return self.status in _OPEN

    def record_screening(self, screening_id: str, assessment: Assessment, now: datetime, by: str | None = None) -> None:
        """Keep the screening; grant a clearance, or withdraw the one in force."""
        self._require_open()
        rules = [each.rule for each in assessment.reasons]
        ruleset, outcome, ceiling = assessment.ruleset, assessment.outcome, assessment.ceiling
        self.screening = Screening(screening_id, ruleset, outcome, rules, now, ceiling, by)
        if self.status is ReferralStatus.RECEIVED:
            self.status = ReferralStatus.SCREENED
        self.record(
            told.ScreeningRecorded(
                referral_id=self.id,
                screening_id=screening_id,
                ruleset=ruleset,
                outcome=outcome,
                screened_at=now,
            )
        )
        was_cleared, self.cleared_until = self.cleared_until is not None, assessment.valid_until
        if assessment.ceiling is not None and assessment.valid_until is not None:
            self.record(
                told.ClearanceGranted(
                    referral_id=self.id,
                    person_id=self.person_id,
                    ceiling=assessment.ceiling,
                    valid_until=assessment.valid_until,
                    precautions=" ".join(each for each in rules if each in PRECAUTIONS) or None,
                )
            )
        elif was_cleared:
            self.record(
                told.ClearanceWithdrawn(
                    referral_id=self.id,
                    person_id=self.person_id,
                    outcome=assessment.outcome,
                    withdrawn_at=now,
                )
            )

    def accept(self, format: SessionFormat, sessions_planned: int, now: datetime) -> None:
        """Raises ClearanceMissing, AlreadyDecided, ReferralEnded. The same again changes nothing.

        A clearance holds to the end of its last day in London.
        """
        self._require_open()
        if self.status is ReferralStatus.ACCEPTED:
            if (self.format, self.sessions_planned) != (format, sessions_planned):
                raise AlreadyDecided("This referral was accepted otherwise.")
            return
        if self.cleared_until is None or self.cleared_until < london_day(now):
            raise ClearanceMissing("There is no valid clearance to exercise.")
        self.status, self.format, self.sessions_planned = ReferralStatus.ACCEPTED, format, sessions_planned
        self.record(
            told.ReferralAccepted(
                referral_id=self.id,
                person_id=self.person_id,
                format=format,
                sessions_planned=sessions_planned,
                accepted_at=now,
            )
        )

    def signpost(self, activity: str, now: datetime) -> None:
        """Recommend a local activity instead. Raises AlreadyDecided, ReferralEnded."""
        self.require_undecided()
        self._end(ReferralStatus.SIGNPOSTED, now)
        self.record(
            told.ReferralSignposted(referral_id=self.id, person_id=self.person_id, activity=activity, signposted_at=now)
        )

    def decline(self, reason: RejectionReason, now: datetime) -> None:
        """Raises AlreadyDecided, ReferralEnded."""
        self.require_undecided()
        self._end(ReferralStatus.DECLINED, now)
        self.record(
            told.ReferralDeclined(referral_id=self.id, person_id=self.person_id, reason=reason, declined_at=now)
        )

    def cancel(self, reason: CancellationReason, now: datetime) -> None:
        """The referrer cancels; again, it changes nothing. Raises ReferralEnded after another ending."""
        if self.status is ReferralStatus.CANCELLED:
            return
        self._require_open()
        self._end(ReferralStatus.CANCELLED, now)
        self.record(
            told.ReferralCancelled(referral_id=self.id, person_id=self.person_id, reason=reason, cancelled_at=now)
        )

    def withdraw(self, now: datetime) -> None:
        """The patient withdraws; again, it changes nothing. Raises ReferralEnded after another ending."""
        if self.status is ReferralStatus.WITHDRAWN:
            return
        self._require_open()
        self._end(ReferralStatus.WITHDRAWN, now)
        self.record(told.ReferralWithdrawn(referral_id=self.id, person_id=self.person_id, withdrawn_at=now))

    def discharge(self, end_code: EndCode, now: datetime) -> None:
        """Raises EndCodeNotFitting, ReferralEnded."""
        self._require_open()
        if not self.may_end_with(end_code):
            raise EndCodeNotFitting("This end code does not fit whether the patient was taken on.")
        self._end(ReferralStatus.DISCHARGED, now)
        self.record(
            told.ReferralDischarged(referral_id=self.id, person_id=self.person_id, end_code=end_code, discharged_at=now)
        )

    def may_end_with(self, end_code: EndCode) -> bool:
        """Whether the end code is for patients who were taken on, as this one was, or wasn't."""
        return (end_code in _TAKEN_ON) == (self.status is ReferralStatus.ACCEPTED)

    def erase(self, now: datetime) -> None:
        """The person is erased; said once, whatever came before."""
        if self.status is ReferralStatus.ERASED:
            return
        self.particulars = {}
        self._end(ReferralStatus.ERASED, self.ended_at or now)
        self.referrer_mark, self.referrer_reference, self.reason, self.screening = None, None, [], None
        self.decisions = [replace(each, note=None) for each in self.decisions]
        self.record(told.ReferralErased(referral_id=self.id, person_id=self.person_id, erased_at=now))

    def _require_open(self) -> None:
        if not self.is_open:
            raise ReferralEnded("This referral has ended.")

    def require_undecided(self) -> None:
        """Raises AlreadyDecided, ReferralEnded."""
        self._require_open()
        if self.status is ReferralStatus.ACCEPTED:
            raise AlreadyDecided("This referral was accepted; discharge it instead.")

    def _end(self, status: ReferralStatus, now: datetime) -> None:
        self.status, self.ended_at, self.cleared_until = status, now, None
