"""Every page and state of reporting, of signing in, and of what goes wrong, in a real browser."""

from __future__ import annotations

from tests.browser.scenes import REPORTING
from tests.browser.sound_pages import EveryPage


class TestReporting(EveryPage):
    group = REPORTING
