"""A case for staff: scores over time, single answers, the review, and answers taken for a patient on the phone."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request
from movewell.contracts.types import Actor, Measure
from movewell.kernel import NotFound
from movewell.keyring.personal import Personal
from movewell.store.unit import Unit, Units
from movewell.web.body import cause
from movewell.web.policy import principal
from werkzeug.wrappers import Response

from outcomes.application.case_of import questionnaires_of
from outcomes.application.list_risks import risks_of
from outcomes.application.review_outcome import review_outcome
from outcomes.application.sealed_words import SealedWords, persons
from outcomes.application.take_answers import take_answers
from outcomes.domain.case import Case, NothingScored
from outcomes.domain.measures import INSTRUMENTS
from outcomes.domain.questionnaire import AlreadyAnswered, Questionnaire, QuestionnaireNotOpen, QuestionnaireStatus
from outcomes.domain.risk import states_risk
from outcomes.domain.risk_item import RiskItem
from outcomes.entrypoints.questions import faults_of, in_words, status_of, ticked
from outcomes.entrypoints.score_charts import clinicians_chart
from outcomes.entrypoints.words import ANSWERED_BY, RISK_OUTCOMES, STATUSES, TRIGGERS

_DONE = {
    "reviewed": "You have reviewed these scores",
    "answered": "The answers are kept and scored",
    "risk": "The answers are kept and scored, and a risk item was raised",
}
_WORDS = {"statuses": STATUSES, "answered_by": ANSWERED_BY, "triggers": TRIGGERS, "risk_outcomes": RISK_OUTCOMES}


def add_case_pages(blueprint: Blueprint, units: Units, words: SealedWords) -> None:
    """Add the pages to the service's blueprint."""

    def read(referral_id: str) -> tuple[Case, list[Questionnaire], list[RiskItem]]:
        return units.read(
            principal().tenant,
            lambda unit: (
                unit.get(Case, referral_id),
                questionnaires_of(unit, referral_id),
                risks_of(unit, referral_id),
            ),
        )

    def name_of(person_id: str | None) -> Personal[str] | None:
        kept = units.read(principal().tenant, lambda unit: persons(unit, [person_id]))
        return words.names(kept).get(person_id or "")

    @blueprint.get("/cases/<referral_id>")
    def case(referral_id: str) -> str:
        case, asked, raised = read(referral_id)
        answered = [each for each in reversed(asked) if each.status is QuestionnaireStatus.ANSWERED]
        return render_template(
            "case.jinja",
            case=case,
            name=name_of(case.person_id),
            outcome=case.outcome(),
            measures=_measures(case),
            asked=asked,
            answered=[(each, in_words(each.answers)) for each in answered],
            raised=raised,
            done=_DONE.get(request.args.get("done", "")),
            **_WORDS,
        )

    @blueprint.post("/cases/<referral_id>/review")
    def review(referral_id: str) -> Response:
        who = principal()
        try:
            units.run(who.tenant, cause(), lambda unit: review_outcome(unit, referral_id, who.signature))
        except NothingScored:
            return redirect(f"/cases/{referral_id}", 303)
        return redirect(f"/cases/{referral_id}?done=reviewed", 303)

    @blueprint.get("/cases/<referral_id>/questionnaires")
    def questionnaires(referral_id: str) -> str:
        case, asked, _ = read(referral_id)
        done = request.args.get("done", "")
        shown = {"case": case, "name": name_of(case.person_id), "asked": asked}
        return render_template(
            "case_questionnaires.jinja", **shown, done=_DONE.get(done), at_risk=done == "risk", **_WORDS
        )

    def show_phone(referral_id: str, questionnaire_id: str, status: int = 200, **more: Any) -> tuple[str, int]:
        asked = units.read(principal().tenant, lambda unit: _asked(unit, referral_id, questionnaire_id))
        shown = {"asked": asked, "name": name_of(asked.person_id), "instruments": list(INSTRUMENTS.values())}
        return render_template("phone_answers.jinja", **{**shown, "given": {}, **more}), status

    @blueprint.get("/cases/<referral_id>/questionnaires/<questionnaire_id>")
    def phone_form(referral_id: str, questionnaire_id: str) -> tuple[str, int]:
        return show_phone(referral_id, questionnaire_id)

    @blueprint.post("/cases/<referral_id>/questionnaires/<questionnaire_id>")
    def phone_answers(referral_id: str, questionnaire_id: str) -> Response | tuple[str, int]:
        who, given = principal(), ticked(request.form)

        def work(unit: Unit) -> Any:
            _asked(unit, referral_id, questionnaire_id)
            return take_answers(unit, questionnaire_id, given, Actor.STAFF, who.signature)

        try:
            taken = units.run(who.tenant, cause(), work)
        except (AlreadyAnswered, QuestionnaireNotOpen) as refused:
            return show_phone(referral_id, questionnaire_id, status_of(refused), refused=True, given=given)
        at_risk = states_risk(given)
        if taken.refused is not None:
            faults = faults_of(taken.refused)
            return show_phone(referral_id, questionnaire_id, 400, given=given, faults=faults, at_risk=at_risk)
        done = "risk" if at_risk else "answered"
        return redirect(f"/cases/{referral_id}/questionnaires?done={done}", 303)


def _asked(unit: Unit, referral_id: str, questionnaire_id: str) -> Questionnaire:
    """The questionnaire, if it is of this referral. Raises NotFound."""
    questionnaire = unit.get(Questionnaire, questionnaire_id)
    if questionnaire.referral_id != referral_id:
        raise NotFound("There is no such questionnaire.")
    return questionnaire


def _measures(case: Case) -> list[dict[str, Any]]:
    """Each measure with a score: its chart and what it is read by."""
    found = []
    for measure in Measure:
        scores = sorted((each for each in case.scores if each.measure is measure), key=lambda each: each.scored_at)
        if scores:
            chart = clinicians_chart(measure, scores, name=f"chart-{measure.value}")
            found.append({"instrument": INSTRUMENTS[measure], "chart": chart})
    return found
