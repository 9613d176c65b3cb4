"""Somebody refers themselves with a keyboard and nothing else: no mouse, and no JavaScript."""

from __future__ import annotations

import pytest

from tests.browser.scenes_referral import ANSWERS, LONG, Fields, fill
from tests.browser.test_by_keyboard import FOCUS_IS_SEEN, tab_to

SENT = "We have your referral"


@pytest.fixture(params=[False, True], ids=["without JavaScript", "with JavaScript"])
def page(open_page, request):
    return open_page(java_script_enabled=request.param)


def begin(page, stage) -> None:
    page.goto(stage.url + "/refer")
    tab_to(page, "main a.nhsuk-button")
    page.keyboard.press("Enter")
    choose(page, "safe", "yes")
    go_on(page)


def go_on(page, button: str = "Continue") -> None:
    before = page.url
    tab_to(page, f"main button:has-text('{button}')")
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: url != before)


def choose(page, name: str, value: str) -> None:
    """Arrows go from one option to the next."""
    tab_to(page, f"input[name={name}]")
    page.keyboard.press("Space")
    for _ in range(page.locator(f"input[name={name}]").count()):
        if page.locator(f"input[name={name}][value='{value}']").is_checked():
            return
        page.keyboard.press("ArrowDown")
    raise AssertionError(f"the keyboard does not reach {value}")


def give(page, step: str, answers: dict[str, Fields] = ANSWERS) -> None:
    """Answer the question that is shown, and press Continue."""
    for name, text in answers.get(step, {}).items():
        if page.locator(f"[name='{name}']").first.get_attribute("type") == "radio":
            choose(page, name, text)
        else:
            tab_to(page, f"[name='{name}']")
            page.keyboard.type(text)
    go_on(page)


def reference_on(page) -> str:
    page.get_by_role("heading", name=SENT).wait_for()
    return page.locator(".movewell-reference").inner_text()


def test_a_whole_self_referral_is_made_and_the_back_button_makes_no_second(page, stage) -> None:
    begin(page, stage)
    for step in ANSWERS:
        assert page.url.endswith(f"/refer/{step}")
        give(page, step)
    page.get_by_role("heading", name="Check your answers").wait_for()
    go_on(page, "Send my referral")
    reference = reference_on(page)
    page.go_back()
    page.reload()
    assert reference_on(page) == reference
    assert page.locator("main").inner_text().count("What happens next") == 1


def test_what_is_wrong_is_found_from_the_summary_and_put_right(page, stage) -> None:
    begin(page, stage)
    tab_to(page, "main button")
    page.keyboard.press("Enter")
    page.locator(".nhsuk-error-summary").wait_for()
    tab_to(page, ".nhsuk-error-summary a")
    page.keyboard.press("Enter")
    if not page.locator("#birth_date-day:focus").count():  # without JavaScript the next Tab goes on from there
        page.keyboard.press("Tab")
    assert page.locator("#birth_date-day:focus").count() == 1
    page.keyboard.type("9")
    page.keyboard.press("Tab")
    page.keyboard.type("3")
    page.keyboard.press("Tab")
    page.keyboard.type("1984")
    page.keyboard.press("Enter")
    page.wait_for_url("**/where-you-live")


def test_enter_in_a_field_goes_on_and_does_not_save_for_later(page, stage) -> None:
    begin(page, stage)
    for step in ("date-of-birth", "where-you-live", "therapy", "therapy-service"):
        give(page, step)
    tab_to(page, "#family_name")
    page.keyboard.type("Testwell")
    page.keyboard.press("Enter")
    page.wait_for_url("**/knows-nhs-number")


def test_answers_are_saved_here_and_sent_from_another_device(open_page, page, stage) -> None:
    begin(page, stage)
    steps = list(ANSWERS)
    for step in steps[:8]:
        give(page, step)
    go_on(page, "Save and come back later")
    code = page.locator(".nhsuk-inset-text").inner_text().split()[-1]
    go_on(page, "I have the code")
    page.get_by_role("heading", name="You have left the form").wait_for()
    other = open_page(width=320)
    other.goto(stage.url + "/refer/return")
    tab_to(other, "#code")
    other.keyboard.type(code.lower().replace("-", " "))
    for name, text in ANSWERS["date-of-birth"].items():
        tab_to(other, f"#{name}")
        other.keyboard.type(text)
    go_on(other)
    for step in steps[8:]:
        assert other.url.endswith(f"/refer/{step}")
        give(other, step)
    go_on(other, "Send my referral")
    assert len(reference_on(other)) == 14


@pytest.mark.parametrize("step", ["name", "therapy", "contact", "help", "check"])
def test_the_focus_is_always_seen(open_page, stage, step: str) -> None:
    page = open_page()
    fill(page, stage, step)
    for _ in range(page.locator("a, button, input, textarea").count()):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement !== document.body"):
            assert page.evaluate(FOCUS_IS_SEEN), page.evaluate("document.activeElement.outerHTML")


def test_a_long_name_is_typed_and_shown_on_the_smallest_screen(open_page, stage) -> None:
    page = open_page(width=320)
    begin(page, stage)
    for step in ("date-of-birth", "where-you-live", "therapy", "therapy-service"):
        give(page, step)
    tab_to(page, "#family_name")
    page.keyboard.type(LONG)
    go_on(page)
    page.go_back()
    assert page.locator("#family_name").input_value() == LONG
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
