"""The pre-exercise screening: the ACSM table, the UK thresholds, the contraindications, what a letter answers."""

import re
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from movewell.contracts.types import Intensity, ScreeningOutcome
from movewell.kernel import Invalid
from referral.domain.screening import RULES, Assessment, assess, read_facts

TODAY = date(2026, 11, 24)
NEXT_YEAR = date(2027, 11, 24)
CLEARED, NEEDED, CONTRAINDICATED = ScreeningOutcome
LIGHT, MODERATE, VIGOROUS = Intensity
WELL = {
    "systolic": 120,
    "diastolic": 80,
    "heart_rate": 70,
    "active": False,
    "disease": False,
    "symptoms": False,
    "contraindications": [],
}

# domain.md section 4: HEIW Motivate2Move, citing BACR 2006 and ACSM 2009; then the list for this population.
ABSOLUTE = (
    "unstable_angina",
    "recent_myocardial_infarction",
    "uncontrolled_arrhythmia",
    "unstable_heart_failure",
    "severe_aortic_stenosis",
    "acute_myocarditis_or_pericarditis",
    "pressure_drop_on_exertion",
    "unstable_diabetes",
    "febrile_illness",
    "pain_or_dizziness_on_exertion",
    "acute_pulmonary_embolism",
    "acute_psychiatric_illness",
    "other_unstable_condition",
    "active_suicidal_plan",
    "current_eating_disorder",
    "acute_psychosis_or_mania",
    "intoxication",
)
FOR_A_CLINICIAN = ("recent_medication_start", "pregnancy", "seizures", "falls")


def screened(on: date = TODAY, **facts: object) -> Assessment:
    return assess(read_facts({**WELL, **facts}), on)


def rules(assessment: Assessment) -> list[str]:
    return [each.rule for each in assessment.reasons]


# ACSM 2015 (GETP 10th edition), the table in domain.md section 4, "any" written out as both.
# rule, active, disease, symptoms, desired → without a letter, with a letter (None: not cleared)
ACSM = [
    ("acsm-1", False, False, False, None, (CLEARED, MODERATE), (CLEARED, MODERATE)),
    ("acsm-1", False, False, False, "vigorous", (CLEARED, MODERATE), (CLEARED, MODERATE)),
    ("acsm-2", False, True, False, None, (NEEDED, None), (CLEARED, MODERATE)),
    ("acsm-2", False, True, False, "vigorous", (NEEDED, None), (CLEARED, MODERATE)),
    ("acsm-3", False, False, True, None, (NEEDED, None), (CLEARED, MODERATE)),
    ("acsm-3", False, True, True, "light", (NEEDED, None), (CLEARED, MODERATE)),
    ("acsm-4", True, False, False, None, (CLEARED, VIGOROUS), (CLEARED, VIGOROUS)),
    ("acsm-4", True, False, False, "vigorous", (CLEARED, VIGOROUS), (CLEARED, VIGOROUS)),
    ("acsm-5", True, True, False, None, (CLEARED, MODERATE), (CLEARED, VIGOROUS)),
    ("acsm-5", True, True, False, "light", (CLEARED, MODERATE), (CLEARED, MODERATE)),
    ("acsm-5", True, True, False, "moderate", (CLEARED, MODERATE), (CLEARED, MODERATE)),
    ("acsm-5", True, True, False, "vigorous", (NEEDED, None), (CLEARED, VIGOROUS)),
    ("acsm-6", True, False, True, None, (NEEDED, None), (CLEARED, MODERATE)),
    ("acsm-6", True, True, True, "vigorous", (NEEDED, None), (CLEARED, MODERATE)),
]


@pytest.mark.parametrize(("rule", "active", "disease", "symptoms", "desired", "without", "with_letter"), ACSM)
def test_the_acsm_table(rule, active, disease, symptoms, desired, without, with_letter):
    facts = {"active": active, "disease": disease, "symptoms": symptoms, "desired_intensity": desired}
    plain, lettered = screened(**facts), screened(**facts, medically_cleared_on="2026-11-01")
    assert (plain.outcome, plain.ceiling) == without
    assert (lettered.outcome, lettered.ceiling) == with_letter
    assert rules(plain) == [rule]
    assert rules(lettered)[0] == rule


VITALS = [
    ({"systolic": 179}, CLEARED, ["acsm-1"]),
    ({"systolic": 180}, CONTRAINDICATED, ["systolic-180", "acsm-1"]),
    ({"diastolic": 99}, CLEARED, ["acsm-1"]),
    ({"diastolic": 100}, CONTRAINDICATED, ["diastolic-100", "acsm-1"]),
    ({"heart_rate": 99}, CLEARED, ["acsm-1"]),
    ({"heart_rate": 100}, CONTRAINDICATED, ["heart-rate-100", "acsm-1"]),
    (
        {"systolic": 180, "diastolic": 100, "heart_rate": 100},
        CONTRAINDICATED,
        ["systolic-180", "diastolic-100", "heart-rate-100", "acsm-1"],
    ),
]


