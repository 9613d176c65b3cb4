"""The patient's questionnaire: PHQ-9 and GAD-7 on one page, and help at once when item 9 asks for it."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from movewell.contracts.types import Actor
from movewell.kernel import DomainError, Invalid
from movewell.store.burned_links import burn
from movewell.store.unit import Units
from movewell.web.body import cause
from movewell.web.links import LinkReader
from movewell.web.patients import PatientSessions, link_routes
from movewell.web.policy import principal

from outcomes.application.answer_questionnaire import answer_questionnaire
from outcomes.domain.measures import INSTRUMENTS
from outcomes.domain.questionnaire import AlreadyAnswered, Questionnaire, QuestionnaireNotOpen
from outcomes.domain.risk import RISK_ITEM


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
            needs_help=questionnaire.answers.get(RISK_ITEM, 0) > 0,
            csrf_token=patients.csrf(),
        )
        return page, status

    @blueprint.get("/questionnaire")
    def questionnaire() -> tuple[str, int]:
        return show()

    @blueprint.post("/questionnaire")
    def answer() -> tuple[str, int]:
        patients.check_csrf()
        who = principal()
        items = [item.id for each in INSTRUMENTS.values() for item in each.items]
        given = {item: int(text) for item in items if (text := request.form.get(item, "")) in "0123" and text}
        try:
            units.run(who.tenant, cause(), lambda unit: answer_questionnaire(unit, who.subject, given, Actor.PATIENT))
        except Invalid as invalid:
            missing = {pointer.strip("/"): "Select an answer" for pointer, _ in invalid.faults}
            return show(missing, 400)
        except (AlreadyAnswered, QuestionnaireNotOpen) as refused:
            return show(status=_status(refused))
        return show()


def _status(refused: DomainError) -> int:
    return 409 if isinstance(refused, AlreadyAnswered) else 410
