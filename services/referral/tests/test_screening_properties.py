"""The pre-exercise screening: what holds for any facts."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st
from movewell.contracts.types import Intensity, ScreeningOutcome
from referral.domain.screening import RULES, Assessment, ScreeningFacts, assess

TODAY = date(2026, 11, 24)
NEXT_YEAR = date(2027, 11, 24)
CLEARED, NEEDED, CONTRAINDICATED = ScreeningOutcome
ABSOLUTE = tuple(each["id"] for each in RULES["ticked"] if each["outcome"] == "contraindicated")
FOR_A_CLINICIAN = tuple(each["id"] for each in RULES["ticked"] if each["id"] not in ABSOLUTE)


def rules(assessment: Assessment) -> list[str]:
    return [each.rule for each in assessment.reasons]


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
        assert TODAY <= assessment.valid_until <= NEXT_YEAR


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
