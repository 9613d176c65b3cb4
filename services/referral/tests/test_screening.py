"""The pre-exercise screening: the ACSM table, the UK thresholds, the contraindications, what a letter answers."""

import re
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from movewell.contracts.types import Intensity, ScreeningOutcome
from movewell.kernel import Invalid
from referral.domain.screening import RULES, Assessment, ScreeningFacts, assess, read_facts

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
    ("2025-11-24", NEEDED, None),  # twelve months old today
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


def test_a_letter_from_the_future_is_refused():
    with pytest.raises(Invalid) as caught:
        screened(medically_cleared_on="2026-11-25")
    assert [pointer for pointer, _ in caught.value.faults] == ["/medically_cleared_on"]


REQUIRED = ("systolic", "diastolic", "heart_rate", "active", "disease", "symptoms")
IMPLAUSIBLE = [
    ({"systolic": 59, "diastolic": 40}, ["/systolic"]),
    ({"systolic": 301}, ["/systolic"]),
    ({"systolic": 400}, ["/systolic"]),
    ({"systolic": "120"}, ["/systolic"]),
    ({"systolic": 120.0}, ["/systolic"]),
    ({"systolic": True, "diastolic": True, "heart_rate": True}, ["/systolic", "/diastolic", "/heart_rate"]),
    ({"diastolic": 29}, ["/diastolic"]),
    ({"diastolic": 201, "systolic": 300}, ["/diastolic"]),
    ({"diastolic": 120}, ["/diastolic"]),
    ({"heart_rate": 24}, ["/heart_rate"]),
    ({"heart_rate": 251}, ["/heart_rate"]),
    ({"active": 1}, ["/active"]),
    ({"disease": None}, ["/disease"]),
    ({"symptoms": "no"}, ["/symptoms"]),
    ({"desired_intensity": "flat out"}, ["/desired_intensity"]),
    ({"desired_intensity": ["light"]}, ["/desired_intensity"]),
    ({"contraindications": "falls"}, ["/contraindications"]),
    ({"contraindications": None}, ["/contraindications"]),
    ({"contraindications": ["falls", "boredom"]}, ["/contraindications"]),
    ({"contraindications": [["falls"]]}, ["/contraindications"]),
    ({"medically_cleared_on": "20260101"}, ["/medically_cleared_on"]),
    ({"medically_cleared_on": "2026-W01-1"}, ["/medically_cleared_on"]),
    ({"medically_cleared_on": "2026-02-30"}, ["/medically_cleared_on"]),
    ({"medically_cleared_on": 20260101}, ["/medically_cleared_on"]),
    ({"cleared": True}, [""]),
    ({"heart_rate": None, "systolic": 80, "diastolic": 80}, ["/heart_rate", "/diastolic"]),
]


@pytest.mark.parametrize(("facts", "pointers"), IMPLAUSIBLE)
def test_facts_that_can_not_be_are_refused(facts, pointers):
    with pytest.raises(Invalid) as caught:
        read_facts({**WELL, **facts})
    assert [pointer for pointer, _ in caught.value.faults] == pointers


@pytest.mark.parametrize(("least", "most"), [((60, 30, 25), (300, 200, 250))])
def test_facts_at_the_edge_of_the_plausible_are_read(least, most):
    for systolic, diastolic, heart_rate in (least, most):
        read = read_facts({**WELL, "systolic": systolic, "diastolic": diastolic, "heart_rate": heart_rate})
        assert (read.systolic, read.diastolic, read.heart_rate) == (systolic, diastolic, heart_rate)


def test_all_missing_facts_are_named_at_once():
    with pytest.raises(Invalid) as caught:
        read_facts({})
    assert [pointer for pointer, _ in caught.value.faults] == [f"/{name}" for name in REQUIRED]


def test_a_fault_never_repeats_what_was_written():
    written = "Mallory Madeup 07700 900999"
    with pytest.raises(Invalid) as caught:
        read_facts(dict.fromkeys((*WELL, "desired_intensity", "medically_cleared_on", written), written))
    assert written not in str(caught.value.faults) + caught.value.detail


