from collections import Counter

import pytest
from hypothesis import given, settings
from reporting.figures.rates import (
    Change,
    Tally,
    at_caseness,
    came_out,
    change,
    outcomes_of,
    outcomes_of_tally,
    recovered,
    tallied,
)

from .cohort import attending, finishing, referrals, scores

# NHS England metadata, worked edge cases (domain 1.5): scores, change, recovered, in recovery denominator
EDGE_CASES = [
    ((18, 6), (15, 5), Change.IMPROVED, True, True),
    ((14, 9), (5, 5), Change.UNCHANGED, True, True),
    ((12, 5), (7, 8), Change.IMPROVED, False, True),
    ((16, 9), (15, 19), Change.UNCHANGED, False, True),
    ((8, 2), (7, 2), Change.IMPROVED, False, False),
    ((9, 15), (7, 7), Change.DETERIORATED, False, False),
    ((10, 9), (8, 7), Change.UNCHANGED, True, True),
    ((15, 9), (12, 8), Change.IMPROVED, False, True),
    ((12, None), (10, None), Change.UNPAIRED, False, True),
    ((18, 6), (15, None), Change.UNPAIRED, False, True),
    ((9, 9), (8, 4), Change.IMPROVED, True, True),
]


@pytest.mark.parametrize(("phq9", "gad7", "expected", "recovers", "counts_for_recovery"), EDGE_CASES)
def test_a_referral_falls_where_the_national_rules_put_it(phq9, gad7, expected, recovers, counts_for_recovery):
    row = finishing("one", outcome=scores(phq9, gad7))
    assert (change(row), recovered(row), at_caseness(row) is not False) == (
        expected,
        recovers,
        counts_for_recovery,
    )


def test_the_rates_of_the_edge_cases_are_these():
    outcomes = outcomes_of(
        [finishing("one", outcome=scores(phq9, gad7)) for phq9, gad7, *_ in EDGE_CASES], published=False
    )
    assert (outcomes.referrals, outcomes.at_caseness, outcomes.not_at_caseness) == (11, 9, 2)
    assert (outcomes.reliable_improvement.numerator, outcomes.reliable_improvement.percent) == (5, "45.5")
    assert (outcomes.no_reliable_change.numerator, outcomes.no_reliable_change.percent) == (3, "27.3")
    assert (outcomes.reliable_deterioration.numerator, outcomes.reliable_deterioration.percent) == (1, "9.1")
    assert (outcomes.not_paired.numerator, outcomes.not_paired.denominator) == (2, 11)
    assert (outcomes.recovery.numerator, outcomes.recovery.denominator, outcomes.recovery.percent) == (
        4,
        9,
        "44.4",
    )
    assert (outcomes.reliable_recovery.numerator, outcomes.reliable_recovery.percent) == (2, "22.2")


def test_the_rates_reproduce_england_2024_25():
    england = Tally(
        referrals=670_419,
        improved=452_284,
        unchanged=170_457,
        deteriorated=39_157,
        at_caseness=669_482 - 35_234,
        not_at_caseness=35_234,
        recovered=321_061,
        reliably_recovered=301_815,
    )
    outcomes = outcomes_of_tally(england, published=False)
    assert outcomes.recovery.percent == "50.5"
    assert outcomes.reliable_recovery.percent == "47.5"
    assert outcomes.reliable_improvement.percent == "67.5"
    assert outcomes.reliable_deterioration.percent == "5.8"
    assert outcomes.no_reliable_change.percent == "25.4"
    assert outcomes.recovery.denominator == 635_185
    assert (outcomes.not_paired.numerator, outcomes.start_not_known) == (8_521, 937)


def test_a_start_that_cannot_be_classified_stays_in_the_recovery_denominator():
    one_low_score = {"phq9_first": 4, "gad7_first": None, "at_caseness": False, "recovered": False}
    outcomes = outcomes_of([finishing("one", outcome=one_low_score), finishing("two")], published=False)
    assert (outcomes.start_not_known, outcomes.recovery.denominator, outcomes.recovery.percent) == (
        2,
        2,
        "0.0",
    )


def test_contradicting_flags_are_no_reliable_change():
    both = {**scores((18, 6), (15, 5)), "reliably_deteriorated": True}
    assert change(attending("one", outcome=both)) is Change.UNCHANGED


@given(referrals)
@settings(deadline=None)
def test_every_referral_has_one_change_and_recovery_stays_within_its_denominator(rows):
    tally, outcomes = tallied(Counter(came_out(row) for row in rows)), outcomes_of(rows, published=False)
    changes = (
        outcomes.reliable_improvement,
        outcomes.no_reliable_change,
        outcomes.reliable_deterioration,
        outcomes.not_paired,
    )
    assert sum(share.numerator for share in changes) == outcomes.referrals == len(rows)
    assert tally.reliably_recovered <= tally.recovered <= tally.at_caseness <= outcomes.recovery.denominator


def test_published_outcomes_withhold_a_lone_small_change_with_the_next_smallest():
    tally = Tally(
        referrals=53,
        improved=32,
        unchanged=12,
        deteriorated=2,
        at_caseness=53,
        not_at_caseness=0,
        recovered=20,
        reliably_recovered=18,
    )
    outcomes = outcomes_of_tally(tally, published=True)
    assert (outcomes.reliable_improvement.percent, outcomes.no_reliable_change.percent) == ("55", "18")
    assert outcomes.reliable_deterioration.percent is outcomes.not_paired.percent is None
    assert (outcomes.at_caseness, outcomes.not_at_caseness, outcomes.start_not_known) == (55, None, None)
    assert (outcomes.recovery.numerator, outcomes.recovery.denominator, outcomes.recovery.percent) == (20, 55, "36")
