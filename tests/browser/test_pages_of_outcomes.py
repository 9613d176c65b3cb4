"""Every page and state of outcomes and notifications, in a real browser."""

from __future__ import annotations

from tests.browser.scenes import OUTCOMES
from tests.browser.sound_pages import EveryPage


class TestOutcomes(EveryPage):
    group = OUTCOMES
