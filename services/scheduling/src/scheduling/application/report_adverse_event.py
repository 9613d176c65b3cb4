"""Report what happened to a patient at a session."""

from __future__ import annotations

from dataclasses import dataclass

from movewell.contracts.adverse_events import AdverseEventAction, AdverseEventKind, AdverseEventSeverity, Relatedness
from movewell.store.unit import Unit, new_id

from scheduling.domain.adverse_event import AdverseEvent
from scheduling.domain.booking import Booking, TooEarly


@dataclass(frozen=True)
class Happening:
    """What happened, in codes."""

    kind: AdverseEventKind
    severity: AdverseEventSeverity
    relatedness: Relatedness
    action: AdverseEventAction


def report_adverse_event(unit: Unit, booking_id: str, happening: Happening, by: str) -> AdverseEvent:
    """`by` is the subject of who signed in. Raises NotFound, TooEarly."""
    booking = unit.get(Booking, booking_id)
    if unit.now < booking.starts_at:
        raise TooEarly("The session has not started.")
    event = AdverseEvent(
        id=new_id(),
        tenant=unit.tenant,
        referral_id=booking.referral_id,
        person_id=booking.person_id,
        booking_id=booking.id,
        session_id=booking.session_id,
        kind=happening.kind,
        severity=happening.severity,
        relatedness=happening.relatedness,
        action=happening.action,
        reported_by=by,
        reported_at=unit.now,
    )
    event.announce()
    unit.save(event)
    return event
