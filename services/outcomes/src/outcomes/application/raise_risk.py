"""Raise a risk item of a questionnaire, let a clinician take it on, and close it once they have acted."""

from __future__ import annotations

from movewell.contracts.types import RiskOutcome, RiskTrigger
from movewell.store.unit import Unit, new_id

from outcomes.domain.questionnaire import Questionnaire
from outcomes.domain.risk_item import RiskItem


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
