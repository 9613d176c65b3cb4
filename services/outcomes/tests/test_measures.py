"""Scoring of PHQ-9 and GAD-7: wording, completeness, bands, caseness."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from movewell.contracts.types import Measure
from movewell.kernel import Invalid
from outcomes.domain.measures import INSTRUMENTS, at_caseness, band, score

MEASURES = pytest.mark.parametrize("measure", list(Measure))


def answers_of(measure: Measure, value: int = 0) -> dict[str, int]:
    return {item.id: value for item in INSTRUMENTS[measure].items}


def complete(measure: Measure) -> st.SearchStrategy[dict[str, int]]:
    return st.fixed_dictionaries({item_id: st.integers(0, 3) for item_id in answers_of(measure)})


# Kroenke, Spitzer and Williams 2001; Spitzer, Kroenke, Williams and Löwe 2006.
BANDS = [
    (Measure.PHQ9, 0, 4, "none or minimal"),
    (Measure.PHQ9, 5, 9, "mild"),
    (Measure.PHQ9, 10, 14, "moderate"),
    (Measure.PHQ9, 15, 19, "moderately severe"),
    (Measure.PHQ9, 20, 27, "severe"),
    (Measure.GAD7, 0, 4, "minimal"),
    (Measure.GAD7, 5, 9, "mild"),
    (Measure.GAD7, 10, 14, "moderate"),
    (Measure.GAD7, 15, 21, "severe"),
]


@pytest.mark.parametrize(("measure", "least", "most", "label"), BANDS)
def test_a_band_holds_both_its_ends(measure, least, most, label):
    for total in (least, most):
        found = band(measure, total)
        assert (found.least, found.most, found.label) == (least, most, label)


@pytest.mark.parametrize(
    ("measure", "total", "case"),
    [(Measure.PHQ9, 9, False), (Measure.PHQ9, 10, True), (Measure.GAD7, 7, False), (Measure.GAD7, 8, True)],
)
def test_a_score_at_the_cut_off_is_a_case_and_one_below_is_not(measure, total, case):
    assert at_caseness(measure, total) is case


@pytest.mark.parametrize(("measure", "points"), [(Measure.PHQ9, 6), (Measure.GAD7, 4)])
def test_the_reliable_change_index_is_the_national_one(measure, points):
    assert INSTRUMENTS[measure].reliable_change == points


@pytest.mark.parametrize(("measure", "items", "highest"), [(Measure.PHQ9, 9, 27), (Measure.GAD7, 7, 21)])
def test_a_measure_has_its_items_and_range(measure, items, highest):
    ids = [item.id for item in INSTRUMENTS[measure].items]
    assert ids == [f"{measure.value}_{n}" for n in range(1, items + 1)]
    assert INSTRUMENTS[measure].highest == highest
    assert score(measure, answers_of(measure, 0)) == 0
    assert score(measure, answers_of(measure, 3)) == highest


@MEASURES
def test_a_measure_asks_about_two_weeks_with_the_official_answers(measure):
    instrument = INSTRUMENTS[measure]
    assert instrument.look_back == timedelta(days=14)
    assert "last 2 weeks" in instrument.stem
    assert [(option.value, option.label) for option in instrument.options] == [
        (0, "Not at all"),
        (1, "Several days"),
        (2, "More than half the days"),
        (3, "Nearly every day"),
    ]


@MEASURES
def test_thresholds_say_their_version_and_source(measure):
    instrument = INSTRUMENTS[measure]
    assert instrument.version
    assert "PMC8411661" in instrument.source


def test_the_item_about_self_harm_is_the_ninth_of_phq9():
    assert "better off dead" in INSTRUMENTS[Measure.PHQ9].items[8].text


def test_all_faults_of_a_form_are_told_at_once_and_in_its_order():
    answers = answers_of(Measure.GAD7)
    del answers["gad7_1"]
    answers |= {"gad7_2": 4, "gad7_3": -1, "gad7_4": True, "gad7_5": 1.0, "gad7_6": "2", "phq9_9": 0}

    with pytest.raises(Invalid) as refused:
        score(Measure.GAD7, answers)

    assert refused.value.faults == [
        ("/gad7_1", "is not answered"),
        ("/gad7_2", "is not from 0 to 3"),
        ("/gad7_3", "is not from 0 to 3"),
        ("/gad7_4", "is not a whole number"),
        ("/gad7_5", "is not a whole number"),
        ("/gad7_6", "is not a whole number"),
        ("/phq9_9", "is not an item of GAD-7"),
    ]


@MEASURES
def test_an_empty_form_misses_every_item(measure):
    with pytest.raises(Invalid) as refused:
        score(measure, {})
    assert [pointer for pointer, _ in refused.value.faults] == [f"/{item}" for item in answers_of(measure)]


def test_a_pointer_escapes_what_json_pointer_reserves():
    with pytest.raises(Invalid) as refused:
        score(Measure.PHQ9, answers_of(Measure.PHQ9) | {"a/b~c": 0})
    assert [pointer for pointer, _ in refused.value.faults] == ["/a~1b~0c"]


@pytest.mark.parametrize(("measure", "total"), [(Measure.PHQ9, 28), (Measure.GAD7, 22), (Measure.PHQ9, -1)])
@pytest.mark.parametrize("read", [band, at_caseness])
def test_a_score_out_of_range_is_refused(read, measure, total):
    with pytest.raises(Invalid):
        read(measure, total)


@pytest.mark.parametrize("total", [True, 9.5])
def test_a_score_that_is_no_whole_number_is_refused(total):
    with pytest.raises(Invalid):
        band(Measure.PHQ9, total)


@MEASURES
@given(form=st.data())
def test_a_score_is_the_sum_of_the_answers_and_within_range(measure, form):
    answers = form.draw(complete(measure))
    total = score(measure, answers)
    assert total == sum(answers.values())
    assert 0 <= total <= INSTRUMENTS[measure].highest


@MEASURES
@given(form=st.data())
def test_a_form_without_any_one_item_is_refused_and_names_it(measure, form):
    answers = form.draw(complete(measure))
    missing = form.draw(st.sampled_from(sorted(answers)))
    del answers[missing]
    with pytest.raises(Invalid) as refused:
        score(measure, answers)
    assert refused.value.faults == [(f"/{missing}", "is not answered")]


@MEASURES
@given(form=st.data())
def test_a_worse_answer_never_lowers_score_band_or_caseness(measure, form):
    answers = form.draw(complete(measure))
    worse_item = form.draw(st.sampled_from(sorted(answers)))
    worse = answers | {worse_item: form.draw(st.integers(answers[worse_item], 3))}
    before, after = score(measure, answers), score(measure, worse)
    assert after >= before
    assert band(measure, after).least >= band(measure, before).least
    assert at_caseness(measure, after) >= at_caseness(measure, before)
