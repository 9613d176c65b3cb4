"""An adverse event: something that happened to a patient at a session, in codes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from movewell.contracts.adverse_events import AdverseEventAction, AdverseEventKind, AdverseEventSeverity, Relatedness
from movewell.contracts.scheduling import AdverseEventReported
from movewell.kernel import Aggregate


@dataclass(kw_only=True)
class AdverseEvent(Aggregate):
    """Reported once and never changed. `reported_by` is the subject of who signed in."""

    referral_id: str
    person_id: str
    booking_id: str
    session_id: str
    kind: AdverseEventKind
    severity: AdverseEventSeverity
    relatedness: Relatedness
    action: AdverseEventAction
    reported_by: str
    reported_at: datetime

    def announce(self) -> None:
        """Record that it was reported."""
        self.record(
            AdverseEventReported(
                referral_id=self.referral_id,
                person_id=self.person_id,
                adverse_event_id=self.id,
                booking_id=self.booking_id,
                session_id=self.session_id,
                kind=self.kind,
                severity=self.severity,
                relatedness=self.relatedness,
                action=self.action,
                reported_at=self.reported_at,
            )
        )
