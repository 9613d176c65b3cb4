"""Every page and state of scheduling, in a real browser."""

from __future__ import annotations

from tests.browser.scenes import SCHEDULING
from tests.browser.sound_pages import EveryPage


class TestScheduling(EveryPage):
    group = SCHEDULING
