"""How long somebody has waited, against 6 and 18 weeks, by London's calendar."""

from datetime import UTC, datetime, timedelta

import pytest
from referral.domain.waits import Standing, Until, Wait, wait_of

RECEIVED = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("days", "standing", "left"),
    [
        (0, Standing.WITHIN_6_WEEKS, 42),
        (42, Standing.WITHIN_6_WEEKS, 0),
        (43, Standing.WITHIN_18_WEEKS, 83),
        (126, Standing.WITHIN_18_WEEKS, 0),
        (127, Standing.OVER_18_WEEKS, -1),
    ],
)
def test_the_standards_include_their_last_day(days: int, standing: Standing, left: int) -> None:
    wait = wait_of(RECEIVED, now=RECEIVED + timedelta(days=days))
    assert (wait.days, wait.until, wait.standing, wait.left) == (days, Until.NOW, standing, left)


def test_a_wait_lasts_until_the_first_treatment_and_no_longer() -> None:
    treated, ended, now = (RECEIVED + timedelta(days=n) for n in (30, 90, 200))
    assert wait_of(RECEIVED, treated_at=treated, ended_at=ended, now=now) == Wait(30, Until.TREATED)
    assert wait_of(RECEIVED, ended_at=ended, now=now) == Wait(90, Until.ENDED)


def test_days_are_counted_by_the_calendar_of_london() -> None:
    """In summer 23:30 UTC is half past midnight of the next day."""
    received = datetime(2026, 6, 30, 23, 30, tzinfo=UTC)
    assert wait_of(received, now=datetime(2026, 7, 1, 22, 0, tzinfo=UTC)).days == 0
    assert wait_of(received, now=datetime(2026, 7, 1, 23, 0, tzinfo=UTC)).days == 1
