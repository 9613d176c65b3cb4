"""What the tests of the kernel share: a clock that only tests move, and a small service to try things on."""

from __future__ import annotations

import pytest
from movewell.testing.hand_clock import HandClock


@pytest.fixture
def clock() -> HandClock:
    return HandClock()
