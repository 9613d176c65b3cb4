"""A risk item: something that a clinician must look at the same working day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from movewell.contracts.adverse_events import AdverseEventAction, AdverseEventKind, AdverseEventSeverity
from movewell.contracts.outcomes import RiskAcknowledged, RiskClosed, RiskRaised
from movewell.contracts.types import RiskOutcome, RiskTrigger
from movewell.kernel import Aggregate, DomainError


class RiskNotAcknowledged(DomainError):
    """Nobody has taken the item on, so nobody can say what came of it."""

    code = "risk-not-acknowledged"


class RiskClosedOtherwise(DomainError):
    """The item was closed before, with another outcome."""

    code = "risk-closed-otherwise"


@dataclass(frozen=True)
class Happening:
    """The adverse event that raised an item, in codes."""

    adverse_event_id: str
    kind: AdverseEventKind
    severity: AdverseEventSeverity
    action: AdverseEventAction


@dataclass(kw_only=True)
class RiskItem(Aggregate):
    """Raised by a questionnaire or by what happened at a session, so that one of the two is there.
    A clinician acknowledges it, who takes it on, and closes it once they have acted.

    `incomplete` says that it was raised before all answers were there: then there is no score to look at yet.
    `acknowledged_at` is None too on an item that was acknowledged before times were kept. `note` is sealed.
    """

    referral_id: str
    person_id: str
    trigger: RiskTrigger
    raised_at: datetime
    questionnaire_id: str | None = None
    happening: Happening | None = None
    incomplete: bool = False
    acknowledged: bool = False
    acknowledged_by: str | None = None
    acknowledged_at: datetime | None = None
    outcome: RiskOutcome | None = None
    note: str | None = None
    closed_by: str | None = None
    closed_at: datetime | None = None

    def announce(self) -> None:
        """Record that the risk was raised."""
        self.record(
            RiskRaised(
                referral_id=self.referral_id,
                person_id=self.person_id,
                risk_id=self.id,
                trigger=self.trigger,
                raised_at=self.raised_at,
            )
        )

    def acknowledge(self, by: str, now: datetime) -> None:
        """A clinician takes it on; once is enough, and the first one has it."""
        if self.acknowledged:
            return
        self.acknowledged, self.acknowledged_by, self.acknowledged_at = True, by, now
        self.record(RiskAcknowledged(referral_id=self.referral_id, risk_id=self.id, acknowledged_at=now))

    def close(self, outcome: RiskOutcome, by: str, now: datetime, note: str | None = None) -> None:
        """A clinician has acted. The same again changes nothing. Raises RiskNotAcknowledged, RiskClosedOtherwise."""
        if not self.acknowledged:
            raise RiskNotAcknowledged("Acknowledge the item before you close it.")
        if self.outcome not in (None, outcome):
            raise RiskClosedOtherwise("This item was closed before, with another outcome.")
        if self.outcome is outcome:
            return
        self.outcome, self.note, self.closed_by, self.closed_at = outcome, note, by, now
        self.record(RiskClosed(referral_id=self.referral_id, risk_id=self.id, outcome=outcome, closed_at=now))