FACTS = st.builds(
    ScreeningFacts,
    systolic=st.integers(150, 200),
    diastolic=st.integers(80, 120),
    heart_rate=st.integers(60, 120),
    active=st.booleans(),
    disease=st.booleans(),
    symptoms=st.booleans(),
    desired_intensity=st.none() | st.sampled_from(Intensity),
    contraindications=st.lists(st.sampled_from((*ABSOLUTE, *FOR_A_CLINICIAN)), max_size=3).map(tuple),
    medically_cleared_on=st.none() | st.dates(TODAY - timedelta(days=500), TODAY),
)
LEAST_STRICT_FIRST = [CLEARED, NEEDED, CONTRAINDICATED]


def with_changes(facts: ScreeningFacts, **changes: object) -> ScreeningFacts:
    return ScreeningFacts(**{**facts.__dict__, **changes})


@given(FACTS)
def test_the_most_restrictive_rule_wins_and_all_that_spoke_are_named(facts):
    assessment = assess(facts, TODAY)
    spoke = rules(assessment)
    vitals_spoke = {
        "systolic-180": facts.systolic >= 180,
        "diastolic-100": facts.diastolic >= 100,
        "heart-rate-100": facts.heart_rate >= 100,
    }
    assert {each for each, yes in vitals_spoke.items() if yes} == set(spoke) & set(vitals_spoke)
    assert set(facts.contraindications) <= set(spoke)
    assert len(spoke) == len(set(spoke))
    assert sum(each.startswith("acsm-") for each in spoke) == 1
    absolute = any(vitals_spoke.values()) or any(each in ABSOLUTE for each in facts.contraindications)
    assert (assessment.outcome is CONTRAINDICATED) == absolute


@given(FACTS)
def test_ceiling_and_last_day_are_set_if_and_only_if_cleared_and_for_at_most_a_year(facts):
    assessment = assess(facts, TODAY)
    cleared = assessment.outcome is CLEARED
    assert (assessment.ceiling is not None) == (assessment.valid_until is not None) == cleared
    if assessment.valid_until is not None:
        assert TODAY < assessment.valid_until <= NEXT_YEAR


def assert_no_looser(before: Assessment, after: Assessment) -> None:
    assert LEAST_STRICT_FIRST.index(after.outcome) >= LEAST_STRICT_FIRST.index(before.outcome)
    if after.outcome is CLEARED:
        assert list(Intensity).index(after.ceiling) <= list(Intensity).index(before.ceiling)
        assert after.valid_until <= before.valid_until


@given(FACTS, st.sampled_from((*ABSOLUTE, *FOR_A_CLINICIAN)))
def test_another_contraindication_never_loosens(facts, code):
    more = with_changes(facts, contraindications=(*facts.contraindications, code))
    assert_no_looser(assess(facts, TODAY), assess(more, TODAY))


@given(FACTS, st.sampled_from(["systolic", "diastolic", "heart_rate"]), st.integers(0, 60))
def test_a_higher_vital_sign_never_loosens(facts, name, more):
    higher = with_changes(facts, **{name: getattr(facts, name) + more})
    assert_no_looser(assess(facts, TODAY), assess(higher, TODAY))


@given(FACTS, st.sampled_from(["disease", "symptoms"]))
def test_a_disease_or_a_symptom_never_raises_outcome_or_ceiling_without_a_letter(facts, name):
    healthy, ill = (with_changes(facts, **{name: each}, medically_cleared_on=None) for each in (False, True))
    assert_no_looser(assess(healthy, TODAY), assess(ill, TODAY))


@given(FACTS, st.permutations(ABSOLUTE))
def test_the_order_of_ticks_changes_nothing_but_the_order_of_reasons(facts, ticked):
    one, other = (assess(with_changes(facts, contraindications=tuple(each)), TODAY) for each in (ticked, ABSOLUTE))
    assert (one.outcome, set(one.reasons)) == (other.outcome, set(other.reasons))
