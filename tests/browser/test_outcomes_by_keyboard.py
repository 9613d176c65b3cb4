"""Questionnaires and risk items with a keyboard and nothing else, with JavaScript and without."""

from __future__ import annotations

import pytest

from tests.browser.cases import ITEMS, Person
from tests.browser.scenes_staff import sign_in
from tests.browser.test_by_keyboard import enter, page, tab_to

__all__ = ["page"]
RISK = ITEMS.index("phq9_9") + 1


def choose(page, layout: str) -> None:
    """Begin a questionnaire: one question at a time is chosen already."""
    tab_to(page, "input[name=layout]")
    if layout == "all":
        page.keyboard.press("ArrowDown")
    tab_to(page, "main form button")
    page.keyboard.press("Enter")
    page.wait_for_url("**/questionnaire/question/1" if layout == "one" else "**/questionnaire/all")


def press(page, name: str) -> None:
    """Tab to a button of this name and press it."""
    button = page.get_by_role("button", name=name)
    for _ in range(60):
        page.keyboard.press("Tab")
        if button.evaluate("each => each === document.activeElement"):
            page.keyboard.press("Enter")
            return
    raise AssertionError(f"the keyboard does not reach {name}")


@pytest.mark.parametrize("risk", [False, True])
def test_all_questions_on_one_page_are_answered(page, stage, risk: bool) -> None:
    enter(page, stage.link("questionnaire", stage.questionnaire()))
    choose(page, "all")
    for item in ITEMS:
        tab_to(page, f"input[name={item}]")
        page.keyboard.press("Space")
        if risk and item == "phq9_9":
            page.keyboard.press("ArrowDown")
    press(page, "Send my answers")
    page.get_by_role("heading", name="Thank you for your answers").wait_for()
    assert page.get_by_text("Do not wait for us if you need help now").count() == risk
    assert page.get_by_role("heading", name="If you need help now").is_visible()


def test_one_question_at_a_time_is_answered_checked_and_sent(page, stage) -> None:
    enter(page, stage.link("questionnaire", stage.questionnaire()))
    choose(page, "one")
    for number, item in enumerate(ITEMS, start=1):
        page.get_by_role("heading", name=f"Question {number} of 16").wait_for()
        tab_to(page, f"input[name={item}]")
        page.keyboard.press("Space")
        if number == RISK:
            page.keyboard.press("ArrowDown")
        press(page, "Continue")
        if number == RISK:
            page.wait_for_url("**/questionnaire/help")
            assert page.locator("h1").inner_text() == "If you need help now"
            tab_to(page, "main a.nhsuk-button")
            page.keyboard.press("Enter")
    page.wait_for_url("**/questionnaire/check")
    press(page, "Send my answers")
    page.get_by_role("heading", name="Thank you for your answers").wait_for()


def test_answers_are_saved_and_carried_on(page, stage) -> None:
    enter(page, stage.link("questionnaire", stage.questionnaire()))
    choose(page, "one")
    tab_to(page, "input[name=phq9_1]")
    page.keyboard.press("Space")
    press(page, "Save and come back later")
    page.get_by_role("heading", name="Your answers are saved").wait_for()
    page.goto(stage.url + "/questionnaire")
    press(page, "Carry on")
    page.wait_for_url("**/questionnaire/question/2")


def test_what_is_missing_is_found_from_the_summary_of_errors(page, stage) -> None:
    enter(page, stage.link("questionnaire", stage.questionnaire()))
    choose(page, "all")
    tab_to(page, "input[name=phq9_1]")
    page.keyboard.press("Space")
    press(page, "Send my answers")
    page.locator(".nhsuk-error-summary").wait_for()
    assert page.locator("input[name=phq9_1]").first.is_checked()
    assert page.locator(".nhsuk-error-summary li").count() == 15
    tab_to(page, ".nhsuk-error-summary a[href='#phq9_2']")
    page.keyboard.press("Enter")
    if not page.locator("#phq9_2:focus").count():  # without JavaScript the next Tab goes on from there
        page.keyboard.press("Tab")
    assert page.locator("input[name=phq9_2]:focus").count() == 1
    assert page.locator("fieldset:has(#phq9_2)").get_attribute("aria-describedby") == "phq9_2-error"


def test_help_is_shown_as_soon_as_item_9_is_ticked_and_hidden_again(open_page, stage) -> None:
    page = open_page()
    enter(page, stage.link("questionnaire", stage.questionnaire()))
    choose(page, "all")
    block = page.locator("[data-help-at-once]")
    assert not block.is_visible()
    page.check("#phq9_9-2")
    assert block.is_visible() and "116 123" in block.inner_text()
    page.check("#phq9_9")
    assert not block.is_visible()


def test_a_risk_item_is_taken_on_and_closed(page, stage) -> None:
    id = Person(stage).risk()
    sign_in(page, stage, "clinician", f"/risks/{id}")
    press(page, "Acknowledge: I take this on")
    page.get_by_text("You have taken this risk item on").wait_for()
    tab_to(page, "input[name=outcome]")
    page.keyboard.press("Space")
    tab_to(page, "textarea[name=note]")
    page.keyboard.type("Called at noon.")
    press(page, "Close this risk item")
    page.get_by_text("This risk item is closed").wait_for()
    assert page.get_by_text("Called at noon.").is_visible()
