"""Patients choose their sessions with a keyboard and nothing else."""

from __future__ import annotations

import pytest

from tests.browser.scenes_patient import referral
from tests.browser.test_by_keyboard import tab_to


@pytest.fixture(params=[False, True], ids=["without JavaScript", "with JavaScript"])
def page(open_page, request):
    return open_page(java_script_enabled=request.param)


def press(page, what: str, key: str = "Enter") -> None:
    tab_to(page, what)
    page.keyboard.press(key)


def enter(page, link: str, then: str) -> None:
    page.goto(link)
    press(page, "main button")
    page.wait_for_url(f"**{then}")


def test_a_session_is_moved_and_another_cancelled(page, stage) -> None:
    enter(page, stage.link("booking", referral(stage)), "/booking")
    press(page, "a[href$='/move']")
    page.get_by_role("heading", name="Move your session").wait_for()
    press(page, "input[type=radio]", "Space")
    press(page, "main button")
    page.get_by_text("Your session has moved.").wait_for()
    press(page, "main a[href$='/cancel']")
    page.get_by_role("heading", name="Cancel this session").wait_for()
    press(page, "main button")
    page.get_by_text("Your session is cancelled.").wait_for()


def test_another_time_is_asked_for(page, stage) -> None:
    enter(page, stage.link("offer", stage.offer()), "/offer")
    press(page, "input[type=radio]", "ArrowDown")
    assert page.locator("input[value=another]").is_checked()
    press(page, "main button")
    page.get_by_role("heading", name="When could you come?").wait_for()
    press(page, "#sunday-evening", "Space")
    press(page, "main button")
    page.get_by_role("heading", name="You are on the waiting list").wait_for()
