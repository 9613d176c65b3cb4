"""Exact figures are of any days; published ones of whole quarters that are over, so that no window can be slid."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from movewell.kernel import Invalid
from movewell.testing.at_the_door import HTML, AtTheDoor
from reporting.bootstrap import assemble
from reporting.entrypoints.period import exact_period, published_period, quarter_begin, quarter_end

TODAY = date(2026, 5, 20)
Q1 = {"from": "2026-01-01", "to": "2026-03-31"}


def faults(asked: dict[str, str], today: date = TODAY) -> list[str]:
    with pytest.raises(Invalid) as refused:
        published_period(asked, today)
    return [place for place, _ in refused.value.faults]


@pytest.mark.parametrize(
    ("asked", "period"),
    [
        ({}, (date(2025, 4, 1), date(2026, 3, 31))),
        (Q1, (date(2026, 1, 1), date(2026, 3, 31))),
        ({"to": "2025-06-30"}, (date(2024, 7, 1), date(2025, 6, 30))),
        ({"from": "2025-10-01"}, (date(2025, 10, 1), date(2026, 3, 31))),
        ({"from": "", "to": ""}, (date(2025, 4, 1), date(2026, 3, 31))),
    ],
)
def test_whole_quarters_that_are_over_are_published(asked: dict[str, str], period: tuple[date, date]) -> None:
    assert published_period(asked, TODAY) == period


@pytest.mark.parametrize(
    ("asked", "places"),
    [
        ({"from": "2026-01-02", "to": "2026-03-31"}, ["from"]),
        ({"from": "2026-01-01", "to": "2026-03-30"}, ["to"]),
        ({"from": "2026-02-01", "to": "2026-02-28"}, ["from", "to"]),
        ({"from": "2026-04-01", "to": "2026-06-30"}, ["to"]),
        ({"from": "2026-04-01"}, ["from", "to"]),
        ({"from": "x", "to": "2026-03-30"}, ["from", "to"]),
    ],
)
def test_any_other_window_is_refused(asked: dict[str, str], places: list[str]) -> None:
    assert faults(asked) == places


@given(st.dates(), st.dates(), st.dates(date(2020, 1, 1), date(2030, 1, 1)))
def test_two_published_periods_never_differ_by_less_than_a_quarter(first: date, last: date, today: date) -> None:
    try:
        begin, end = published_period({"from": first.isoformat(), "to": last.isoformat()}, today)
    except Invalid:
        return
    assert (begin.day, begin.month % 3) == (1, 1)
    assert ((end + timedelta(days=1)).day, (end + timedelta(days=1)).month % 3) == (1, 1)
    assert begin < end < today


@given(st.dates(date(1, 1, 1), date(9999, 12, 31)))
def test_a_day_is_within_its_quarter(day: date) -> None:
    assert quarter_begin(day) <= day <= quarter_end(day)
    assert 90 <= (quarter_end(day) - quarter_begin(day)).days + 1 <= 92


def test_a_quarter_is_published_on_the_day_after_its_last() -> None:
    assert faults(Q1, date(2026, 3, 31)) == ["to"]
    assert published_period(Q1, date(2026, 4, 1)) == (date(2026, 1, 1), date(2026, 3, 31))


def test_exact_figures_are_of_any_days() -> None:
    asked = {"from": "2026-05-03", "to": "2026-05-04"}
    assert exact_period(asked, TODAY) == (date(2026, 5, 3), date(2026, 5, 4))
    assert exact_period({}, TODAY) == (date(2025, 5, 20), TODAY)
    assert exact_period({"to": "2020-01-01"}, TODAY) == (date(2019, 1, 1), date(2020, 1, 1))


def test_the_pages_keep_to_it_and_say_so() -> None:
    door = AtTheDoor("reporting", assemble)
    slid = "from=2025-10-02&to=2025-12-31"
    assert door.call("GET", f"/report?{slid}").status_code == 400
    assert door.call("GET", f"/report/exact?{slid}", "manager").status_code == 200
    assert door.call("GET", f"/api/report?{slid}", "manager").status_code == 200
    published = door.call("GET", "/report", headers=HTML).text
    assert "Report, 1 January 2025 to 31 December 2025" in published
    assert "Periods are whole quarters" in published
    assert "Periods are whole quarters" not in door.call("GET", "/report/exact", "manager", headers=HTML).text
