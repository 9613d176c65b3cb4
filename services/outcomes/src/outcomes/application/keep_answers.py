"""Keep answers that are not sent yet; item 9 above 0 is told to the team at once (ADR 12)."""

from __future__ import annotations

from collections.abc import Mapping

from movewell.store.unit import Unit

from outcomes.application.take_answers import raise_item9_once
from outcomes.domain.questionnaire import Layout, Questionnaire
from outcomes.domain.risk import states_risk


def keep_answers(unit: Unit, questionnaire_id: str, answers: Mapping[str, int]) -> Questionnaire:
    """The questionnaire with these answers among its draft.

    Raises NotFound, QuestionnaireNotOpen, AlreadyAnswered, Invalid.
    """
    questionnaire = unit.get(Questionnaire, questionnaire_id)
    questionnaire.keep(answers)
    if states_risk(answers):
        raise_item9_once(unit, questionnaire)
    else:
        unit.save(questionnaire)
    return questionnaire


def choose_layout(unit: Unit, questionnaire_id: str, layout: Layout) -> Questionnaire:
    """The patient says how to be asked. Raises NotFound, QuestionnaireNotOpen, AlreadyAnswered."""
    questionnaire = unit.get(Questionnaire, questionnaire_id)
    questionnaire.choose(layout)
    unit.save(questionnaire)
    return questionnaire
