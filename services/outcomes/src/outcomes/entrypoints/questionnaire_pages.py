"""The patient's questionnaire: one question a page or all on one, kept as it is answered, sent when it is whole.

Item 9 above 0 shows whom to call before anything else, at whatever point it is answered, and is told to the team.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, redirect, render_template, request
from movewell.kernel import NotFound
from movewell.store.burned_links import burn
from movewell.store.unit import Unit, Units
from movewell.web.body import cause
from movewell.web.links import LinkReader
from movewell.web.patients import PatientSessions, link_routes
from movewell.web.policy import principal
from werkzeug.wrappers import Response

from outcomes.application.keep_answers import choose_layout, keep_answers
from outcomes.application.send_answers import send_answers
from outcomes.application.take_answers import Taken
from outcomes.domain.measures import INSTRUMENTS
from outcomes.domain.questionnaire import (
    AlreadyAnswered,
    Layout,
    Questionnaire,
    QuestionnaireNotOpen,
    QuestionnaireStatus,
)
from outcomes.domain.risk import states_risk
from outcomes.entrypoints.questions import (
    ITEMS,
    MISSING,
    RISK_NUMBER,
    faults_of,
    in_words,
    next_number,
    status_of,
    ticked,
)

Answer = Response | tuple[str, int]
HOME = "/questionnaire"


def add_questionnaire_pages(blueprint: Blueprint, units: Units, reader: LinkReader, patients: PatientSessions) -> None:
    """Add the pages to the service's blueprint."""
    link_routes(
        blueprint,
        thing="questionnaire",
        purpose="questionnaire",
        reader=reader,
        sessions=patients,
        burn=lambda link: burn(units, link.tenant, link.jti),
        clock=units.clock,
    )
    pages = _Pages(units)
    for path, name, methods in (
        ("", "home", "GET"),
        ("", "send", "POST"),
        ("/start", "start", "POST"),
        ("/all", "all_questions", "GET"),
        ("/save", "save", "POST"),
        ("/question/<number>", "question", "GET"),
        ("/question/<number>", "answer", "POST"),
        ("/help", "help_now", "GET"),
        ("/saved", "saved", "GET"),
        ("/check", "check", "GET"),
    ):
        blueprint.add_url_rule(HOME + path, f"questionnaire_{name}", getattr(pages, name), methods=[methods])


