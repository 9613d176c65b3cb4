"""Caseness, recovery and reliable change by the national definitions."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from movewell.contracts.types import Measure
from movewell.kernel import Invalid
from outcomes.domain.change import Pair, outcome, reliably_rose

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
WEEK = timedelta(weeks=1)

Y, n, none = True, False, None

# Worked edge cases of the national definitions (NHS England metadata of the annual report 2024-25; that
# an unpaired anxiety measure rules improvement out is our reading). Columns: PHQ-9, GAD-7, case, notcase,
# paired, recovery, RI, RD, NC, reliable recovery, in recovery denominator, in RI denominator.
EDGE_CASES = {
    "plain success": ((18, 6), (15, 5), Y, n, Y, Y, Y, n, n, Y, Y, Y),
    "case on one only, recovered but change 5 < 6": ((14, 9), (5, 5), Y, n, Y, Y, n, n, Y, n, Y, Y),
    "other measure becomes a case": ((12, 5), (7, 8), Y, n, Y, n, Y, n, n, n, Y, Y),
    "mixed is no reliable change": ((16, 9), (15, 19), Y, n, Y, n, n, n, Y, n, Y, Y),
    "never a case": ((8, 2), (7, 2), n, Y, Y, n, Y, n, n, n, n, Y),
    "deterioration from non-case": ((9, 15), (7, 7), n, Y, Y, n, n, Y, n, n, n, Y),
    "boundary recovery": ((10, 9), (8, 7), Y, n, Y, Y, n, n, Y, n, Y, Y),
    "GAD 8 is still a case": ((15, 9), (12, 8), Y, n, Y, n, Y, n, n, n, Y, Y),
    "one score only, stays in denominators": ((12, none), (10, none), Y, n, n, n, n, n, n, n, Y, Y),
    "anxiety unpaired": ((18, 6), (15, none), Y, n, n, n, n, n, n, n, Y, Y),
    "case on GAD only": ((9, 9), (8, 4), Y, n, Y, Y, Y, n, n, Y, Y, Y),
}


@pytest.mark.parametrize("row", EDGE_CASES.values(), ids=EDGE_CASES)
def test_the_worked_edge_cases_come_out_by_the_national_definitions(row):
    phq9, gad7, *flags = row
    found = outcome(phq9=Pair(*phq9), anxiety=Pair(*gad7), finished=True)
    assert flags == [
        found.at_caseness,
        found.not_at_caseness,
        found.paired,
        found.recovered,
        found.reliably_improved,
        found.reliably_deteriorated,
        found.no_reliable_change,
        found.reliably_recovered,
        found.in_recovery_denominator,
        found.in_improvement_denominator,
    ]


@pytest.mark.parametrize("row", EDGE_CASES.values(), ids=EDGE_CASES)
def test_a_course_not_finished_is_outside_every_rate_and_not_recovered(row):
    found = outcome(phq9=Pair(*row[0]), anxiety=Pair(*row[1]), finished=False)
    assert not found.in_recovery_denominator
    assert not found.in_improvement_denominator
    assert not found.recovered
    assert not found.reliably_recovered


@pytest.mark.parametrize(
    ("phq9", "gad7", "case"),
    [
        (Pair(9), Pair(7), False),
        (Pair(10), Pair(7), True),
        (Pair(9), Pair(8), True),
        (Pair(10), Pair(), True),
        (Pair(), Pair(8), True),
        (Pair(9), Pair(), None),
        (Pair(), Pair(7), None),
        (Pair(), Pair(), None),
    ],
)
def test_caseness_needs_one_case_and_its_absence_needs_both_scores(phq9, gad7, case):
    assert outcome(phq9=phq9, anxiety=gad7, finished=True).at_caseness is case


def test_a_start_that_cannot_be_classified_stays_in_the_recovery_denominator():
    found = outcome(phq9=Pair(9), anxiety=Pair(), finished=True)
    assert not found.not_at_caseness
    assert found.in_recovery_denominator


@pytest.mark.parametrize(
    ("phq9", "gad7", "improved", "deteriorated"),
    [
        (Pair(20, 14), Pair(10, 10), True, False),
        (Pair(20, 15), Pair(10, 10), False, False),
        (Pair(20, 20), Pair(10, 6), True, False),
        (Pair(20, 20), Pair(10, 7), False, False),
        (Pair(14, 20), Pair(10, 10), False, True),
        (Pair(15, 20), Pair(10, 10), False, False),
        (Pair(20, 20), Pair(6, 10), False, True),
        (Pair(20, 20), Pair(7, 10), False, False),
        (Pair(20, 14), Pair(7, 10), True, False),
        (Pair(20, 14), Pair(6, 10), False, False),
    ],
)
def test_a_change_is_reliable_from_the_index_on_unless_the_other_measure_contradicts(
    phq9, gad7, improved, deteriorated
):
    found = outcome(phq9=phq9, anxiety=gad7, finished=True)
    assert (found.reliably_improved, found.reliably_deteriorated) == (improved, deteriorated)


def test_a_patient_who_recovers_on_both_but_was_never_a_case_has_not_recovered():
    assert not outcome(phq9=Pair(9, 0), anxiety=Pair(7, 0), finished=True).recovered


@pytest.mark.parametrize(
    ("scores", "pair"),
    [
        ([], Pair()),
        ([(MONDAY, 12)], Pair(12)),
        ([(MONDAY, 12), (MONDAY + WEEK, 7)], Pair(12, 7)),
        ([(MONDAY, 12), (MONDAY + WEEK, 20), (MONDAY + 2 * WEEK, 7)], Pair(12, 7)),
        ([(MONDAY + WEEK, 7), (MONDAY, 12)], Pair(12, 7)),
        ([(MONDAY, 12), (MONDAY, 7)], Pair(12)),
        ([(MONDAY, 12), (MONDAY + WEEK, 12)], Pair(12, 12)),
    ],
    ids=["none", "one", "two", "three", "given late", "one occasion twice", "unchanged"],
)
def test_a_pair_is_the_first_score_and_the_latest_of_another_occasion(scores, pair):
    assert Pair.of(scores) == pair


def test_a_last_score_without_a_first_is_refused():
    with pytest.raises(Invalid):
        Pair(None, 7)


@pytest.mark.parametrize(
    ("phq9", "gad7"),
    [(Pair(28), Pair(5)), (Pair(5, 28), Pair(5)), (Pair(5), Pair(22)), (Pair(5), Pair(5, -1))],
)
def test_an_outcome_of_scores_out_of_range_is_refused(phq9, gad7):
    with pytest.raises(Invalid):
        outcome(phq9=phq9, anxiety=gad7, finished=True)


def full_pairs(highest: int) -> st.SearchStrategy[Pair]:
    return st.builds(Pair, st.integers(0, highest), st.integers(0, highest))


def pairs(highest: int) -> st.SearchStrategy[Pair]:
    return st.just(Pair()) | st.builds(Pair, st.integers(0, highest)) | full_pairs(highest)


outcomes = st.builds(outcome, phq9=pairs(27), anxiety=pairs(21), finished=st.booleans())


@given(outcomes)
def test_a_pair_has_exactly_one_kind_of_change_and_no_pair_has_none(found):
    kinds = [found.reliably_improved, found.reliably_deteriorated, found.no_reliable_change]
    assert sum(kinds) == (1 if found.paired else 0)


@given(outcomes)
def test_recovery_implies_caseness_a_pair_and_the_denominator(found):
    if found.recovered:
        assert found.at_caseness is True
        assert found.paired
        assert found.in_recovery_denominator
        assert found.phq9.last < 10
        assert found.anxiety.last < 8


@given(full_pairs(27), full_pairs(21))
def test_time_turned_round_swaps_improvement_and_deterioration(phq9, gad7):
    there = outcome(phq9=phq9, anxiety=gad7, finished=True)
    back = outcome(phq9=Pair(phq9.last, phq9.first), anxiety=Pair(gad7.last, gad7.first), finished=True)
    assert there.reliably_improved == back.reliably_deteriorated
    assert there.no_reliable_change == back.no_reliable_change


@given(st.integers(0, 27), st.integers(0, 27), st.integers(0, 21), st.integers(0, 21), st.data())
def test_a_lower_last_score_never_takes_recovery_or_improvement_away(phq_first, phq_last, gad_first, gad_last, draw):
    def ending(phq9: int, gad7: int):
        return outcome(phq9=Pair(phq_first, phq9), anxiety=Pair(gad_first, gad7), finished=True)

    before = ending(phq_last, gad_last)
    after = ending(draw.draw(st.integers(0, phq_last)), draw.draw(st.integers(0, gad_last)))
    assert after.recovered >= before.recovered
    assert after.reliably_improved >= before.reliably_improved
    assert after.reliably_deteriorated <= before.reliably_deteriorated


@given(st.lists(st.tuples(st.integers(0, 400), st.integers(0, 27)), unique_by=lambda each: each[0]))
def test_the_scores_between_first_and_last_do_not_matter(days):
    scores = sorted((MONDAY + timedelta(days=day), points) for day, points in days)
    assert Pair.of(scores) == Pair.of(scores[:1] + scores[1:][-1:])


@given(st.integers(0, 21), st.integers(0, 21))
def test_a_rise_is_reliable_exactly_from_four_points_of_gad7(first, last):
    assert reliably_rose(Measure.GAD7, Pair(first, last)) == (last >= first + 4)
