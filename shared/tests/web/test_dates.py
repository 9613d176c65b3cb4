"""Dates as people read them, in London."""

from datetime import UTC, datetime, timedelta

import pytest
from movewell.web.dates import day_in_london, duration, in_london, short_day


@pytest.mark.parametrize(
    ("moment", "said"),
    [
        (datetime(2026, 3, 9, 10, 0, tzinfo=UTC), "Monday 9 March 2026, 10am"),
        (datetime(2026, 6, 1, 12, 30, tzinfo=UTC), "Monday 1 June 2026, 1:30pm"),
        (datetime(2026, 6, 1, 11, 0, tzinfo=UTC), "Monday 1 June 2026, midday"),
        (datetime(2026, 6, 1, 23, 0, tzinfo=UTC), "Tuesday 2 June 2026, midnight"),
    ],
)
def test_a_moment_is_said_as_the_service_manual_has_it(moment: datetime, said: str) -> None:
    assert in_london(moment) == said


def test_a_day_is_that_of_london() -> None:
    late = datetime(2026, 6, 1, 23, 30, tzinfo=UTC)
    assert (day_in_london(late), short_day(late)) == ("2 June 2026", "2 Jun")


@pytest.mark.parametrize(
    ("span", "said"),
    [
        (timedelta(seconds=59), "less than a minute"),
        (timedelta(minutes=1), "1 minute"),
        (timedelta(hours=5, minutes=2), "5 hours 2 minutes"),
        (timedelta(days=2, minutes=2), "2 days 2 minutes"),
        (timedelta(days=1, hours=1, minutes=1), "1 day 1 hour"),
    ],
)
def test_a_span_is_said_by_its_two_largest_parts(span: timedelta, said: str) -> None:
    assert duration(span) == said
