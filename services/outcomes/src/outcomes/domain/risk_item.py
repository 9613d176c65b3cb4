"""A risk item: something that a clinician must look at the same day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from movewell.contracts.outcomes import RiskAcknowledged, RiskRaised
from movewell.contracts.types import RiskTrigger
from movewell.kernel import Aggregate


@dataclass(kw_only=True)
class RiskItem(Aggregate):
    """Raised by a questionnaire; open until a clinician acknowledges it.

    `incomplete` says that it was raised before all answers were there: then there is no score to look at yet.
    """

    referral_id: str
    person_id: str
    questionnaire_id: str
    trigger: RiskTrigger
    raised_at: datetime
    incomplete: bool = False
    acknowledged: bool = False
    acknowledged_by: str | None = None

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
        """A clinician takes it on; once is enough."""
        if self.acknowledged:
            return
        self.acknowledged, self.acknowledged_by = True, by
        self.record(RiskAcknowledged(referral_id=self.referral_id, risk_id=self.id, acknowledged_at=now))
