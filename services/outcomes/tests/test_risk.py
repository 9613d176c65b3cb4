"""What makes a clinician look the same working day."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from movewell.contracts.types import Measure, RiskTrigger
from outcomes.domain.change import Pair, outcome
from outcomes.domain.measures import INSTRUMENTS
from outcomes.domain.risk import RISK_ITEM, risks

ITEM_9 = RiskTrigger.PHQ9_ITEM9
WORSE = RiskTrigger.RELIABLE_DETERIORATION
UNSCORED = Pair()
UNTROUBLED = {item.id: 0 for item in INSTRUMENTS[Measure.PHQ9].items}


def pair_of(phq9: Pair = UNSCORED, gad7: Pair = UNSCORED) -> dict[Measure, Pair]:
    return {Measure.PHQ9: phq9, Measure.GAD7: gad7}


@pytest.mark.parametrize(("answer", "raised"), [(0, []), (1, [ITEM_9]), (2, [ITEM_9]), (3, [ITEM_9])])
def test_item_nine_above_nothing_raises_a_risk_though_the_total_is_low(answer, raised):
    assert risks(phq9_answers=UNTROUBLED | {"phq9_9": answer}, pairs=pair_of()) == raised


def test_the_highest_total_without_item_nine_raises_nothing():
    answers = dict.fromkeys(UNTROUBLED, 3) | {"phq9_9": 0}
    assert risks(phq9_answers=answers, pairs=pair_of(Pair(24))) == []


def test_item_nine_is_seen_on_a_form_that_is_otherwise_empty():
    assert risks(phq9_answers={"phq9_9": 1}, pairs=pair_of()) == [ITEM_9]


def test_item_nine_is_an_item_of_phq9():
    assert RISK_ITEM in UNTROUBLED


@pytest.mark.parametrize(
    ("phq9", "gad7", "raised"),
    [
        (Pair(10, 16), Pair(8, 8), [WORSE]),
        (Pair(10, 15), Pair(8, 11), []),
        (Pair(10, 10), Pair(8, 12), [WORSE]),
        (Pair(10, 16), Pair(8, 12), [WORSE]),
        (Pair(20, 2), Pair(8, 12), [WORSE]),
        (Pair(10, 16), Pair(8), [WORSE]),
        (Pair(20, 2), Pair(15, 2), []),
        (Pair(27), Pair(21), []),
    ],
)
def test_a_reliable_rise_on_either_measure_raises_one_risk(phq9, gad7, raised):
    assert risks(phq9_answers=UNTROUBLED, pairs=pair_of(phq9, gad7)) == raised


def test_both_triggers_are_raised_together():
    found = risks(phq9_answers=UNTROUBLED | {"phq9_9": 2}, pairs=pair_of(Pair(4, 12)))
    assert found == [ITEM_9, WORSE]


@given(st.integers(0, 27), st.integers(0, 27), st.integers(0, 21), st.integers(0, 21))
def test_whoever_reliably_deteriorated_nationally_raises_a_risk(phq_first, phq_last, gad_first, gad_last):
    phq9, gad7 = Pair(phq_first, phq_last), Pair(gad_first, gad_last)
    if outcome(phq9=phq9, anxiety=gad7, finished=True).reliably_deteriorated:
        assert risks(phq9_answers=UNTROUBLED, pairs=pair_of(phq9, gad7)) == [WORSE]
