"""A case as staff see it: scores over time, single answers, the review, and answers taken on the phone."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from movewell.contracts import referral as said
from movewell.contracts.types import Actor
from movewell.testing.at_the_door import HTML, ODD_IDS, AtTheDoor, words_of
from outcomes.domain.case import Case

from .conftest import Clinic
from .reading import see
from .stories import ITEMS, Patient, answers, questionnaire

MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
FORM = {item: str(value) for item, value in answers(9, 7).items()}


@pytest.fixture
def door(clinic: Clinic) -> AtTheDoor:
    clinic.door.clock.moment = MONDAY
    clinic.door.sign_in("clinician")
    return clinic.door


def press(door: AtTheDoor, path: str, form: dict[str, Any], at: str) -> Any:
    page = door.call("GET", at, headers=HTML).text
    token = re.search(r'name="csrf-token" content="(\w+)"', page)[1]
    return door.call("POST", path, data={**form, "csrf_token": token}, headers=HTML)


def story(door: AtTheDoor, patient: Patient, *totals: tuple[int, int]) -> None:
    """Answered once a week."""
    for ordinal, (phq9, gad7) in enumerate(totals, start=1):
        patient.answered(phq9, gad7, ordinal=ordinal)
        door.clock.moment += timedelta(weeks=1)


def test_scores_are_shown_as_charts_with_their_tables(clinic: Clinic, door: AtTheDoor, patient: Patient) -> None:
    patient.named("Alma", "Testwell", clinic.keys)
    story(door, patient, (18, 15), (13, 15), (9, 7))
    page = door.call("GET", f"/cases/{patient.referral_id}", headers=HTML).text
    words = words_of(page)
    assert page.count('role="img"') == 2 and page.count("<table") >= 3
    assert "Alma Testwell" in words
    assert "2 March 2026 Score 18 Severity moderately severe Caseness yes Change from the first first score" in words
    assert "5 lower, not reliable" in words and "9 lower, reliable" in words
    assert "Not yet verified by a clinical lead." in words and "PMC8411661" in words


def test_the_outcome_so_far_is_told_in_words(door: AtTheDoor, patient: Patient) -> None:
    story(door, patient, (18, 15), (6, 5))
    words = see(door, f"/cases/{patient.referral_id}")
    assert "At caseness at the start Yes" in words and "Reliable improvement" in words
    assert "Recovered Not before two attended sessions" in words
    patient.attended(0)
    patient.attended(1)
    assert "Recovered Yes" in see(door, f"/cases/{patient.referral_id}")


def test_one_score_says_nothing_of_change(door: AtTheDoor, patient: Patient) -> None:
    story(door, patient, (18, 15))
    assert "Cannot be said: it takes two scores of each measure" in see(door, f"/cases/{patient.referral_id}")


def test_single_answers_are_shown_and_item_9_beside_them(door: AtTheDoor, patient: Patient) -> None:
    patient.answered(9, 7, item9=2)
    words = see(door, f"/cases/{patient.referral_id}")
    assert "Question 9, better off dead or self-harm: 2: More than half the days" in words
    assert "Feeling afraid as if something awful might happen Not at all 0" in words
    assert "PHQ-9, question 9), raised Monday 2 March 2026, 9am : open" in words


def test_an_erased_person_has_no_single_answers(door: AtTheDoor, patient: Patient) -> None:
    story(door, patient, (9, 7))
    patient.hear(said.ReferralErased(**patient.ids, erased_at=MONDAY))
    assert "The single answers were deleted" in see(door, f"/cases/{patient.referral_id}")


def test_without_scores_the_page_says_so(door: AtTheDoor, patient: Patient) -> None:
    patient.booked()
    words = see(door, f"/cases/{patient.referral_id}")
    assert "There are no scores yet." in words and "Answer for the patient on the phone" in words
    answer = press(door, f"/cases/{patient.referral_id}/review", {}, "/risks")
    assert answer.location == f"/cases/{patient.referral_id}"


def test_a_review_says_who_and_when_and_is_asked_again_after_new_scores(door: AtTheDoor, patient: Patient) -> None:
    story(door, patient, (18, 15))
    path = f"/cases/{patient.referral_id}"
    assert "Reviewed Not yet" in see(door, path)
    for _ in range(2):
        answer = press(door, f"{path}/review", {}, path)
        assert (answer.status_code, answer.location) == (303, f"{path}?done=reviewed")
    words = see(door, answer.location)
    assert words.startswith("Success You have reviewed these scores")
    assert "Reviewed By Amina Yusuf (clinician-1), Monday 9 March 2026, 9am" in words and "I have reviewed" not in words
    story(door, patient, (12, 9))
    assert "Reviewed Not since the latest scores" in see(door, path)
    reviewed = [row for row in door.running.store.scan("outbox") if "outcome.reviewed" in row["headers"]["ce_type"]]
    assert len([row for row in reviewed if patient.referral_id in str(row)]) == 1


@pytest.mark.parametrize("role", ["clinician", "coordinator"])
def test_staff_answer_for_a_patient_on_the_phone(door: AtTheDoor, patient: Patient, role: str) -> None:
    id = patient.booked()
    door.sign_in(role)
    path = f"/cases/{patient.referral_id}/questionnaires"
    assert "Answer for the patient on the phone" in see(door, path)
    answer = press(door, f"{path}/{id}", FORM, f"{path}/{id}")
    assert (answer.status_code, answer.location) == (303, f"{path}?done=answered")
    who = {"clinician": "Amina Yusuf (clinician-1)", "coordinator": "Chloe Evans (coordinator-1)"}[role]
    assert f"By staff for the patient on the phone: {who}" in see(door, answer.location)
    asked = questionnaire(door, id)
    assert (asked.by, asked.taken_by) == (Actor.STAFF, who)


def test_item_9_on_the_phone_says_to_stay_on_the_line(door: AtTheDoor, patient: Patient) -> None:
    id = patient.booked()
    path = f"/cases/{patient.referral_id}/questionnaires"
    answer = press(door, f"{path}/{id}", {"phq9_9": "1"}, f"{path}/{id}")
    words = words_of(answer.text)
    assert answer.status_code == 400 and words.index("Stay on the line") < words.index("There is a problem")
    answer = press(door, f"{path}/{id}", {**FORM, "phq9_9": "1"}, f"{path}/{id}")
    assert "Stay on the line" in see(door, answer.location)
    assert len([each for each in door.running.store.scan("risk_items") if each["questionnaire_id"] == id]) == 1


def test_missing_answers_on_the_phone_are_named_and_the_others_stay(door: AtTheDoor, patient: Patient) -> None:
    id = patient.booked()
    path = f"/cases/{patient.referral_id}/questionnaires/{id}"
    answer = press(door, path, {"phq9_1": "3"}, path)
    assert answer.status_code == 400 and words_of(answer.text).count("Select an answer to:") == len(ITEMS) - 1
    assert re.findall(r'<input[^>]*name="(\w+)"[^>]*value="(\d)"[^>]*\bchecked', answer.text) == [("phq9_1", "3")]


def test_what_the_patient_has_begun_is_not_shown_to_staff(door: AtTheDoor, patient: Patient) -> None:
    from outcomes.application.keep_answers import keep_answers

    id = patient.booked()
    door.do(lambda unit: keep_answers(unit, id, {"phq9_1": 3}))
    page = door.call("GET", f"/cases/{patient.referral_id}/questionnaires/{id}", headers=HTML).text
    assert "checked" not in page


def test_answers_that_come_second_on_the_phone_are_not_taken(door: AtTheDoor, patient: Patient) -> None:
    id = patient.answered(5, 5)
    path = f"/cases/{patient.referral_id}/questionnaires/{id}"
    answer = press(door, path, {**FORM, "phq9_1": "0"}, path)
    assert answer.status_code == 409 and "The first answers are kept, not the ones that you sent now." in answer.text


def test_a_coordinator_sees_no_scores(door: AtTheDoor, patient: Patient) -> None:
    story(door, patient, (18, 15))
    door.sign_in("coordinator")
    assert door.call("GET", f"/cases/{patient.referral_id}", headers=HTML).status_code == 403
    words = see(door, f"/cases/{patient.referral_id}/questionnaires")
    assert "Answered" in words and "18" not in words


@pytest.mark.parametrize("id", ODD_IDS)
def test_what_was_never_there_is_not_found(door: AtTheDoor, id: str) -> None:
    for path in (f"/cases/{id}", f"/cases/{id}/questionnaires", f"/cases/{id}/questionnaires/{id}", f"/risks/{id}"):
        assert door.call("GET", path, headers=HTML).status_code == 404
    assert press(door, f"/cases/{id}/review", {}, "/risks").status_code == 404


def test_a_questionnaire_is_found_under_its_own_referral_only(door: AtTheDoor, patient: Patient) -> None:
    other, id = Patient(door), patient.booked()
    other.booked()
    path = f"/cases/{other.referral_id}/questionnaires/{id}"
    assert door.call("GET", path, headers=HTML).status_code == 404
    assert press(door, path, FORM, "/risks").status_code == 404


def test_another_service_finds_no_case(door: AtTheDoor, patient: Patient) -> None:
    id = patient.booked()
    door.sign_in("clinician", "ZT002")
    for path in ("", "/questionnaires", f"/questionnaires/{id}"):
        assert door.call("GET", f"/cases/{patient.referral_id}{path}", headers=HTML).status_code == 404
    assert press(door, f"/cases/{patient.referral_id}/questionnaires/{id}", FORM, "/risks").status_code == 404
    assert door.do(lambda unit: unit.get(Case, patient.referral_id)).scores == []
