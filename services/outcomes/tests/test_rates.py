"""National rates from counts."""

from dataclasses import asdict
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from outcomes.domain.change import Pair, outcome
from outcomes.domain.rates import Counts, Rate, count, rates

# NHS Talking Therapies annual report 2024-25, England.
ENGLAND = Counts(
    finished=670_419,
    not_at_caseness=35_234,
    recovered=321_061,
    reliably_recovered=301_815,
    reliably_improved=452_284,
    reliably_deteriorated=39_157,
    no_reliable_change=170_457,
)


@pytest.mark.parametrize(
    ("name", "published", "exact"),
    [
        ("recovery", "50.5", "50.55"),
        ("reliable_recovery", "47.5", "47.52"),
        ("reliable_improvement", "67.5", "67.46"),
        ("reliable_deterioration", "5.8", "5.84"),
        ("no_reliable_change", "25.4", "25.43"),
    ],
)
def test_the_counts_of_england_give_its_published_rates(name, published, exact):
    rate = getattr(rates(ENGLAND), name)
    assert rate.percent() == Decimal(published)
    assert rate.percent(2) == Decimal(exact)


def test_recovery_is_over_finished_courses_less_those_not_at_caseness():
    assert rates(ENGLAND).recovery == Rate(321_061, 635_185)
    assert rates(ENGLAND).reliable_improvement == Rate(452_284, 670_419)


def test_a_rate_over_nobody_is_unknown():
    assert Rate(0, 0).percent() is None


@pytest.mark.parametrize(("rate", "places", "percent"), [(Rate(1, 8), 0, "13"), (Rate(1, 3), 1, "33.3")])
def test_a_percentage_rounds_halves_up(rate, places, percent):
    assert str(rate.percent(places)) == percent


def test_courses_are_counted_by_their_flags_and_unfinished_ones_are_not():
    recovered = outcome(phq9=Pair(18, 6), anxiety=Pair(15, 5), finished=True)
    unfinished = outcome(phq9=Pair(18, 6), anxiety=Pair(15, 5), finished=False)
    never_a_case = outcome(phq9=Pair(9, 15), anxiety=Pair(7, 7), finished=True)
    unpaired = outcome(phq9=Pair(12), anxiety=Pair(10), finished=True)
    unchanged = outcome(phq9=Pair(14, 9), anxiety=Pair(5, 5), finished=True)

    counts = count([recovered, unfinished, never_a_case, unpaired, unchanged])

    assert counts == Counts(
        finished=4,
        not_at_caseness=1,
        recovered=2,
        reliably_recovered=1,
        reliably_improved=1,
        reliably_deteriorated=1,
        no_reliable_change=1,
    )
    assert rates(counts).recovery == Rate(2, 3)


def pairs(highest: int) -> st.SearchStrategy[Pair]:
    score = st.integers(0, highest)
    return st.one_of(st.just(Pair()), st.builds(Pair, score), st.builds(Pair, score, score))


@given(st.lists(st.builds(outcome, phq9=pairs(27), anxiety=pairs(21), finished=st.booleans())))
def test_denominators_are_the_courses_that_say_they_belong_and_no_rate_passes_its_own(courses):
    found = rates(count(courses))
    assert found.recovery.denominator == sum(course.in_recovery_denominator for course in courses)
    assert found.reliable_improvement.denominator == sum(c.in_improvement_denominator for c in courses)
    for rate in asdict(found).values():
        assert 0 <= rate["numerator"] <= rate["denominator"]
    assert found.reliable_recovery.numerator <= found.recovery.numerator
