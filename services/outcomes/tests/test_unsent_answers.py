"""Answers that are kept and not sent: nobody's business but of who gives them, and gone in the end."""

from __future__ import annotations

from typing import Any

import pytest
from movewell.contracts import referral as said
from movewell.contracts.types import CloseReason
from movewell.kernel import Invalid
from movewell.testing.at_the_door import AtTheDoor
from outcomes.application.ask_before_session import close
from outcomes.application.keep_answers import keep_answers
from outcomes.domain.questionnaire import AlreadyAnswered, Questionnaire, QuestionnaireNotOpen

from .conftest import Clinic
from .stories import Patient, questionnaire


@pytest.fixture
def door(clinic: Clinic) -> AtTheDoor:
    return clinic.door


def keep(door: AtTheDoor, id: str, **given: Any) -> None:
    door.do(lambda unit: keep_answers(unit, id, given))


def events(door: AtTheDoor, patient: Patient) -> list[str]:
    rows = [row for row in door.running.store.scan("outbox") if patient.referral_id in str(row)]
    return sorted(row["headers"]["ce_type"].split(".", 1)[1] for row in rows)


def test_an_answer_is_kept_and_may_be_given_anew(door: AtTheDoor, patient: Patient) -> None:
    id = patient.booked()
    keep(door, id, phq9_1=1, gad7_1=2)
    keep(door, id, phq9_1=3)
    assert questionnaire(door, id).draft == {"phq9_1": 3, "gad7_1": 2}
    assert events(door, patient) == ["questionnaire.opened.v1"]


@pytest.mark.parametrize("given", [{"phq9_1": 4}, {"phq9_1": True}, {"phq9_1": "1"}, {"phq9_10": 1}, {"x": 0}])
def test_what_is_no_answer_is_refused_and_raises_nothing(
    door: AtTheDoor, patient: Patient, given: dict[str, Any]
) -> None:
    id = patient.booked()
    with pytest.raises(Invalid):
        keep(door, id, phq9_2=1, phq9_9=3, **given)
    assert questionnaire(door, id).draft == {} and events(door, patient) == ["questionnaire.opened.v1"]


def test_item_9_is_told_once_with_the_draft_that_says_it(door: AtTheDoor, patient: Patient) -> None:
    id = patient.booked()
    for value in (0, 1, 3, 0, 2):
        keep(door, id, phq9_9=value)
    assert events(door, patient) == ["questionnaire.opened.v1", "risk.raised.v1"]
    assert questionnaire(door, id).item9_raised


def test_closing_deletes_what_was_not_sent(door: AtTheDoor, patient: Patient) -> None:
    id = patient.booked()
    keep(door, id, phq9_1=1)
    door.do(lambda unit: close(unit, unit.get(Questionnaire, id), CloseReason.OVERDUE))
    assert questionnaire(door, id).draft == {}
    with pytest.raises(QuestionnaireNotOpen):
        keep(door, id, phq9_1=1)


def test_erasing_deletes_what_was_not_sent(door: AtTheDoor, patient: Patient) -> None:
    id = patient.booked()
    keep(door, id, phq9_1=1)
    patient.hear(said.ReferralErased(**patient.ids, erased_at=door.clock.now()))
    assert questionnaire(door, id).draft == {}


def test_nothing_is_kept_beside_answers_that_were_sent(door: AtTheDoor, patient: Patient) -> None:
    id = patient.answered(5, 5)
    with pytest.raises(AlreadyAnswered):
        keep(door, id, phq9_9=3)
    assert "risk.raised.v1" not in events(door, patient)
