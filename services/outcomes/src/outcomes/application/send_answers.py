"""A patient sends the whole questionnaire; what is not complete is kept, so that nothing is asked twice."""

from __future__ import annotations

from collections.abc import Mapping

from movewell.contracts.types import Actor
from movewell.store.unit import Unit

from outcomes.application.keep_answers import keep_answers
from outcomes.application.take_answers import Taken, take_answers


def send_answers(unit: Unit, questionnaire_id: str, answers: Mapping[str, int]) -> Taken:
    """As `take_answers`; refused answers are among the draft afterwards."""
    taken = take_answers(unit, questionnaire_id, answers, Actor.PATIENT)
    if taken.refused is not None:
        keep_answers(unit, questionnaire_id, answers)
    return taken
