"""Raise a risk item of answers or of an adverse event; a clinician takes it on, and closes it once they have acted."""

from __future__ import annotations

from uuid import UUID, uuid5

from movewell.contracts.scheduling import AdverseEventReported
from movewell.contracts.types import RiskOutcome, RiskTrigger
from movewell.store.unit import Unit, new_id

from outcomes.domain.questionnaire import Questionnaire
from outcomes.domain.risk import is_serious
from outcomes.domain.risk_item import Happening, RiskItem

_NAMES = UUID("6f6d7665-7765-4c6c-8f71-000000000005")


def raise_risk(unit: Unit, questionnaire: Questionnaire, trigger: RiskTrigger, *, incomplete: bool = False) -> None:
    """Keep the item and say so. `incomplete` where not all answers are there."""
    item = RiskItem(
        id=new_id(),
        tenant=unit.tenant,
        referral_id=questionnaire.referral_id,
        person_id=questionnaire.person_id,
        questionnaire_id=questionnaire.id,
        trigger=trigger,
        raised_at=unit.now,
        incomplete=incomplete,
    )
    item.announce()
    unit.save(item)


def raise_adverse_event(event: AdverseEventReported, unit: Unit) -> None:
    """What happened was serious: one item for each event, also when the referral has ended meanwhile."""
    if not is_serious(event.severity, event.action):
        return
    id = str(uuid5(_NAMES, f"{unit.tenant}|{event.adverse_event_id}"))
    if unit.find_one(RiskItem, id) is not None:
        return
    item = RiskItem(
        id=id,
        tenant=unit.tenant,
        referral_id=event.referral_id,
        person_id=event.person_id,
        trigger=RiskTrigger.SERIOUS_ADVERSE_EVENT,
        raised_at=event.reported_at,
        happening=Happening(event.adverse_event_id, event.kind, event.severity, event.action),
    )
    item.announce()
    unit.save(item)


def acknowledge_risk(unit: Unit, risk_id: str, by: str) -> RiskItem:
    """A clinician takes the item on. Raises NotFound."""
    item = unit.get(RiskItem, risk_id)
    item.acknowledge(by, unit.now)
    unit.save(item)
    return item


def close_risk(unit: Unit, risk_id: str, outcome: RiskOutcome, by: str, note: str | None = None) -> RiskItem:
    """A clinician has acted; `note` is sealed. Raises NotFound, RiskNotAcknowledged, RiskClosedOtherwise."""
    item = unit.get(RiskItem, risk_id)
    item.close(outcome, by, unit.now, note)
    unit.save(item)
    return item
