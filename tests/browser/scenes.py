"""Every page and state of a page that somebody can meet, and how a browser gets there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from tests.browser import scenes_outcomes, scenes_patient, scenes_scheduling, scenes_staff
from tests.browser.figures import PERIOD
from tests.browser.scenes_clinician import SCENES as CLINICIAN
from tests.browser.scenes_outcomes import all_questions, answered_twice
from tests.browser.scenes_referral import SCENES as SELF_REFERRAL
from tests.browser.scenes_reporting import SCENES as FIGURES
from tests.browser.scenes_staff import audit_of
from tests.browser.stage import Stage

if TYPE_CHECKING:
    from playwright.sync_api import Page

Scene = Callable[["Page", Stage], None]
LONG_AGO = datetime(2025, 1, 1, tzinfo=UTC)


def enter(page: Page, link: str) -> None:
    """Open a link and press its button."""
    page.goto(link)
    page.get_by_role("button", name="Continue").click()


def _offer(then: str) -> Scene:
    return lambda page, stage: enter(page, stage.link("offer", stage.offer(then)))


def _questionnaire(then: str) -> Scene:
    return lambda page, stage: enter(page, stage.link("questionnaire", stage.questionnaire(then)))


def _at(path: str) -> Scene:
    return lambda page, stage: page.goto(stage.url + path) and None


def _sent(scene: Scene) -> Scene:
    """The form of a scene, sent as it is."""

    def send(page: Page, stage: Stage) -> None:
        scene(page, stage)
        page.locator("form button").click()

    return send


def _posted(path: str, body: str = "", first: Scene = lambda page, stage: None) -> Scene:
    """What a browser shows that posts this."""

    def post(page: Page, stage: Stage) -> None:
        first(page, stage)
        sent = {"content-type": "application/x-www-form-urlencoded"}
        page.route(
            stage.url + path,
            lambda route: route.continue_(method="POST", post_data=body, headers={**route.request.headers, **sent}),
        )
        page.goto(stage.url + path)

    return post


def _link(**changes: object) -> Scene:
    def follow(page: Page, stage: Stage) -> None:
        page.goto(stage.link("offer", stage.offer(), **changes))

    return follow


def _used_link(page: Page, stage: Stage) -> None:
    link = stage.link("offer", stage.offer())
    enter(page, link)
    page.context.clear_cookies()
    enter(page, link)


def _late_offer(page: Page, stage: Stage) -> None:
    """The offer is open in a tab; by the time of the answer staff has given it back."""
    offer = stage.offer()
    enter(page, stage.link("offer", offer))
    stage.lapse(offer)
    page.check("#answer")
    page.locator("form button").click()


def _exact(path: str) -> Scene:
    def look(page: Page, stage: Stage) -> None:
        enter(page, stage.link("report/exact", "manager"))
        page.goto(stage.url + path)

    return look


@dataclass(frozen=True)
class Group:
    """Scenes that one worker plays, and the services whose every page is shown in them."""

    services: frozenset[str]
    scenes: dict[str, Scene]


_OFFERS: dict[str, Scene] = {
    "offer-link": _link(),
    "offer-open": _offer("open"),
    "offer-error": _sent(_offer("open")),
    "offer-accepted": _offer("accepted"),
    "offer-declined": _offer("declined"),
    "offer-lapsed": _offer("lapsed"),
    "offer-withdrawn": _offer("withdrawn"),
    "offer-answered-too-late": _late_offer,
    "link-wrong": _at("/offer/link/not-a-link"),
    "link-used": _used_link,
    "link-expired": _link(expires_at=LONG_AGO + timedelta(days=1), issued_at=LONG_AGO),
    "link-of-another-purpose": _link(purpose="questionnaire"),
    "link-of-another-service": _link(audience="outcomes"),
    "nobody-signed-in": _at("/offer"),
}
_QUESTIONNAIRES: dict[str, Scene] = {
    "questionnaire-open": _questionnaire("open"),
    "questionnaire-errors": all_questions("phq9_1", "phq9_9", "gad7_3", send=True),
    "questionnaire-errors-risk": all_questions("phq9_1", "phq9_9-3", "gad7_3", send=True),
    "questionnaire-answered": _questionnaire("answered"),
    "questionnaire-answered-risk": _questionnaire("risk"),
    "questionnaire-answered-twice": answered_twice,
    "questionnaire-closed": _questionnaire("closed"),
    "questionnaire-planned": _questionnaire("planned"),
}
_CONTRACTS: dict[str, Scene] = {
    "contracts": _at("/docs"),
    "contract-event": _at("/docs/adverse_event.reported.v1"),
    "contract-unknown": _at("/docs/session.praised.v1"),
}
_REPORT: dict[str, Scene] = {
    "report-published": _at("/report?from=2026-01-01&to=2026-09-30"),
    "report-empty": _at("/report?from=2020-01-01&to=2020-12-31"),
    "report-exact": _exact(f"/report/exact?{PERIOD}"),
    "report-exact-empty": _exact("/report/exact?from=2020-01-01&to=2020-12-31"),
    "report-wrong-date": _at("/report?from=2026-02-30"),
}
_FAILURES: dict[str, Scene] = {
    "400-two-faults": _at("/fails/invalid"),
    "403-forbidden": _at("/fails/forbidden"),
    "404-nowhere": _at("/nowhere"),
    "405-not-that-way": _posted("/report"),
    "409-conflict": _at("/fails/conflict"),
    "413-too-large": _posted("/offer", body="a" * 1_100_000, first=_offer("open")),
    "500-bug": _at("/fails/bug"),
    "503-away": _at("/fails/away"),
}


def _group(services: tuple[str, ...], *scenes: dict[str, Scene]) -> Group:
    apis = {f"contract-api-{each}": _at(f"/docs/{each}") for each in services}
    own = {name: scene for each in scenes for name, scene in each.items()}
    return Group(frozenset(services), {**audit_of(*services), **apis, **own})


REFERRAL = _group(("referral",), CLINICIAN, SELF_REFERRAL)
SCHEDULING = _group(("scheduling",), _OFFERS, scenes_patient.SCENES, scenes_scheduling.SCENES)
OUTCOMES = _group(("outcomes", "notifications"), _QUESTIONNAIRES, scenes_outcomes.SCENES)
REPORTING = _group(("reporting",), FIGURES, _REPORT, _CONTRACTS, _FAILURES, scenes_staff.SCENES)
GROUPS = (REFERRAL, SCHEDULING, OUTCOMES, REPORTING)
SCENES: dict[str, Scene] = {name: scene for group in GROUPS for name, scene in group.scenes.items()}
"""Name → how to get there. Each scene has its patient, so the order does not matter."""
