"""Every page and state of referral, in a real browser."""

from __future__ import annotations

from tests.browser.scenes import REFERRAL
from tests.browser.sound_pages import EveryPage


class TestReferral(EveryPage):
    group = REFERRAL