class _Pages:
    """Each method answers one route, for the patient whose link is in use."""

    def __init__(self, units: Units) -> None:
        self._units = units

    def home(self) -> Answer:
        questionnaire = self._read()
        if questionnaire.status is not QuestionnaireStatus.OPEN:
            return _state(questionnaire)
        return self._start(questionnaire)

    def start(self) -> Answer:
        chosen = [each for each in Layout if request.form.getlist("layout") == [each.value]]
        if not chosen:
            return self._when_open(lambda each: self._start(each, 400, fault="Select how you want to answer"))
        return self._change(lambda unit, id: choose_layout(unit, id, chosen[0]), _back_to)

    def all_questions(self) -> Answer:
        return self._when_open(lambda each: self._whole(each, {}, 200))

    def send(self) -> Answer:
        given, who = ticked(request.form), principal()

        def work(unit: Unit) -> Taken:
            return send_answers(unit, who.subject, given)

        try:
            taken = self._units.run(who.tenant, cause(), work)
        except (AlreadyAnswered, QuestionnaireNotOpen) as refused:
            return _state(self._read(), refused)
        if taken.refused is not None:
            return self._whole(self._read(), faults_of(taken.refused), 400, given)
        return redirect(HOME, 303)

    def save(self) -> Answer:
        given = ticked(request.form)
        where = f"{HOME}/help" if states_risk(given) else f"{HOME}/saved"
        return self._change(lambda unit, id: keep_answers(unit, id, given), lambda kept: where)

    def question(self, number: str) -> Answer:
        asked = _number(number)
        return self._when_open(lambda each: self._one(each, asked))

    def answer(self, number: str) -> Answer:
        return self._answer(_number(number))

    def _answer(self, number: int) -> Answer:
        item, _ = ITEMS[number - 1]
        given, later = ticked(request.form, [item.id]), request.form.get("then") == "later"
        if not given and not later:
            return self._when_open(lambda each: self._one(each, number, 400, fault=MISSING))

        def where(kept: Questionnaire) -> str:
            if number == RISK_NUMBER and states_risk(given):
                return f"{HOME}/help"
            if later:
                return f"{HOME}/saved"
            return _where_next(kept, after=0 if request.form.get("from") == "check" else number)

        return self._change(lambda unit, id: keep_answers(unit, id, given), where)

    def help_now(self) -> Answer:
        return self._when_open(lambda each: self._page("help", each, where_next=_back_to(each)))

    def saved(self) -> Answer:
        return self._when_open(
            lambda each: self._page(
                "saved", each, answered=len(each.draft), questions=len(ITEMS), where_next=_back_to(each)
            )
        )

    def check(self) -> Answer:
        def show(questionnaire: Questionnaire) -> Answer:
            if next_number(questionnaire.draft) is not None:
                return redirect(_where_next(questionnaire), 303)
            return self._page("check", questionnaire, answers=in_words(questionnaire.draft))

        return self._when_open(show)

    def _start(self, questionnaire: Questionnaire, status: int = 200, **more: Any) -> Answer:
        counts = {"answered": len(questionnaire.draft), "questions": len(ITEMS)}
        return self._page("start", questionnaire, status, **counts, **more)

    def _read(self) -> Questionnaire:
        who = principal()
        return self._units.read(who.tenant, lambda unit: unit.get(Questionnaire, who.subject))

    def _when_open(self, show: Callable[[Questionnaire], Answer]) -> Answer:
        questionnaire = self._read()
        return show(questionnaire) if questionnaire.status is QuestionnaireStatus.OPEN else redirect(HOME, 303)

    def _change(self, work: Callable[[Unit, str], Questionnaire], where: Callable[[Questionnaire], str]) -> Answer:
        who = principal()
        try:
            kept = self._units.run(who.tenant, cause(), lambda unit: work(unit, who.subject))
        except (AlreadyAnswered, QuestionnaireNotOpen) as refused:
            return _state(self._read(), refused)
        return redirect(where(kept), 303)

    def _one(self, questionnaire: Questionnaire, number: int, status: int = 200, **more: Any) -> Answer:
        item, instrument = ITEMS[number - 1]
        given = questionnaire.draft.get(item.id)
        here: dict[str, Any] = {"number": number, "questions": len(ITEMS), "item": item, "instrument": instrument}
        from_check = request.values.get("from") == "check"
        return self._page("one", questionnaire, status, **here, given=given, from_check=from_check, **more)

    def _whole(
        self, questionnaire: Questionnaire, faults: dict[str, str], status: int, given: dict[str, int] | None = None
    ) -> Answer:
        shown = {"instruments": list(INSTRUMENTS.values()), "given": {**questionnaire.draft, **(given or {})}}
        return self._page("all", questionnaire, status, **shown, faults=faults)

    def _page(self, name: str, questionnaire: Questionnaire, status: int = 200, **more: Any) -> Answer:
        at_risk = questionnaire.item9_raised or states_risk(questionnaire.draft)
        return render_template(
            f"questionnaire_{name}.jinja", questionnaire=questionnaire, at_risk=at_risk, **more
        ), status


def _number(text: str) -> int:
    """The number of a question as it stands in a path. Raises NotFound."""
    for number in range(1, len(ITEMS) + 1):
        if text == str(number):
            return number
    raise NotFound("There is no such question.")


def _where_next(questionnaire: Questionnaire, after: int = 0) -> str:
    """The next question after this one if it has no answer yet, else the first without one, else the check."""
    if 0 < after < len(ITEMS):
        return f"{HOME}/question/{after + 1}"
    number = next_number(questionnaire.draft)
    return f"{HOME}/check" if number is None else f"{HOME}/question/{number}"


def _back_to(questionnaire: Questionnaire) -> str:
    """Where somebody carries on who has chosen a layout."""
    return f"{HOME}/all" if questionnaire.layout is Layout.ALL else _where_next(questionnaire)


def _state(questionnaire: Questionnaire, refused: AlreadyAnswered | QuestionnaireNotOpen | None = None) -> Answer:
    """The page of a questionnaire that takes no answers; `refused` if somebody has just tried."""
    at_risk = questionnaire.item9_raised or states_risk(questionnaire.answers)
    page = render_template(
        "questionnaire_state.jinja", questionnaire=questionnaire, refused=refused is not None, at_risk=at_risk
    )
    return page, 200 if refused is None else status_of(refused)
