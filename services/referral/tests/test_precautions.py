"""What instructors are told of a cleared patient: codes of the rules that spoke, with words for each."""

from __future__ import annotations

from datetime import date
from itertools import product
from typing import Any

import pytest
from movewell.contracts.precautions import PRECAUTIONS, UNKNOWN, precaution_words
from movewell.contracts.referral import ClearanceGranted
from movewell.contracts.types import Intensity, ScreeningOutcome
from movewell.wire.schema import publishing_schema, reading_schema
from referral.domain.screening import RULES, Assessment, assess, read_facts

from .referred import LATER, SCREENING_ID, received

TODAY = date(2026, 11, 24)
LETTERED = [rule["id"] for rule in RULES["ticked"] if rule["outcome"] == "medical_clearance_needed"]


def assessed(active: bool, disease: bool, symptoms: bool, *ticked: str, letter: bool = True) -> Assessment:
    facts: dict[str, Any] = {"systolic": 120, "diastolic": 80, "heart_rate": 70, "contraindications": list(ticked)}
    facts |= {"active": active, "disease": disease, "symptoms": symptoms}
    return assess(read_facts({**facts, "medically_cleared_on": "2026-11-01" if letter else None}), TODAY)


def granted(assessment: Assessment) -> ClearanceGranted:
    referral = received()
    referral.record_screening(SCREENING_ID, assessment, LATER)
    (event,) = [each for each in referral.take_events() if isinstance(each, ClearanceGranted)]
    return event


@pytest.mark.parametrize(("active", "disease", "symptoms"), list(product((True, False), repeat=3)))
def test_whatever_limits_a_cleared_patient_is_told_with_words(active: bool, disease: bool, symptoms: bool) -> None:
    assessment = assessed(active, disease, symptoms, *LETTERED)
    assert assessment.outcome is ScreeningOutcome.CLEARED
    told = (granted(assessment).precautions or "").split()
    spoken = [each.rule for each in assessment.reasons if each.rule not in ("acsm-4", "medical-clearance")]
    assert told == spoken and set(told) >= set(LETTERED)
    assert UNKNOWN not in precaution_words(" ".join(told)) and len(precaution_words(" ".join(told))) == len(told)


def test_an_active_healthy_patient_has_no_precautions() -> None:
    event = granted(assessed(True, False, False, letter=False))
    assert event.precautions is None and event.ceiling is Intensity.VIGOROUS


def test_codes_travel_as_one_text_and_may_be_absent() -> None:
    payload = publishing_schema(ClearanceGranted).dump(granted(assessed(False, False, False, "falls")))
    assert payload["precautions"] == "falls acsm-1"
    assert not publishing_schema(ClearanceGranted).validate(payload)
    del payload["precautions"]
    assert reading_schema(ClearanceGranted).load(payload)["precautions"] is None
    assert publishing_schema(ClearanceGranted).validate({**payload, "precautions": "Free text"})


def test_every_code_is_one_of_the_rules() -> None:
    known = {rule["id"] for kind in ("acsm", "ticked") for rule in RULES[kind]}
    assert set(PRECAUTIONS) <= known


def test_a_code_of_a_later_release_sends_the_instructor_to_the_clinician() -> None:
    assert precaution_words("pregnancy brittle later") == [PRECAUTIONS["pregnancy"], UNKNOWN]
    assert precaution_words(None) == []
