"""Answer a questionnaire: scores at once, and a risk item in the same transaction where one is due."""

from __future__ import annotations

from collections.abc import Mapping

from movewell.contracts.types import Actor, Measure
from movewell.store.unit import Unit, new_id

from outcomes.application.case_of import case_of
from outcomes.domain.case import Scored
from outcomes.domain.questionnaire import Questionnaire
from outcomes.domain.risk import risks
from outcomes.domain.risk_item import RiskItem


def answer_questionnaire(
    unit: Unit, questionnaire_id: str, answers: Mapping[str, int], by: Actor
) -> dict[Measure, int]:
    """Totals by measure, empty if this was answered the same before.

    Raises NotFound, QuestionnaireNotOpen, AlreadyAnswered, Invalid with every fault.
    """
    questionnaire = unit.get(Questionnaire, questionnaire_id)
    totals = questionnaire.answer(answers, by, unit.now)
    if not totals:
        return totals
    unit.save(questionnaire)
    unit.not_later("questionnaire.overdue", questionnaire.id)
    case = case_of(unit, questionnaire.referral_id)
    case.scores += [Scored(measure, total, unit.now) for measure, total in totals.items()]
    unit.save(case)
    _raise_risks(unit, questionnaire, {measure: case.pair(measure) for measure in totals})
    return totals


def _raise_risks(unit: Unit, questionnaire: Questionnaire, pairs: Mapping) -> None:
    for trigger in risks(phq9_answers=questionnaire.answers, pairs=pairs):
        item = RiskItem(
            id=new_id(),
            tenant=unit.tenant,
            referral_id=questionnaire.referral_id,
            person_id=questionnaire.person_id,
            questionnaire_id=questionnaire.id,
            trigger=trigger,
            raised_at=unit.now,
        )
        item.announce()
        unit.save(item)


def acknowledge_risk(unit: Unit, risk_id: str, by: str) -> RiskItem:
    """A clinician takes the item on. Raises NotFound."""
    item = unit.get(RiskItem, risk_id)
    item.acknowledge(by, unit.now)
    unit.save(item)
    return item
