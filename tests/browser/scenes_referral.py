"""The pages of somebody who refers themselves, in every state."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from referral.entrypoints.self_referral_entry import RETURNS_AN_HOUR

from tests.browser.stage import Stage

if TYPE_CHECKING:
    from playwright.sync_api import Page

Scene = Callable[["Page", Stage], None]
Fields = dict[str, str]

LONG = "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch"
ANSWERS: dict[str, Fields] = {
    "date-of-birth": {"birth_date-day": "9", "birth_date-month": "3", "birth_date-year": "1984"},
    "where-you-live": {"in_england": "yes"},
    "therapy": {"therapy": "elsewhere"},
    "therapy-service": {"therapy_service": "Talking Therapies Testshire"},
    "name": {"given_name": "Alma", "family_name": "Testwell"},
    "knows-nhs-number": {"knows_number": "yes"},
    "nhs-number": {"nhs_number": "999 000 0018"},
    "contact": {"email": "alma@patients.example", "phone": "07700 900123"},
    "preferred-contact": {"preferred": "phone"},
    "messages": {"may_leave_message": "no"},
    "address": {"address_line_1": "1 Example Row", "town": "Testford", "postcode": "ZZ99 3CZ"},
    "gender": {"gender": "female"},
    "ethnic-group": {"ethnic_group": "mixed"},
    "ethnic-background": {"ethnic_category": "F"},
    "emergency-contact": {"emergency_name": "Bo Testwell", "emergency_phone": "07700 900999"},
    "help": {"help": "I feel low and stay in a lot.\nI would like to swim again."},
    "needs": {},
}
HARD: dict[str, Fields] = {
    **ANSWERS,
    "name": {"given_name": "عبد الرحمن محمد", "family_name": LONG},
    "address": {"address_line_1": f"{LONG} {LONG[:30]}", "town": LONG},
    "help": {"help": f"{LONG * 3}\nאני רוצה לשחות"},
}
WRONG: dict[str, Fields] = {
    "date-of-birth": {"birth_date-day": "31", "birth_date-month": "2", "birth_date-year": "1984"},
    "name": {"given_name": "Alma"},
    "nhs-number": {"nhs_number": "999 000 0019"},
    "therapy-service": {"therapy_service": f"{LONG} {LONG}"},
    "contact": {"email": "alma at patients", "phone": "call me"},
    "address": {"postcode": "ZZ99"},
    "emergency-contact": {"emergency_name": "Bo Testwell"},
    "help": {"help": "A long story. " * 100},
    "needs": {"needs": "A long story. " * 100},
}
"""What is refused; of other questions, no answer at all."""
UNREFUSED = ("gender", "ethnic-group", "ethnic-background")


def _token(html: str) -> str:
    found = re.search(r'name="csrf_token" value="(\w+)"', html)
    return found[1] if found else ""


def fill(page: Page, stage: Stage, until: str, answers: dict[str, Fields] = ANSWERS) -> None:
    """Answer the questions up to this page, in the browser's own session, and open the page."""
    asked = page.request
    at = asked.post(f"{stage.url}/refer/safe", form={"safe": "yes"}).url
    while not at.endswith(f"/refer/{until}"):
        given = answers[at.rsplit("/", 1)[1]]
        at = asked.post(at, form={"csrf_token": _token(asked.get(at).text()), **given}).url
    page.goto(at)


def _at(path: str) -> Scene:
    return lambda page, stage: page.goto(f"{stage.url}/refer{path}") and None


def _question(step: str) -> Scene:
    return lambda page, stage: fill(page, stage, step)


def _wrong(step: str) -> Scene:
    """The form of a question, sent with something that is refused."""

    def send(page: Page, stage: Stage) -> None:
        fill(page, stage, step)
        for name, text in WRONG.get(step, {}).items():
            field = page.locator(f"[name='{name}']")
            if field.first.get_attribute("type") == "radio":
                page.check(f"[name='{name}'][value='{text}']")
            else:
                field.fill(text)
        page.get_by_role("button", name="Continue").click()

    return send


def _stopped(step: str, **given: str) -> Scene:
    def go(page: Page, stage: Stage) -> None:
        place = "under-18" if step == "date-of-birth" else "not-in-england"
        fill(page, stage, place, {**ANSWERS, step: given})

    return go


def _unsafe(page: Page, stage: Stage) -> None:
    _at("/safe")(page, stage)
    page.check("[name=safe][value=no]")
    page.get_by_role("button", name="Continue").click()


def _no_answer(path: str) -> Scene:
    def go(page: Page, stage: Stage) -> None:
        _at(path)(page, stage)
        page.get_by_role("button", name="Continue").click()

    return go


def _saved(page: Page, stage: Stage) -> None:
    fill(page, stage, "name")
    page.get_by_role("button", name="Save and come back later").click()


def _then(scene: Scene, button: str) -> Scene:
    def go(page: Page, stage: Stage) -> None:
        scene(page, stage)
        page.get_by_role("button", name=button).click()

    return go


def _wrong_code(page: Page, stage: Stage) -> None:
    _at("/return")(page, stage)
    page.fill("#code", "C7KM-9XQ4-TRWH")
    for name, text in ANSWERS["date-of-birth"].items():
        page.fill(f"#{name}", text)
    page.get_by_role("button", name="Continue").click()


def _too_often(page: Page, stage: Stage) -> None:
    for _ in range(RETURNS_AN_HOUR):
        code = {"code": "C7KM-9XQ4-TRWH", **ANSWERS["date-of-birth"]}
        page.request.post(f"{stage.url}/refer/return", form=code)
    _wrong_code(page, stage)
    stage.an_hour_later()


def _started(page: Page, stage: Stage) -> None:
    fill(page, stage, "name")
    _at("")(page, stage)


_CHECK: Scene = lambda page, stage: fill(page, stage, "check")  # noqa: E731
SCENES: dict[str, Scene] = {
    "refer-start": _at(""),
    "refer-start-again": _started,
    "refer-privacy": _at("/privacy"),
    "refer-safe": _at("/safe"),
    "refer-safe-error": _no_answer("/safe"),
    "refer-help-now": _unsafe,
    "refer-under-18": _stopped(
        "date-of-birth", **{"birth_date-day": "1", "birth_date-month": "1", "birth_date-year": "2020"}
    ),
    "refer-not-in-england": _stopped("where-you-live", in_england="no"),
    **{f"refer-{step}": _question(step) for step in ANSWERS},
    **{f"refer-{step}-error": _wrong(step) for step in ANSWERS if step not in UNREFUSED},
    "refer-check": _CHECK,
    "refer-check-long-and-right-to-left": lambda page, stage: fill(page, stage, "check", HARD),
    "refer-sent": _then(_CHECK, "Send my referral"),
    "refer-saved": _saved,
    "refer-left": _then(_saved, "I have the code, leave the form"),
    "refer-deleted": _then(_saved, "Delete my answers"),
    "refer-return": _at("/return"),
    "refer-return-error": _no_answer("/return"),
    "refer-return-wrong": _wrong_code,
    "refer-gone": _at("/check"),
    "refer-too-often": _too_often,
}
