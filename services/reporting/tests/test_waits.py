import re
from fractions import Fraction
from statistics import quantiles

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reporting.figures.rows import days_waited, london_day, within
from reporting.figures.waits import quantile, waits_of

from .cohort import attending, finishing, referral


def quartiles_of(waits):
    return waits.lower_quartile, waits.median, waits.upper_quartile


def waited(*days):
    return [finishing(f"after {day}", waited=day) for day in days]


@pytest.mark.parametrize(("days", "six", "eighteen"), [(42, 1, 1), (43, 0, 1), (126, 0, 1), (127, 0, 0)])
def test_six_weeks_are_42_days_and_eighteen_are_126_both_inclusive(days, six, eighteen):
    waits = waits_of(waited(days), published=False)
    assert (waits.within_6_weeks.numerator, waits.within_18_weeks.numerator) == (six, eighteen)


def test_a_cohort_has_its_waits_quartiles_and_bands():
    rows = [*waited(0, 14, 15, 42, 43, 130), finishing("unknown") | {"first_attended_at": None}]
    waits = waits_of(rows, published=False)
    assert (waits.referrals, waits.not_known) == (7, 1)
    assert (waits.within_6_weeks.numerator, waits.within_6_weeks.denominator) == (4, 7)
    assert (waits.within_6_weeks.percent, waits.within_18_weeks.percent) == ("57.1", "71.4")
    assert (waits.lower_quartile, waits.median, waits.upper_quartile) == ("14.25", "28.5", "42.75")
    assert [band.count for band in waits.bands] == [2, 1, 1, 1, 0, 0, 0, 0, 0, 1]
    assert [(band.first_day, band.last_day) for band in waits.bands][:3] == [(0, 14), (15, 28), (29, 42)]
    assert (waits.bands[-1].first_day, waits.bands[-1].last_day) == (127, None)


@given(st.lists(st.integers(0, 400), min_size=2, max_size=60))
@settings(deadline=None)
def test_quartiles_agree_with_the_standard_library(days):
    ordered = sorted(days)
    ours = [quantile(ordered, Fraction(quarter, 4)) for quarter in (1, 2, 3)]
    assert ours == quantiles(map(Fraction, ordered), n=4, method="inclusive")


@given(st.lists(st.none() | st.integers(0, 400), max_size=60))
@settings(deadline=None)
def test_bands_and_unknown_waits_add_up_to_everybody(days):
    rows = [attending("one", waited=day) if day is not None else referral("none") for day in days]
    waits = waits_of(rows, published=False)
    assert sum(band.count for band in waits.bands) + waits.not_known == waits.referrals == len(rows)
    assert sum(band.count for band in waits.bands[:3]) == waits.within_6_weeks.numerator
    assert sum(band.count for band in waits.bands[:9]) == waits.within_18_weeks.numerator


def test_days_are_counted_by_the_calendar_in_london():
    late_evening_in_summer = "2026-07-01T23:30:00.000000+00:00"
    assert london_day(late_evening_in_summer).isoformat() == "2026-07-02"
    row = {"received_at": late_evening_in_summer, "first_attended_at": "2026-07-03T08:00:00.000000+00:00"}
    assert days_waited(row) == 1
    over_the_clock_change = {
        "received_at": "2026-03-28T23:30:00+00:00",
        "first_attended_at": "2026-03-29T23:30:00+00:00",
    }
    assert days_waited(over_the_clock_change) == 2


def test_a_period_includes_its_first_and_last_day_in_london():
    july = (london_day("2026-07-01T12:00:00+00:00"), london_day("2026-07-31T12:00:00+00:00"))
    assert within(july, "2026-06-30T23:00:00+00:00")
    assert within(july, "2026-07-31T22:59:59+00:00")
    assert not within(july, "2026-07-31T23:00:00+00:00")
    assert not within(july, None)


def test_a_session_before_the_referral_is_no_known_wait():
    assert days_waited(attending("backwards", waited=-3)) is None


def test_nobody_waited_gives_no_quartiles_and_no_rate():
    waits = waits_of([], published=False)
    assert (waits.median, waits.within_6_weeks.percent, waits.within_6_weeks.denominator) == (None, None, 0)


def test_a_published_quartile_is_the_band_that_the_published_bands_themselves_put_it_in():
    waits = waits_of(waited(*[10] * 200, *[20] * 300, *[40] * 300, *[60] * 100), published=True)
    assert (waits.lower_quartile, waits.median, waits.upper_quartile) == ("15 to 28", "15 to 28", "29 to 42")
    few = waits_of(waited(1, 20, 30, 50, 80, 100), published=True)
    assert (few.lower_quartile, few.median, few.upper_quartile) == (None, None, None)


@given(st.lists(st.integers(0, 200), max_size=80))
@settings(deadline=None)
def test_a_published_quartile_is_true_and_follows_from_what_is_shown(days):
    waits, exact = waits_of(waited(*days), published=True), waits_of(waited(*days), published=False)
    for shown, true in zip(quartiles_of(waits), quartiles_of(exact), strict=True):
        if shown is not None:
            first, last = re.fullmatch(r"(\d+) (?:to (\d+)|or more)", shown).groups()
            assert int(first) <= int(float(true)) <= int(last or 999)
    if all(band.count is None for band in waits.bands):
        assert quartiles_of(waits) == (None, None, None)
