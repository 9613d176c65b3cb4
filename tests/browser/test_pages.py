"""That the groups of scenes leave no page out, and that the checks of pages find what is wrong."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from deploy.local.site import SERVICES
from tests.browser.scenes import REPORTING, SCENES
from tests.browser.sound_pages import TOO_WIDE, EveryPage, faults_by_axe, play


def test_each_scene_and_each_service_is_of_one_group_that_is_played(stage) -> None:
    """Each group shows every page of its services, so together they show every page."""
    for each in Path(__file__).parent.glob("test_pages_of_*.py"):
        import_module(f"tests.browser.{each.stem}")
    played = {each.__name__: each.group for each in EveryPage.__subclasses__()}.values()
    assert sorted(scene for group in played for scene in group.scenes) == sorted(SCENES)
    assert sorted(service for group in played for service in group.services) == sorted(SERVICES)
    assert set().union(*(stage.pages_of(group.services) for group in played)) == stage.every_page()


def test_a_page_that_is_in_no_scene_is_found(open_page, stage) -> None:
    assert "/report" in stage.unmet({"reporting"}, ["404-nowhere"])
    assert "/report" not in stage.unmet({"scheduling"}, ["404-nowhere"]), "it is another group's"


def test_a_page_counts_for_the_scene_that_shows_it_and_for_no_other(open_page, stage) -> None:
    page = open_page()
    play(REPORTING, "report-published", page, stage)
    page.goto(stage.url + "/signin")
    play(REPORTING, "404-nowhere", page, stage)
    missing = {names: stage.unmet({"reporting"}, names.split()) for names in ("report-published", "404-nowhere")}
    assert missing["404-nowhere"] - missing["report-published"] == {"/report"}
    assert "/signin" in missing["report-published"], "no scene was on"


def test_a_page_that_only_fails_is_not_shown(open_page, stage) -> None:
    play(REPORTING, "409-conflict", open_page(), stage)
    assert "/fails/<how>" in stage.unmet_failures(["409-conflict"])


def test_a_page_that_is_not_for_everybody_is_found(open_page, stage) -> None:
    page = open_page()
    page.goto(stage.url + "/nowhere")
    page.evaluate("document.documentElement.removeAttribute('lang')")
    page.evaluate("document.querySelector('h1').style.color = '#aaaaaa'")
    assert {fault.split(":")[0] for fault in faults_by_axe(page)} == {"html-has-lang", "color-contrast"}


def test_below_a_short_page_of_staff_is_nothing_that_looks_like_a_footer(open_page, stage) -> None:
    page = open_page()
    play(REPORTING, "403-another-role", page, stage)
    grounds = "[document.documentElement, document.body].map(each => getComputedStyle(each).backgroundColor)"
    assert len(set(page.evaluate(grounds))) == 1


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
