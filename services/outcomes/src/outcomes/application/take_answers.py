"""Take what somebody sent as answers: the answers where they are whole, and a risk even where they are not (ADR 12)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from movewell.contracts.types import Actor, Measure, RiskTrigger
from movewell.kernel import Invalid
from movewell.store.unit import Unit

from outcomes.application.answer_questionnaire import answer_questionnaire
from outcomes.application.raise_risk import raise_risk
from outcomes.domain.questionnaire import Questionnaire
from outcomes.domain.risk import states_risk


class Taken(NamedTuple):
    """Totals by measure; or why the answers were refused, with every fault."""

    totals: dict[Measure, int]
    refused: Invalid | None = None


def take_answers(
    unit: Unit, questionnaire_id: str, answers: Mapping[str, int], by: Actor, taken_by: str | None = None
) -> Taken:
    """Answer the questionnaire. Raises NotFound, QuestionnaireNotOpen, AlreadyAnswered.

    A refusal is handed back, not raised: raised, it would undo the transaction and with it the risk item.
    """
    try:
        return Taken(answer_questionnaire(unit, questionnaire_id, answers, by, taken_by))
    except Invalid as refused:
        if states_risk(answers):
            raise_item9_once(unit, unit.get(Questionnaire, questionnaire_id))
        return Taken({}, refused)


def raise_item9_once(unit: Unit, questionnaire: Questionnaire) -> None:
    """No score is made; only that item 9 has raised its risk is kept, with what else has changed in it."""
    if not questionnaire.item9_raised:
        questionnaire.item9_raised = True
        raise_risk(unit, questionnaire, RiskTrigger.PHQ9_ITEM9, incomplete=True)
    unit.save(questionnaire)
