"""What each page must be in a real browser: WCAG 2.2 AA by axe, the smallest screen, a sound document."""

from __future__ import annotations

from itertools import pairwise

import pytest

from tests.browser.scenes import Group
from tests.browser.stage import Stage

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


def play(group: Group, scene: str, page, stage: Stage) -> None:
    """What is shown meanwhile is shown by this scene."""
    with stage.met.during(scene):
        group.scenes[scene](page, stage)
        page.wait_for_load_state()  # a scene may end with a press


class EveryPage:
    """The tests of a group. Each group has a file of its own, so that workers of pytest share the groups."""

    group: Group

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        if "scene" in metafunc.fixturenames:
            metafunc.parametrize("scene", self.group.scenes)

    def test_a_page_is_a_sound_document_and_for_everybody(self, open_page, stage, scene: str) -> None:
        page = open_page()
        play(self.group, scene, page, stage)
        assert_sound_document(page)
        assert faults_by_axe(page) == []
        page.set_viewport_size({"width": 320, "height": 800})
        assert faults_by_axe(page) == []
        assert page.evaluate(TOO_WIDE) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= 320

    def test_every_page_of_its_services_is_in_a_scene_of_its_own(self, open_page, stage) -> None:
        """Scenes that this run left out, or has not come to, are played until no page is missing."""
        for scene in self.group.scenes:
            if not stage.unmet(self.group.services, self.group.scenes):
                break
            if not stage.met.has_played(scene):
                page = open_page()
                play(self.group, scene, page, stage)
                page.context.close()
        assert stage.unmet(self.group.services, self.group.scenes) == set()
