"""Answer a questionnaire: scores at once, and a risk item in the same transaction where one is due."""

from __future__ import annotations

from collections.abc import Mapping

from movewell.contracts.types import Actor, Measure, RiskTrigger
from movewell.store.unit import Unit

from outcomes.application.case_of import case_of
from outcomes.application.raise_risk import raise_risk
from outcomes.domain.case import Scored
from outcomes.domain.questionnaire import Questionnaire
from outcomes.domain.risk import risks


def answer_questionnaire(
    unit: Unit, questionnaire_id: str, answers: Mapping[str, int], by: Actor, taken_by: str | None = None
) -> dict[Measure, int]:
    """Totals by measure, empty if this was answered the same before. `taken_by` is of staff on the phone.

    Raises NotFound, QuestionnaireNotOpen, AlreadyAnswered, Invalid with every fault.
    """
    questionnaire = unit.get(Questionnaire, questionnaire_id)
    totals = questionnaire.answer(answers, by, unit.now)
    if not totals:
        return totals
    questionnaire.taken_by = taken_by
    unit.not_later("questionnaire.overdue", questionnaire.id)
    case = case_of(unit, questionnaire.referral_id)
    case.scores += [Scored(measure, total, unit.now) for measure, total in totals.items()]
    unit.save(case)
    found = risks(phq9_answers=questionnaire.answers, pairs={measure: case.pair(measure) for measure in totals})
    due = [each for each in found if not (each is RiskTrigger.PHQ9_ITEM9 and questionnaire.item9_raised)]
    questionnaire.item9_raised = RiskTrigger.PHQ9_ITEM9 in found or questionnaire.item9_raised
    unit.save(questionnaire)
    for trigger in due:
        raise_risk(unit, questionnaire, trigger)
    return totals
