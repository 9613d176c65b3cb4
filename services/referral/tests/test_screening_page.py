"""The form of the screening: faults beside their fields, nothing typed is lost, the result has reasons."""

from __future__ import annotations

import re

import pytest
from movewell.contracts.types import ScreeningOutcome
from movewell.store.unit import new_id
from referral.domain.screening import RULES
from referral.entrypoints.screening_page import FAULTS, NONE_AND_SOME, NOTHING_TICKED

from .clinic import FIT, Clinic
from .test_worklist_page import words


@pytest.fixture
def clinic() -> Clinic:
    return Clinic()


def test_the_form_asks_every_rule_of_the_file_in_its_words(clinic: Clinic) -> None:
    page = clinic.get(f"/referrals/{clinic.refer()}/screening", "clinician").text
    for rule in RULES["ticked"]:
        assert f'value="{rule["id"]}"' in page and rule["reason"].rstrip(".") in page
    assert 'value="none"' in page and 'data-behaviour="exclusive"' in page


def test_a_screening_is_recorded_and_its_result_has_reasons_and_sources(clinic: Clinic) -> None:
    id = clinic.refer()
    answer = clinic.screen(id)
    assert answer.status_code == 303 and answer.headers["Location"] == f"/referrals/{id}/screening/result"
    page = words(clinic.get(f"/referrals/{id}/screening/result", "clinician").text)
    assert "Cleared to exercise" in page and "Hardest exercise allowed Moderate" in page
    assert "Clearance until 2 March 2027" in page and "ACSM preparticipation algorithm 2015" in page
    assert clinic.referral(id).screening.by == "clinician-1"


def test_a_letter_answers_and_a_tick_contraindicates(clinic: Clinic) -> None:
    letter, ticked = clinic.refer(), clinic.refer()
    day = {"letter-day": "1", "letter-month": "2", "letter-year": "2026"}
    clinic.screen(letter, contraindications=["falls", "pregnancy"], **day)
    clinic.screen(ticked, contraindications=["febrile_illness"])
    found = {id: clinic.referral(id).screening.outcome for id in (letter, ticked)}
    assert found == {letter: ScreeningOutcome.CLEARED, ticked: ScreeningOutcome.CONTRAINDICATED}
    page = words(clinic.get(f"/referrals/{ticked}/screening/result", "clinician").text)
    assert "Contraindicated: not safe for now" in page and "Febrile illness." in page and "No clearance" in page


@pytest.mark.parametrize(
    ("field", "value", "anchor", "said"),
    [
        ("systolic", "", "systolic", FAULTS["systolic"]),
        ("systolic", "12O", "systolic", FAULTS["systolic"]),
        ("systolic", "１２０", "systolic", FAULTS["systolic"]),
        ("diastolic", "130", "diastolic", FAULTS["diastolic"]),
        ("heart_rate", "999", "heart_rate", FAULTS["heart_rate"]),
        ("active", "", "active", FAULTS["active"]),
        ("disease", "perhaps", "disease", FAULTS["disease"]),
        ("symptoms", "", "symptoms", FAULTS["symptoms"]),
        ("contraindications", [], "contraindications", NOTHING_TICKED),
        ("contraindications", ["none", "falls"], "contraindications", NONE_AND_SOME),
        ("contraindications", ["imagined"], "contraindications", NOTHING_TICKED),
        ("desired_intensity", "extreme", "desired_intensity", FAULTS["desired_intensity"]),
        ("letter-day", "31", "letter-day", FAULTS["medically_cleared_on"]),
        ("letter-year", "2999", "letter-day", FAULTS["medically_cleared_on"]),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(clinic: Clinic, field: str, value, anchor: str, said: str) -> None:
    id = clinic.refer()
    answer = clinic.screen(id, **{field: value})
    page = answer.text
    assert answer.status_code == 400 and re.search(r"<title>\s*Error: Screening", page)
    assert page.count(said) == 2 and f'href="#{anchor}"' in page
    assert clinic.referral(id).screening is None


def test_nothing_that_was_typed_is_lost(clinic: Clinic) -> None:
    answer = clinic.screen(clinic.refer(), systolic="118", diastolic="", disease="yes", contraindications=["falls"])
    page = re.sub(r"\s+", " ", answer.text)
    assert 'value="118"' in page
    assert re.search(r'name="disease" type="radio" value="yes" checked', page)
    assert re.search(r'value="falls" checked', page)


def test_a_double_press_screens_once_and_a_new_screening_replaces_it(clinic: Clinic) -> None:
    id, key = clinic.refer(), new_id()
    for _ in range(2):
        assert clinic.screen(id, key=key).status_code == 303
    first = clinic.referral(id)
    assert first.version == 2
    clinic.screen(id, key=key, systolic="190")
    assert clinic.referral(id).screening.outcome is ScreeningOutcome.CONTRAINDICATED
    assert "Clearance withdrawn" in words(clinic.get(f"/referrals/{id}", "clinician").text)


def test_who_has_ended_is_not_screened(clinic: Clinic) -> None:
    id = clinic.refer()
    clinic.decide(id, "withdraw")
    assert "This referral has ended." in words(clinic.get(f"/referrals/{id}/screening", "clinician").text)
    answer = clinic.screen(id)
    assert answer.status_code == 409 and "This referral has ended." in words(answer.text)


def test_before_a_screening_there_is_no_result(clinic: Clinic) -> None:
    page = clinic.get(f"/referrals/{clinic.refer()}/screening/result", "clinician")
    assert page.status_code == 200 and "The patient has not been screened." in words(page.text)


def test_by_cookie_the_form_needs_its_token(clinic: Clinic) -> None:
    id = clinic.refer()
    clinic.door.sign_in("clinician")
    path = f"/referrals/{id}/screening"
    token = clinic.token(path)
    assert clinic.post(path, form=dict(FIT)).status_code == 400 and clinic.referral(id).screening is None
    assert clinic.post(path, form={**FIT, "csrf_token": token}).status_code == 303
