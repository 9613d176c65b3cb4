"""Times for people are London's, written as the NHS service manual writes them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from movewell.web.times import in_london


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
