"""Times for people are London's, written as the NHS service manual writes them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from movewell.web.times import duration, in_london, london_date, short_date


@pytest.mark.parametrize(
    ("moment", "said"),
    [
        ((2026, 3, 9, 10, 0), "Monday 9 March 2026, 10am"),
        ((2026, 3, 9, 10, 30), "Monday 9 March 2026, 10:30am"),
        ((2026, 3, 9, 12, 0), "Monday 9 March 2026, midday"),
        ((2026, 3, 9, 12, 5), "Monday 9 March 2026, 12:05pm"),
        ((2026, 3, 9, 0, 0), "Monday 9 March 2026, midnight"),
        ((2026, 3, 9, 0, 30), "Monday 9 March 2026, 12:30am"),
        ((2026, 3, 30, 17, 30), "Monday 30 March 2026, 6:30pm"),
        ((2026, 3, 30, 23, 0), "Tuesday 31 March 2026, midnight"),
    ],
)
def test_times_are_written_as_the_service_manual_writes_them(moment: tuple[int, ...], said: str) -> None:
    assert in_london(datetime(*moment, tzinfo=UTC)) == said


def test_a_day_is_that_of_london() -> None:
    late = datetime(2026, 6, 1, 23, 30, tzinfo=UTC)
    assert (london_date(late), short_date(late)) == ("2 June 2026", "2 Jun")


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
