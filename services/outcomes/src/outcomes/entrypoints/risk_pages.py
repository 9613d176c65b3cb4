"""Risk items for clinicians: what is open and how long already, who has taken it on, and what came of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Blueprint, redirect, render_template, request
from movewell.contracts.types import RiskOutcome
from movewell.store.unit import Unit, Units
from movewell.web.accesses import note_seen
from movewell.web.body import cause
from movewell.web.policy import principal
from movewell.wire.schema import time_text
from werkzeug.wrappers import Response

from outcomes.application.list_risks import acknowledged_risks, closed_risks, open_risks
from outcomes.application.raise_risk import acknowledge_risk, close_risk
from outcomes.application.sealed_words import MOST_OF_A_NOTE, SealedWords, persons
from outcomes.domain.person import Person
from outcomes.domain.questionnaire import Questionnaire
from outcomes.domain.risk_clock import risk_clock
from outcomes.domain.risk_item import RiskClosedOtherwise, RiskItem, RiskNotAcknowledged
from outcomes.entrypoints.words import RISK_OUTCOMES, TRIGGERS, happened, outcomes_of

_PAGE = 50
_DONE = {
    "acknowledged": "You have taken this risk item on",
    "closed": "This risk item is closed",
}
_SHOWN = ("open", "acknowledged", "closed")


def add_risk_pages(blueprint: Blueprint, units: Units, words: SealedWords) -> None:
    """Add the pages to the service's blueprint."""

    def row(item: RiskItem, now: datetime) -> dict[str, Any]:
        said = RISK_OUTCOMES[item.outcome] if item.outcome else None
        return {"item": item, "clock": risk_clock(item, now), "why": TRIGGERS[item.trigger], "outcome": said}

    @blueprint.get("/risks")
    def risks() -> str:
        shown = request.args.get("show", "open")
        shown = shown if shown in _SHOWN else "open"
        after = _after(request.args.get("after", "")) if shown == "closed" else None

        def read(unit: Unit) -> tuple[list[RiskItem], int, list[Person]]:
            waiting = open_risks(unit)
            found = {
                "open": lambda: waiting,
                "acknowledged": lambda: acknowledged_risks(unit),
                "closed": lambda: closed_risks(unit, _PAGE + 1, after),
            }[shown]()
            return found, len(waiting), persons(unit, [each.person_id for each in found])

        found, waiting, kept = units.read(principal().tenant, read)
        page, last = (found[:_PAGE], found[_PAGE - 1]) if len(found) > _PAGE and shown == "closed" else (found, None)
        note_seen(each.referral_id for each in page)
        return render_template(
            "risks.jinja",
            shown=shown,
            rows=[row(each, units.clock.now()) for each in page],
            names=words.names(kept),
            waiting=waiting,
            is_later=after is not None,
            next_after=f"{time_text(last.closed_at)}~{last.id}" if last and last.closed_at else None,
        )

    def show(risk_id: str, status: int = 200, **more: Any) -> tuple[str, int]:
        def read(unit: Unit) -> tuple[RiskItem, Questionnaire | None, list[Person]]:
            item = unit.get(RiskItem, risk_id)
            asked = unit.get(Questionnaire, item.questionnaire_id) if item.questionnaire_id else None
            return item, asked, persons(unit, [item.person_id])

        item, asked, kept = units.read(principal().tenant, read)
        note_seen([item.referral_id])
        page = render_template(
            "risk.jinja",
            **row(item, units.clock.now()),
            asked=asked,
            happened=happened(item.happening) if item.happening else None,
            name=words.names(kept).get(item.person_id),
            note=words.note(item),
            outcomes=outcomes_of(item.trigger),
            done=_DONE.get(request.args.get("done", "")),
            **more,
        )
        return page, status

    @blueprint.get("/risks/<risk_id>")
    def risk(risk_id: str) -> tuple[str, int]:
        return show(risk_id)

    @blueprint.post("/risks/<risk_id>/acknowledge")
    def acknowledge(risk_id: str) -> Response:
        who = principal()
        item = units.run(who.tenant, cause(), lambda unit: acknowledge_risk(unit, risk_id, who.signature))
        note_seen([item.referral_id])
        return redirect(f"/risks/{risk_id}?done=acknowledged", 303)

    @blueprint.post("/risks/<risk_id>/close")
    def close(risk_id: str) -> Response | tuple[str, int]:
        who, chosen = principal(), _outcome(request.form.getlist("outcome"))
        written = request.form.get("note", "").strip()
        typed = {"chosen": chosen, "written": written}
        if len(written) > MOST_OF_A_NOTE:
            return show(risk_id, 400, too_long=f"Write no more than {MOST_OF_A_NOTE:,} characters", **typed)
        if chosen is None:
            return show(risk_id, 400, fault="Select what came of it", **typed)
        item = units.read(who.tenant, lambda unit: unit.get(RiskItem, risk_id))
        note = words.seal_note(item, written)
        try:
            units.run(who.tenant, cause(), lambda unit: close_risk(unit, risk_id, chosen, who.signature, note))
        except (RiskNotAcknowledged, RiskClosedOtherwise) as refused:
            return show(risk_id, 409, fault=refused.detail, **typed)
        note_seen([item.referral_id])
        return redirect(f"/risks/{risk_id}?done=closed", 303)


def _outcome(chosen: list[str]) -> RiskOutcome | None:
    return next((each for each in RiskOutcome if chosen == [each.value]), None)


def _after(text: str) -> list[str] | None:
    """Where the page before ended: a time and an id, nothing else."""
    moment, _, id = text.partition("~")
    try:
        return [time_text(datetime.fromisoformat(moment)), id] if id else None
    except ValueError:
        return None
