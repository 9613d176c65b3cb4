"""Patients with a keyboard and nothing else: no mouse, and no JavaScript."""

from __future__ import annotations

import pytest

MOST_TABS = 60
FOCUS_IS_SEEN = """() => {
  const focused = document.activeElement;
  const label = focused.labels?.[0];
  const styles = [getComputedStyle(focused)];
  if (label) styles.push(getComputedStyle(label, '::before'));
  const outlined = each => parseFloat(each.outlineWidth) > 0 && each.outlineStyle !== 'none';
  return styles.some(each => each.boxShadow !== 'none' || outlined(each));
}"""


def tab_to(page, what: str) -> None:
    """Press Tab until this has the focus. Fails when it can't be reached."""
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        if page.locator(f"{what}:focus").count():
            return
    raise AssertionError(f"the keyboard does not reach {what}")


def enter(page, link: str) -> None:
    page.goto(link)
    tab_to(page, "main button")
    page.keyboard.press("Enter")
    page.wait_for_url("**/offer" if "/offer/" in link else "**/questionnaire")


@pytest.fixture(params=[False, True], ids=["without JavaScript", "with JavaScript"])
def page(open_page, request):
    return open_page(java_script_enabled=request.param)


def test_an_offer_is_accepted(page, stage) -> None:
    enter(page, stage.link("offer", stage.offer()))
    tab_to(page, "input[type=radio]")
    page.keyboard.press("Space")
    assert page.locator("input[value=accept]").is_checked()
    tab_to(page, "main button")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Your sessions are booked").wait_for()


def test_an_offer_is_declined(page, stage) -> None:
    enter(page, stage.link("offer", stage.offer()))
    tab_to(page, "input[type=radio]")
    page.keyboard.press("ArrowUp")  # from the first to the last
    assert page.locator("input[value=decline]").is_checked()
    tab_to(page, "main button")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="You said no to this place").wait_for()


def test_the_skip_link_is_first_and_leads_to_the_content(page, stage) -> None:
    page.goto(stage.link("offer", stage.offer()))
    page.keyboard.press("Tab")
    assert page.locator("a:focus").inner_text() == "Skip to main content"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.locator("main button:focus").count() == 1


@pytest.mark.parametrize("thing", ["offer", "questionnaire"])
def test_the_focus_is_always_seen(open_page, stage, thing: str) -> None:
    page = open_page()
    enter(page, stage.link(thing, getattr(stage, thing)()))
    for _ in range(page.locator("a, button, fieldset").count()):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement !== document.body"):
            assert page.evaluate(FOCUS_IS_SEEN), page.evaluate("document.activeElement.outerHTML")


def test_a_page_shows_london_time_wherever_the_browser_is(page, stage) -> None:
    enter(page, stage.link("offer", stage.offer()))
    assert page.locator("main li").filter(has_text=", 10am").count() == 8


def test_a_closed_browser_finds_its_page_again(open_page, stage) -> None:
    page = open_page()
    link = stage.link("offer", stage.offer())
    enter(page, link)
    [cookie] = page.context.cookies(stage.url + "/offer")
    assert cookie["expires"] > 0 and cookie["httpOnly"] and cookie["sameSite"] == "Lax" and cookie["path"] == "/offer"
    page.goto(link)
    page.get_by_role("heading", name="We have a place for you").wait_for()
