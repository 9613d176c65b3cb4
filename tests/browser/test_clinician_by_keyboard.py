"""A clinician finds, screens and decides with a keyboard and nothing else; without JavaScript too."""

from __future__ import annotations

import pytest

from tests.browser.scenes_clinician import patients
from tests.browser.scenes_staff import sign_in
from tests.browser.test_by_keyboard import FOCUS_IS_SEEN, tab_to


@pytest.fixture(params=[False, True], ids=["without JavaScript", "with JavaScript"])
def page(open_page, request):
    return open_page(java_script_enabled=request.param)


def press(page, what: str, key: str = "Enter") -> None:
    tab_to(page, what)
    page.keyboard.press(key)


def test_the_first_tab_skips_to_the_page(page, stage) -> None:
    sign_in(page, stage, "clinician", "/worklist")
    page.keyboard.press("Tab")
    assert page.locator(".nhsuk-skip-link:focus").count() == 1
    page.keyboard.press("Enter")
    tab_to(page, "#term")


def test_somebody_is_found_screened_and_accepted(page, stage) -> None:
    made = patients(stage)
    made.refer("Keya", "Tastatur", email="keya@patients.example")
    sign_in(page, stage, "clinician", "/worklist")
    tab_to(page, "#term")
    page.keyboard.type("tastatur")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Referrals found").wait_for()
    press(page, "main table a")
    page.get_by_role("heading", name="Referral", exact=True).wait_for()
    press(page, "main a[href$='/screening']")
    page.get_by_role("heading", name="Screening").wait_for()
    for id, text in (("systolic", "124"), ("diastolic", "78"), ("heart_rate", "68")):
        tab_to(page, f"#{id}")
        page.keyboard.type(text)
    for name in ("active", "disease", "symptoms"):
        tab_to(page, f"input[name={name}]")
        page.keyboard.press("ArrowRight")
        assert page.locator(f"input[name={name}][value=no]").is_checked()
    press(page, "input[value=none]", "Space")
    assert page.evaluate(FOCUS_IS_SEEN)
    press(page, "main button")
    page.get_by_role("heading", name="Result of the screening").wait_for()
    press(page, "main a[href$='/decision']")
    page.get_by_role("heading", name="Decision", exact=True).wait_for()
    press(page, "input[name=choice]", "Space")
    assert page.locator("input[value=accept]").is_checked()
    press(page, "main button")
    page.get_by_text("The referral is accepted.").first.wait_for()