@pytest.mark.parametrize(("vitals", "outcome", "spoke"), VITALS)
def test_the_uk_thresholds_from_both_sides(vitals, outcome, spoke):
    assessment = screened(**vitals)
    assert (assessment.outcome, rules(assessment)) == (outcome, spoke)


@pytest.mark.parametrize("code", ABSOLUTE)
@pytest.mark.parametrize("letter", [None, "2026-11-01"])
def test_a_contraindication_holds_whatever_a_letter_says(code, letter):
    assessment = screened(contraindications=[code], active=True, medically_cleared_on=letter)
    assert (assessment.outcome, assessment.ceiling, assessment.valid_until) == (CONTRAINDICATED, None, None)
    assert rules(assessment) == [code, "acsm-4"]


@pytest.mark.parametrize("code", FOR_A_CLINICIAN)
def test_what_a_clinician_must_look_at_first_is_answered_by_a_letter_up_to_moderate(code):
    without = screened(contraindications=[code], active=True)
    assert (without.outcome, without.ceiling, rules(without)) == (NEEDED, None, [code, "acsm-4"])
    assessed = screened(contraindications=[code], active=True, medically_cleared_on="2026-11-01")
    assert (assessed.outcome, assessed.ceiling, assessed.valid_until) == (CLEARED, MODERATE, date(2027, 11, 1))
    assert rules(assessed) == [code, "acsm-4", "medical-clearance"]


def test_the_rule_file_has_these_codes_and_no_others():
    assert {each["id"] for each in RULES["ticked"]} == {*ABSOLUTE, *FOR_A_CLINICIAN}


def test_every_rule_says_why_whence_and_who_verified_it():
    all_rules = [*RULES["vital"], *RULES["acsm"], *RULES["ticked"]]
    assert len({each["id"] for each in all_rules}) == len(all_rules)
    for each in [*all_rules, RULES["letter"]]:
        assert each["reason"].endswith(".")
        assert each["source"]
        assert isinstance(each["verified_by"], str)
    assert {each["outcome"] for each in all_rules} == {each.value for each in ScreeningOutcome}


def test_an_assessment_names_the_version_of_the_rules():
    assert screened().ruleset == "2026.1"
    assert re.fullmatch(r"[0-9]{4}\.[0-9]+", RULES["version"])


LETTERS = [
    ("2025-11-23", NEEDED, None),
    ("2025-11-24", CLEARED, date(2026, 11, 24)),  # twelve months old today: its last day
    ("2025-11-25", CLEARED, date(2026, 11, 25)),
    ("2026-11-24", CLEARED, date(2027, 11, 24)),
    (None, NEEDED, None),
]


@pytest.mark.parametrize(("letter", "outcome", "until"), LETTERS)
def test_a_letter_holds_for_twelve_months_from_its_own_date(letter, outcome, until):
    assessment = screened(disease=True, medically_cleared_on=letter)
    assert (assessment.outcome, assessment.valid_until) == (outcome, until)


def test_a_vigorous_clearance_that_rests_on_a_letter_ends_with_the_letter():
    assessment = screened(active=True, disease=True, medically_cleared_on="2025-12-24")
    assert (assessment.ceiling, assessment.valid_until) == (VIGOROUS, date(2026, 12, 24))


def test_a_letter_that_is_not_needed_shortens_nothing():
    for facts in ({}, {"active": True, "disease": True, "desired_intensity": "moderate"}):
        assessment = screened(**facts, medically_cleared_on="2025-12-24")
        assert assessment.valid_until == NEXT_YEAR
        assert "medical-clearance" not in rules(assessment)


def test_a_clearance_of_the_29th_of_february_ends_on_the_28th():
    assert screened(on=date(2028, 2, 29)).valid_until == date(2029, 2, 28)


LEAP_LETTER = [(date(2029, 2, 28), CLEARED), (date(2029, 3, 1), NEEDED)]


@pytest.mark.parametrize(("on", "outcome"), LEAP_LETTER)
def test_a_letter_of_the_29th_of_february_holds_until_the_28th(on, outcome):
    assessment = screened(on=on, disease=True, medically_cleared_on="2028-02-29")
    assert assessment.outcome is outcome
    assert assessment.valid_until == (date(2029, 2, 28) if outcome is CLEARED else None)


@given(st.dates(date(2020, 1, 1), date(2040, 1, 1)))
def test_a_letter_answers_until_the_last_day_of_the_clearance_that_rests_on_it(letter):
    facts = {"disease": True, "medically_cleared_on": letter.isoformat()}
    last = screened(on=letter, **facts).valid_until
    assert screened(on=last, **facts).valid_until == last
    assert screened(on=last + timedelta(days=1), **facts).outcome is NEEDED


def test_a_letter_from_the_future_is_refused():
    with pytest.raises(Invalid) as caught:
        screened(medically_cleared_on="2026-11-25")
    assert [pointer for pointer, _ in caught.value.faults] == ["/medically_cleared_on"]
