"""The end of the working day, by which a risk item is acknowledged."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from outcomes.domain.working_days import DAY_ENDS, bank_holidays, due_at, easter, is_working_day


@pytest.mark.parametrize(
    ("year", "kept"),
    [
        (2026, "01-01 04-03 04-06 05-04 05-25 08-31 12-25 12-28"),
        (2027, "01-01 03-26 03-29 05-03 05-31 08-30 12-27 12-28"),
        (2028, "01-03 04-14 04-17 05-01 05-29 08-28 12-25 12-26"),
    ],
)
def test_bank_holidays_are_those_of_england_and_wales(year: int, kept: str) -> None:
    """gov.uk/bank-holidays."""
    assert bank_holidays(year) == {date.fromisoformat(f"{year}-{each}") for each in kept.split()}


@pytest.mark.parametrize("sunday", ["1961-04-02", "2008-03-23", "2024-03-31", "2025-04-20", "2038-04-25"])
def test_easter_is_where_the_tables_have_it(sunday: str) -> None:
    day = date.fromisoformat(sunday)
    assert easter(day.year) == day


@pytest.mark.parametrize(
    ("raised", "due"),
    [
        ("2026-03-02T09:00", "2026-03-02T17:00"),  # a Monday morning
        ("2026-03-02T16:59", "2026-03-02T17:00"),
        ("2026-03-02T17:00", "2026-03-03T17:00"),
        ("2026-03-06T18:00", "2026-03-09T17:00"),  # Friday evening
        ("2026-04-02T20:00", "2026-04-07T16:00"),  # before Good Friday
        ("2026-07-01T15:59", "2026-07-01T16:00"),  # British Summer Time
        ("2026-07-01T16:00", "2026-07-02T16:00"),
    ],
)
def test_an_item_is_due_at_five_of_its_working_day(raised: str, due: str) -> None:
    moment = datetime.fromisoformat(raised).replace(tzinfo=UTC)
    assert due_at(moment) == datetime.fromisoformat(due).replace(tzinfo=UTC)


@given(st.integers(0, 20 * 366 * 24 * 60))
def test_the_target_is_later_and_on_a_working_day(minutes: int) -> None:
    raised = datetime(2020, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    assert due_at(raised) > raised
    assert is_working_day(due_at(raised).date())
    assert DAY_ENDS.hour - 1 <= due_at(raised).hour <= DAY_ENDS.hour
