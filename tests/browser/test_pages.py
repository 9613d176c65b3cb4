"""Every page and state, in a real browser: WCAG 2.2 AA by axe, the smallest screen, a sound document."""

from __future__ import annotations

from itertools import pairwise

import pytest

from tests.browser.scenes import SCENES

STANDARD = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
HEADINGS = "[...document.querySelectorAll('h1, h2, h3, h4')].map(each => Number(each.tagName[1]))"
TOO_WIDE = """[...document.querySelectorAll('body *')]
  .filter(each => !each.closest('table[role=table] thead'))  // shown to screen readers only
  .filter(each => each.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
  .map(each => each.outerHTML.slice(0, 120))"""
IDS_TWICE = """[...document.querySelectorAll('[id]')].map(each => each.id)
  .filter((id, place, ids) => ids.indexOf(id) !== place)"""
BROKEN_ANCHORS = """[...document.querySelectorAll('a[href^="#"]')].map(each => each.getAttribute('href'))
  .filter(href => !document.getElementById(href.slice(1)))"""


def faults_by_axe(page) -> list[str]:
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page, options=STANDARD).response["violations"]
    return [f"{each['id']}: {node['html'][:160]}" for each in found for node in each["nodes"]]


def assert_sound_document(page) -> None:
    page.wait_for_load_state()  # a scene may end with a press
    levels = page.evaluate(HEADINGS)
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels[levels.index(1) :]))
    name = page.locator("h1").inner_text().splitlines()[-1].strip()
    brand = page.locator(".nhsuk-header__service-name").inner_text()
    assert page.title().removeprefix("Error: ") == f"{name} – {brand}"
    assert page.title().startswith("Error: ") == (page.locator(".nhsuk-error-summary").count() == 1)
    assert page.locator("html").get_attribute("lang") == "en"
    assert page.evaluate(IDS_TWICE) == [] and page.evaluate(BROKEN_ANCHORS) == []
    assert page.locator("header svg, header img").count() == 0, "the NHS logo is for services of the NHS identity"
    if page.locator(".nhsuk-header__account").count() == 0:  # staff know whom to call
        assert page.get_by_role("link", name="111").count() >= 1


@pytest.mark.parametrize("scene", SCENES)
def test_a_page_is_a_sound_document_and_for_everybody(open_page, stage, scene: str) -> None:
    page = open_page()
    SCENES[scene](page, stage)
    stage.played.add(scene)
    assert_sound_document(page)
    assert faults_by_axe(page) == []
    page.set_viewport_size({"width": 320, "height": 800})
    assert faults_by_axe(page) == []
    assert page.evaluate(TOO_WIDE) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_every_page_of_every_service_is_in_a_scene(open_page, stage) -> None:
    """Scenes that this run left out, or has not come to, are played until no page is missing."""
    for scene in (each for each in SCENES if each not in stage.played):
        if not stage.unmet():
            break
        page = open_page()
        SCENES[scene](page, stage)
        page.context.close()
    assert stage.unmet() == set()


def test_a_page_that_is_in_no_scene_is_found(open_page, stage) -> None:
    SCENES["404-nowhere"](open_page(), stage)
    SCENES["409-conflict"](open_page(), stage)
    assert stage.unmet_failures() == {"/fails/<how>"}


def test_a_page_that_is_not_for_everybody_is_found(open_page, stage) -> None:
    page = open_page()
    page.goto(stage.url + "/nowhere")
    page.evaluate("document.documentElement.removeAttribute('lang')")
    page.evaluate("document.querySelector('h1').style.color = '#aaaaaa'")
    assert {fault.split(":")[0] for fault in faults_by_axe(page)} == {"html-has-lang", "color-contrast"}


def test_charts_are_no_wider_than_can_be_read(open_page, stage) -> None:
    page = open_page(width=640)
    SCENES["report-exact"](page, stage)
    widths = [chart.bounding_box()["width"] for chart in page.locator(".movewell-chart").all()]
    assert len(widths) == 5 and max(widths) <= 480
    page.set_viewport_size({"width": 320, "height": 800})
    assert all(chart.bounding_box()["width"] <= 320 for chart in page.locator(".movewell-chart").all())


def test_a_long_name_and_one_from_right_to_left_stay_on_the_screen(open_page, stage) -> None:
    page = open_page(width=320)
    for brand in ("Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch" * 2, "خدمة العلاج بالكلام " * 6):
        page.goto(stage.url + "/nowhere")
        page.evaluate("brand => { document.querySelector('.nhsuk-header__service-name').textContent = brand }", brand)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
        assert page.evaluate(TOO_WIDE) == []
