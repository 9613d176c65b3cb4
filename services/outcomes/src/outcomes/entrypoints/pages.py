"""The patient's questionnaire: PHQ-9 and GAD-7 on one page, and help at once when item 9 asks for it.

Answers with one missing are refused and shown again with what was ticked; item 9 above 0 is told to the team even then.
"""

from __future__ import annotations

from flask import Blueprint, render_template, request
from movewell.contracts.types import Actor
from movewell.kernel import DomainError
from movewell.store.burned_links import burn
from movewell.store.unit import Units
from movewell.web.body import cause
from movewell.web.links import LinkReader
from movewell.web.patients import PatientSessions, link_routes
from movewell.web.policy import principal
from werkzeug.datastructures import MultiDict

from outcomes.application.take_answers import take_answers
from outcomes.domain.measures import INSTRUMENTS
from outcomes.domain.questionnaire import AlreadyAnswered, Questionnaire, QuestionnaireNotOpen
from outcomes.domain.risk import states_risk


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

    def show(faults: dict[str, str] | None = None, status: int = 200) -> tuple[str, int]:
        questionnaire = units.read(principal().tenant, lambda unit: unit.get(Questionnaire, principal().subject))
        page = render_template(
            "questionnaire.jinja",
            questionnaire=questionnaire,
            instruments=list(INSTRUMENTS.values()),
            given=request.form,
            faults=faults or {},
            needs_help=questionnaire.item9_raised or states_risk(questionnaire.answers),
        )
        return page, status

    @blueprint.get("/questionnaire")
    def questionnaire() -> tuple[str, int]:
        return show()

    @blueprint.post("/questionnaire")
    def answer() -> tuple[str, int]:
        who = principal()
        given = _ticked(request.form)
        try:
            taken = units.run(who.tenant, cause(), lambda unit: take_answers(unit, who.subject, given, Actor.PATIENT))
        except (AlreadyAnswered, QuestionnaireNotOpen) as refused:
            return show(status=_status(refused))
        if taken.refused is not None:
            return show({pointer.strip("/"): "Select an answer" for pointer, _ in taken.refused.faults}, 400)
        return show()


def _ticked(form: MultiDict[str, str]) -> dict[str, int]:
    """Item → value of the option. Two options of one item are no answer, nor is what is no option."""
    made = {}
    for instrument in INSTRUMENTS.values():
        values = {str(option.value): option.value for option in instrument.options}
        for item in instrument.items:
            texts = set(form.getlist(item.id))
            if len(texts) == 1 and (text := texts.pop()) in values:
                made[item.id] = values[text]
    return made


def _status(refused: DomainError) -> int:
    return 409 if isinstance(refused, AlreadyAnswered) else 410
