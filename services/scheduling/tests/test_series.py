"""A weekly series: one instructor, one venue, one local time."""

from __future__ import annotations

from datetime import date

import pytest
from scheduling.application.schedule_series import SeriesExists
from scheduling.domain.session import AlreadyElsewhere

from .scene import Site


def test_an_instructor_cannot_be_scheduled_twice_at_once(site: Site) -> None:
    site.series("monday")
    with pytest.raises(AlreadyElsewhere):
        site.series("other", instructor_id="monday-instructor")
    with pytest.raises(SeriesExists):
        site.series("monday")


def test_a_weekly_series_keeps_its_local_time_over_the_change_of_clocks(site: Site) -> None:
    site.series()
    hours = {each.starts_at.date(): each.starts_at.hour for each in site.sessions()}
    assert hours[date(2026, 3, 23)] == 10
    assert hours[date(2026, 3, 30)] == 9
