"""The JSON API of outcomes: answers taken on the phone, risk items, reviews."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, jsonify
from marshmallow import RAISE, Schema, fields, validate
from movewell.contracts.types import Actor, RiskOutcome
from movewell.kernel import Invalid
from movewell.store.unit import Unit, Units
from movewell.web.accesses import note_seen
from movewell.web.body import cause, json_body, read_fields, read_query
from movewell.web.declared import declared
from movewell.web.policy import principal
from movewell.web.queries import ReferralQuerySchema
from movewell.wire.schema import time_text

from outcomes.application.case_of import questionnaires_of
from outcomes.application.raise_risk import acknowledge_risk, close_risk
from outcomes.application.review_outcome import review_outcome
from outcomes.application.sealed_words import MOST_OF_A_NOTE, SealedWords
from outcomes.application.take_answers import take_answers
from outcomes.domain.measures import INSTRUMENTS
from outcomes.domain.risk_item import RiskItem
from outcomes.entrypoints.answers import (
    AcknowledgedSchema,
    ClosedSchema,
    QuestionnairesSchema,
    ReviewSchema,
    RisksSchema,
    ScoresSchema,
)

_ITEMS = {
    item.id: {"type": "integer", "minimum": 0, "maximum": 3, "description": item.text}
    for each in INSTRUMENTS.values()
    for item in each.items
}


class AnswersSchema(Schema):
    """`answers`: item → 0 to 3. The items are the domain's to judge, which tells all of their faults at once."""

    answers = fields.Dict(
        keys=fields.String(),
        required=True,
        validate=validate.Length(max=40),
        metadata={"properties": _ITEMS, "required": list(_ITEMS), "additionalProperties": False},
    )


class ClosingSchema(Schema):
    """What came of it, and a note for colleagues, which is kept encrypted."""

    outcome = fields.Enum(RiskOutcome, by_value=True, required=True)
    note = fields.String(load_default="", validate=validate.Length(max=MOST_OF_A_NOTE))


def routes(units: Units, words: SealedWords) -> Blueprint:
    """The blueprint on the service's units of work."""
    api = Blueprint("api", __name__)

    def command(work: Callable[[Unit], Any]) -> Any:
        return units.run(principal().tenant, cause(), work)

    @api.get("/api/questionnaires")
    @declared("The questionnaires of a referral", gives=QuestionnairesSchema, query=ReferralQuerySchema)
    def get_questionnaires() -> Response:
        referral_id = read_query(ReferralQuerySchema())["referral_id"]
        found = units.read(principal().tenant, lambda unit: questionnaires_of(unit, referral_id))
        note_seen([referral_id] if found else [])
        return jsonify(
            items=[
                {
                    "questionnaire_id": each.id,
                    "ordinal": each.ordinal,
                    "status": each.status.value,
                    "due_at": time_text(each.due_at),
                }
                for each in found
            ]
        )

    @api.post("/api/questionnaires/<questionnaire_id>/answers")
    @declared(
        "Take the answers that a patient gave on the phone",
        gives=ScoresSchema,
        takes=AnswersSchema,
        refuses={409: "It is not open, or was answered otherwise before"},
    )
    def post_answers(questionnaire_id: str) -> Response:
        given, by = read_fields(AnswersSchema(unknown=RAISE), json_body()[0])["answers"], principal().subject
        taken = command(lambda unit: take_answers(unit, questionnaire_id, given, Actor.STAFF, by))
        if taken.refused is not None:
            raise _within_answers(taken.refused)
        return jsonify(scores={measure.value: total for measure, total in taken.totals.items()})

    @api.get("/api/risks")
    @declared("Risk items that nobody has taken on", gives=RisksSchema)
    def get_risks() -> Response:
        where = {"acknowledged": False, "closed_at": None}
        found = units.read(principal().tenant, lambda unit: unit.find(RiskItem, where, order=("raised_at",), limit=200))
        note_seen(each.referral_id for each in found)
        return jsonify(
            items=[
                {
                    "risk_id": each.id,
                    "referral_id": each.referral_id,
                    "trigger": each.trigger.value,
                    "incomplete": each.incomplete,
                    "raised_at": time_text(each.raised_at),
                }
                for each in found
            ]
        )

    @api.post("/api/risks/<risk_id>/acknowledge")
    @declared("Take a risk item on", gives=AcknowledgedSchema)
    def post_acknowledge(risk_id: str) -> Response:
        by = principal().subject
        item = command(lambda unit: acknowledge_risk(unit, risk_id, by))
        return jsonify(acknowledged=item.acknowledged)

    @api.post("/api/risks/<risk_id>/close")
    @declared(
        "Close a risk item",
        gives=ClosedSchema,
        takes=ClosingSchema,
        refuses={409: "Nobody has taken it on, or it was closed with another outcome"},
    )
    def post_close(risk_id: str) -> Response:
        given, who = read_fields(ClosingSchema(unknown=RAISE), json_body()[0]), principal()
        item = units.read(who.tenant, lambda unit: unit.get(RiskItem, risk_id))
        note = words.seal_note(item, given["note"].strip())
        closed = command(lambda unit: close_risk(unit, risk_id, given["outcome"], who.subject, note))
        return jsonify(risk_id=closed.id, outcome=given["outcome"].value)

    @api.post("/api/outcomes/<referral_id>/review")
    @declared("Review what the scores have come to", gives=ReviewSchema, refuses={409: "Nothing was scored yet"})
    def post_review(referral_id: str) -> Response:
        by = principal().subject
        result = command(lambda unit: review_outcome(unit, referral_id, by))
        return jsonify(
            phq9={"first": result.phq9.first, "last": result.phq9.last},
            gad7={"first": result.anxiety.first, "last": result.anxiety.last},
            at_caseness=result.at_caseness,
            recovered=result.recovered,
            reliably_improved=result.reliably_improved,
            reliably_deteriorated=result.reliably_deteriorated,
        )

    return api


def _within_answers(refused: Invalid) -> Invalid:
    """The same faults with their places in the body."""
    return Invalid(refused.detail, [(f"/answers{pointer}", said) for pointer, said in refused.faults])
