"""The pages of outcomes and notifications: questionnaire, progress, risk items, cases, messages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

from movewell.contracts.types import MessageKind, RiskTrigger
from notifications.domain.task import Problem
from outcomes.application.ask_before_session import questionnaire_id

from tests.browser.cases import ARABIC, ITEMS, LONG, Person, answers, begun, booked
from tests.browser.scenes_staff import as_staff, sign_in
from tests.browser.stage import Stage

if TYPE_CHECKING:
    from playwright.sync_api import Page

Scene = Callable[["Page", Stage], None]
DAY, WEEK = timedelta(days=1), timedelta(weeks=1)
RISK = ITEMS.index("phq9_9") + 1


def enter(page: Page, link: str) -> None:
    """Open a link and press its button."""
    page.goto(link)
    page.get_by_role("button", name="Continue").click()
    page.wait_for_url(lambda url: "/link/" not in url)
    page.wait_for_load_state()


def choose(page: Page, layout: str) -> None:
    """On the first page of a questionnaire."""
    page.check(f"input[name=layout][value={layout}]")
    page.locator("main form button").click()
    page.wait_for_load_state()


def _asked(path: str = "", **given: int) -> Scene:
    """A page of a questionnaire of which these answers are kept."""

    def look(page: Page, stage: Stage) -> None:
        asked = begun(stage, stage.questionnaire(), **given)
        enter(page, stage.link("questionnaire", asked))
        page.goto(f"{stage.url}/questionnaire{path}")

    return look


def _unanswered(page: Page, stage: Stage) -> None:
    _asked("/question/2")(page, stage)
    page.get_by_role("button", name="Continue").click()


def _ticked_risk(page: Page, stage: Stage) -> None:
    """Nothing is sent yet, and help is there already."""
    all_questions("phq9_9-4")(page, stage)
    page.locator("[data-help-at-once]:not([hidden])").wait_for()


def _sent_risk(page: Page, stage: Stage) -> None:
    _asked(f"/question/{RISK}")(page, stage)
    page.check("#phq9_9-2")
    page.get_by_role("button", name="Continue").click()


def all_questions(*chosen: str, send: bool = False) -> Scene:
    """All on one page, some of them ticked."""

    def look(page: Page, stage: Stage) -> None:
        enter(page, stage.link("questionnaire", stage.questionnaire()))
        choose(page, "all")
        for option in chosen:
            page.check(f"#{option}")
        if send:
            page.get_by_role("button", name="Send my answers").click()

    return look


def answered_twice(page: Page, stage: Stage) -> None:
    asked = stage.questionnaire()
    enter(page, stage.link("questionnaire", asked))
    choose(page, "all")
    stage.answer(asked)
    for item in page.locator("main fieldset").all():
        item.get_by_role("radio").last.check()
    page.get_by_role("button", name="Send my answers").click()


def _progress(make: Callable[[Person], str]) -> Scene:
    return lambda page, stage: enter(page, stage.link("progress", make(Person(stage))))


def _course(person: Person, *totals: tuple[int, int]) -> str:
    person.scored(*totals)
    happened = {"received_at": 12 * WEEK, "accepted_at": 10 * WEEK, "offered_at": 9 * WEEK, "booked_at": 8 * WEEK}
    return person.course(**happened, bookings=person.bookings())


def _ended(how: str) -> Scene:
    return _progress(lambda person: person.course(received_at=WEEK, ended=how, ended_at=DAY))


def _risks(page: Page, stage: Stage) -> None:
    """Two services' worth of names, flags and changes; some overdue."""
    for name, raised in ((LONG, 9 * DAY), (ARABIC, timedelta(minutes=3)), (("Bo", "Ng"), timedelta(minutes=1))):
        Person(stage, name).risk(raised=raised, incomplete=name is LONG)
    Person(stage).risk(raised=8 * DAY, trigger=RiskTrigger.RELIABLE_DETERIORATION)
    Person(stage, LONG).risk("acknowledged")
    Person(stage, LONG).risk("closed")
    sign_in(page, stage, "clinician", "/risks")


def _shown(show: str) -> Scene:
    def look(page: Page, stage: Stage) -> None:
        _risks(page, stage)
        page.goto(f"{stage.url}/risks?show={show}")

    return look


def _risk(then: str, press: str | None = None, **more: object) -> Scene:
    def look(page: Page, stage: Stage) -> None:
        id = Person(stage, ARABIC).risk(then, **more)  # type: ignore[arg-type]
        sign_in(page, stage, "clinician", f"/risks/{id}")
        if press:
            page.get_by_role("button", name=press).click()
            page.wait_for_load_state()

    return look


def _case(*totals: tuple[int, int], press: str | None = None, item9: int = 0, erased: bool = False) -> Scene:
    def look(page: Page, stage: Stage) -> None:
        person = Person(stage, LONG)
        person.scored(*totals, item9=item9, erased=erased)
        if item9:
            person.risk("acknowledged")
        sign_in(page, stage, "clinician", f"/cases/{person.referral_id}")
        if press:
            page.get_by_role("button", name=press).click()
            page.wait_for_load_state()

    return look


