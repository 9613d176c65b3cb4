import json
import random
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reporting.figures.page import laid_out
from reporting.figures.report import PeriodReversed, build_report

from .cohort import QUARTER, at, attending, bookings, finishing, referral, referrals, scores

IMPROVED = scores((18, 6), (15, 5))
UNCHANGED = scores((12, 12), (9, 9))


def test_each_figure_takes_its_own_referrals_from_the_period():
    rows = [
        finishing("all within", outcome=IMPROVED),
        finishing("received before", received_at="2025-12-01T09:00:00+00:00", outcome=UNCHANGED),
        finishing("finished after", ended_day=100, outcome=IMPROVED),
        attending("withdrew after starting", ended="withdrawn", ended_at=at(40)),
        attending("discharged after one", attended=1, ended="discharged", ended_at=at(60)),
        referral("received after", received_at=at(95)),
        referral("never dated", received_at=None),
        referral("declined", ended="declined", ended_at=at(20)),
        attending("started after", waited=95),
    ]
    sessions = [
        {"starts_at": at(10), "code": "5"},
        {"starts_at": at(90), "code": "3"},
        {"starts_at": at(91), "code": "5"},
    ]
    report = build_report(rows, sessions, period=QUARTER, published=False)
    assert report.flow.stage("received").count == 6
    assert report.waits_of_finished.referrals == 2
    assert report.waits_of_started.referrals == 5
    assert (report.outcomes_of_finished.referrals, report.outcomes_of_started.referrals) == (2, 4)
    assert report.outcomes_of_finished.reliable_improvement.percent == "50.0"
    assert report.outcomes_of_started.reliable_improvement.percent == "25.0"
    assert (report.attendance.bookings, report.attendance.attended.percent) == (2, "50.0")


@given(referrals, bookings, st.booleans(), st.randoms(use_true_random=False))
@settings(deadline=None)
def test_rows_in_any_order_give_the_same_bytes(rows, sessions, published, shuffler: random.Random):
    def written(some_rows, some_sessions):
        report = build_report(some_rows, some_sessions, period=QUARTER, published=published)
        return json.dumps(report.as_dict()).encode(), laid_out(report)

    first = written(rows, sessions)
    shuffled_rows, shuffled_sessions = [*rows], [*sessions]
    shuffler.shuffle(shuffled_rows)
    shuffler.shuffle(shuffled_sessions)
    assert written(shuffled_rows, shuffled_sessions) == first


def numbers_in(value):
    if isinstance(value, dict):
        return [number for item in value.values() for number in numbers_in(item)]
    if isinstance(value, list | tuple):
        return [number for item in value for number in numbers_in(item)]
    return [value] if isinstance(value, int) and not isinstance(value, bool) else []


@given(referrals, bookings)
@settings(deadline=None)
def test_a_published_report_holds_no_number_that_is_not_rounded(rows, sessions):
    published = build_report(rows, sessions, period=QUARTER, published=True).as_dict()
    for waits in ("waits_of_finished", "waits_of_started"):
        for band in published[waits]["bands"]:
            del band["first_day"], band["last_day"]
    assert all(number >= 5 and number % 5 == 0 for number in numbers_in(published))


def test_a_report_is_json_with_days_and_percentages_in_words():
    report = build_report([finishing("one", outcome=IMPROVED)], [], period=QUARTER, published=False)
    read = json.loads(json.dumps(report.as_dict()))
    assert (read["first_day"], read["last_day"], read["published"]) == ("2026-01-01", "2026-03-31", False)
    assert read["outcomes_of_finished"]["recovery"] == {"numerator": 1, "denominator": 1, "percent": "100.0"}


def test_a_period_that_ends_before_it_begins_is_refused():
    with pytest.raises(PeriodReversed):
        build_report([], [], period=(date(2026, 2, 1), date(2026, 1, 1)), published=False)
