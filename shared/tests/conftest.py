"""What the tests of the kernel share: a clock that only tests move, and a small service to try things on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest


class HandClock:
    """Stands still until a test moves it."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.moment

    def move(self, **by: float) -> None:
        self.moment += timedelta(**by)


@pytest.fixture
def clock() -> HandClock:
    return HandClock()