def _phone(*chosen: str, send: bool = False) -> Scene:
    def look(page: Page, stage: Stage) -> None:
        event = booked(stage)
        path = f"/cases/{event.referral_id}/questionnaires/{questionnaire_id(event.booking_id)}"
        sign_in(page, stage, "coordinator", path)
        for option in chosen:
            page.check(f"#{option}")
        if send:
            page.get_by_role("button", name="Send these answers").click()
            page.wait_for_load_state()

    return look


def _questionnaires(page: Page, stage: Stage) -> None:
    sign_in(page, stage, "coordinator", f"/cases/{Person(stage).scored((9, 9), (8, 4))}/questionnaires")


def _tasks(page: Page, stage: Stage) -> None:
    for name, kind, problem in (
        (LONG, MessageKind.OFFER, Problem.NO_ADDRESS),
        (ARABIC, MessageKind.QUESTIONNAIRE, Problem.NEVER_CAME),
        (("Bo", "Ng"), MessageKind.CANCELLATION, Problem.SEAL_BROKEN),
    ):
        Person(stage, name).unwritten(kind, problem)
    Person(stage, ARABIC).unwritten(MessageKind.OFFER, Problem.NO_ADDRESS, "done")
    sign_in(page, stage, "coordinator", "/messages")


def _task_done(page: Page, stage: Stage) -> None:
    _tasks(page, stage)
    page.locator("main form button").first.click()
    page.wait_for_load_state()


def _tasks_done(page: Page, stage: Stage) -> None:
    _tasks(page, stage)
    page.goto(f"{stage.url}/messages?show=done")


def _messages(page: Page, stage: Stage) -> None:
    sign_in(page, stage, "coordinator", f"/messages/{Person(stage, LONG).written()}")


def _nothing(role: str, path: str) -> Scene:
    """Of the other service, where nothing has happened."""
    return lambda page, stage: sign_in(page, stage, role, path, service="ZT002")


BETTER = ((18, 15), (17, 14), (15, 15), (16, 11), (12, 9), (9, 8), (6, 5))
SCENES: dict[str, Scene] = {
    "questionnaire-carry-on": _asked("", phq9_1=1, phq9_2=2),
    "questionnaire-question": _asked("/question/1"),
    "questionnaire-question-missing": _unanswered,
    "questionnaire-question-9": _asked(f"/question/{RISK}"),
    "questionnaire-help-now": _sent_risk,
    "questionnaire-saved": _asked("/saved", phq9_1=1),
    "questionnaire-check": _asked("/check", **answers(14, 9)),
    "questionnaire-check-risk": _asked("/check", **answers(14, 9, 2)),
    "questionnaire-all": all_questions(),
    "questionnaire-all-9-ticked": _ticked_risk,
    "progress-nothing-yet": _progress(lambda person: person.referral_id),
    "progress-waiting": _progress(lambda person: person.course(received_at=WEEK, waiting_since=DAY)),
    "progress-offer": _progress(lambda person: person.course(received_at=WEEK, offer_expires_at=-2 * DAY)),
    "progress-better": _progress(lambda person: _course(person, *BETTER)),
    "progress-worse": _progress(lambda person: _course(person, (9, 6), (17, 9))),
    "progress-first-score": _progress(lambda person: _course(person, (9, 6))),
    "progress-discharged": _ended("discharged"),
    "progress-declined": _ended("declined"),
    "progress-erased": _ended("erased"),
    "risks-open": _risks,
    "risks-acknowledged": _shown("acknowledged"),
    "risks-closed": _shown("closed"),
    "risks-none": _nothing("clinician", "/risks"),
    "risk-open": _risk("open"),
    "risk-overdue": _risk("open", raised=9 * DAY, incomplete=True),
    "risk-taken-on": _risk("open", press="Acknowledge"),
    "risk-close-error": _risk("acknowledged", press="Close"),
    "risk-closed": _risk("closed"),
    "case-better": _case(*BETTER),
    "case-risk": _case((9, 9), (19, 9), item9=2),
    "case-reviewed": _case(*BETTER, press="I have reviewed"),
    "case-without-scores": _case(),
    "case-erased": _case((9, 9), erased=True),
    "case-questionnaires": _questionnaires,
    "case-phone": _phone(),
    "case-phone-missing": _phone("phq9_1", send=True),
    "case-phone-risk": _phone(*(f"{each}-2" for each in ITEMS), send=True),
    "messages-to-do": _tasks,
    "messages-task-done": _task_done,
    "messages-done": _tasks_done,
    "messages-none": _nothing("coordinator", "/messages"),
    "messages-of-a-referral": _messages,
    "403-risks-for-a-coordinator": as_staff("coordinator", "/risks"),
}
