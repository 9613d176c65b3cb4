"""The JSON API of referral: intake, the worklist, screening, decisions, endings."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify, request
from marshmallow import RAISE, Schema, ValidationError, fields, validate
from movewell.contracts.types import EndCode, RejectionReason, SessionFormat
from movewell.kernel import Invalid
from movewell.store.idempotency import once
from movewell.store.unit import Unit, Units
from movewell.web.accesses import note_seen
from movewell.web.body import cause, json_body, read_fields, read_query
from movewell.web.declared import declared
from movewell.web.policy import principal
from movewell.wire.schema import time_text

from referral.adapters.plain_json import PlainReferralSchema, read_plain_referral
from referral.application.decide_referral import erase_person, record_screening
from referral.application.find_by_reference import find_by_reference
from referral.application.make_decision import LONGEST_NOTE, make_decision
from referral.application.receive_referral import Secrecy, receive_referral
from referral.domain.decision import Choice, Made, OverrideReason
from referral.domain.incoming import Unreadable, read_text
from referral.domain.london import london_day
from referral.domain.referral import Referral, ReferralStatus
from referral.entrypoints.answers import AssessmentSchema, ErasedSchema, ReferralSchema, ReferralsSchema
from referral.entrypoints.screening_form import ScreeningSchema
from referral.entrypoints.webhook_deliveries import add_delivery_list

MOST_SESSIONS = 52
_KEYLESS = ("Idempotency-Key", "Give a key of 8 to 128 characters, the same for a retry.")


_DECIDED = "The referral has ended or was decided otherwise"


class RetrySchema(Schema):
    """What a retry is known by: the same key with the same body."""

    key = fields.String(data_key="Idempotency-Key", required=True, validate=validate.Length(8, 128))


class ReferralsQuerySchema(Schema):
    """`status`: which referrals; those that nobody has screened where it's left out.

    `reference`: the one that a patient was given this reference for, whatever its status.
    """

    status = fields.Enum(
        ReferralStatus,
        by_value=True,
        load_default=ReferralStatus.RECEIVED,
        error_messages={"unknown": "This is not known."},
    )
    reference = fields.String()


def _is_readable(written: str) -> None:
    try:
        read_text(written)
    except Unreadable as unreadable:
        raise ValidationError(str(unreadable)) from None


class ExplainedSchema(Schema):
    """`override` says why, if this is not what the rules suggest; `note` is kept encrypted."""

    override = fields.Enum(OverrideReason, by_value=True, load_default=None)
    note = fields.String(
        load_default=None, validate=[validate.Length(1, LONGEST_NOTE), _is_readable], metadata={"format": "text"}
    )


class AcceptanceSchema(ExplainedSchema):
    """One-to-one or a group, and how many sessions."""

    format = fields.Enum(SessionFormat, by_value=True, required=True)
    sessions_planned = fields.Integer(strict=True, required=True, validate=validate.Range(1, MOST_SESSIONS))


class SignpostSchema(ExplainedSchema):
    """The code of a local activity."""

    activity = fields.String(required=True, validate=validate.Regexp(r"^[a-z0-9][a-z0-9-]{0,62}\Z"))


class DeclineSchema(ExplainedSchema):
    """A coded reason: BaRS dos-rejected-reasons."""

    rejection = fields.Enum(RejectionReason, by_value=True, required=True, data_key="reason")


class DischargeSchema(Schema):
    """A coded reason: IAPT Data Set v2.1 EndCode."""

    end_code = fields.Enum(EndCode, by_value=True, required=True)


def routes(units: Units, secrecy: Secrecy) -> Blueprint:
    """The blueprint on the service's units of work."""
    api = Blueprint("api", __name__)

    def decide(referral_id: str, choice: Choice, takes: type[Schema] | None = None) -> Response:
        """As on the page: what was suggested is kept with it, and why it is otherwise."""
        who = principal()
        made = Made(choice=choice, **(read_fields(takes(unknown=RAISE), json_body()[0]) if takes else {}))
        decided = units.run(
            who.tenant,
            cause(),
            lambda unit: make_decision(unit, secrecy, referral_id, made, by=who.subject, name=who.name),
        )
        return jsonify(_shown(decided))

    @api.post("/api/referrals")
    @declared(
        "Send a referral",
        gives=ReferralSchema,
        status=201,
        takes=PlainReferralSchema,
        headers=RetrySchema,
        locates=True,
        refuses={
            409: "This was sent twice at once",
            410: "The person was erased",
            422: "The key was used with another body, or a text is too long to be sealed",
        },
    )
    def post_referral() -> tuple[Response, int]:
        document, body = json_body()
        key, who = request.headers.get("Idempotency-Key", ""), principal()
        keyless = [] if 8 <= len(key) <= 128 else [_KEYLESS]
        try:
            incoming = read_plain_referral(document, london_day(units.clock.now()))
        except Invalid as invalid:
            raise Invalid(invalid.detail, [*invalid.faults, *keyless]) from None
        if keyless:
            raise Invalid("The header Idempotency-Key is missing.", keyless)

        def work(unit: Unit) -> tuple[int, dict[str, Any]]:
            return 201, _shown(receive_referral(unit, secrecy, incoming, _sending_client()))

        scope = f"{who.subject}|referrals"
        result = once(units, who.tenant, cause(), scope=scope, key=key, body=body, work=work)
        response = jsonify(result.body)
        response.headers["Location"] = f"/api/referrals/{result.body['referral_id']}"
        return response, result.status

    @api.get("/api/referrals")
    @declared("Referrals of one status, or the one of a reference", gives=ReferralsSchema, query=ReferralsQuerySchema)
    def get_referrals() -> Response:
        asked = read_query(ReferralsQuerySchema())
        if (reference := asked.get("reference")) is not None:
            one = units.read(principal().tenant, lambda unit: find_by_reference(unit, secrecy, reference))
            note_seen([one.id] if one else [])
            return jsonify(items=[_shown(one)] if one else [])
        status = asked["status"].value
        found = units.read(
            principal().tenant,
            lambda unit: unit.find(Referral, {"status": status}, order=("received_at",), limit=200),
        )
        note_seen(each.id for each in found)
        return jsonify(items=[_shown(each) for each in found])

    @api.get("/api/referrals/<referral_id>")
    @declared("A referral", gives=ReferralSchema)
    def get_referral(referral_id: str) -> Response:
        return jsonify(_shown(units.read(principal().tenant, lambda unit: unit.get(Referral, referral_id))))

    @api.post("/api/referrals/<referral_id>/screening")
    @declared(
        "Record a pre-exercise screening",
        gives=AssessmentSchema,
        takes=ScreeningSchema,
        refuses={409: _DECIDED, 422: "Facts are missing or can't be: all of them are told"},
    )
    def post_screening(referral_id: str) -> Response:
        document = json_body()[0]
        if not isinstance(document, dict):
            raise Invalid("A screening is a JSON object.", [("", "This is not an object.")])
        who = principal()
        _, assessment = units.run(
            who.tenant, cause(), lambda unit: record_screening(unit, referral_id, document, who.subject)
        )
        return jsonify(
            outcome=assessment.outcome.value,
            ceiling=assessment.ceiling.value if assessment.ceiling else None,
            valid_until=assessment.valid_until.isoformat() if assessment.valid_until else None,
            reasons=[{"rule": each.rule, "text": each.text} for each in assessment.reasons],
            ruleset=assessment.ruleset,
        )

    @api.post("/api/referrals/<referral_id>/accept")
    @declared(
        "Accept a referral for a course of sessions",
        gives=ReferralSchema,
        takes=AcceptanceSchema,
        refuses={409: f"{_DECIDED}, or there is no valid clearance"},
    )
    def post_accept(referral_id: str) -> Response:
        return decide(referral_id, Choice.ACCEPT, AcceptanceSchema)

    @api.post("/api/referrals/<referral_id>/signpost")
    @declared("Recommend a local activity instead", gives=ReferralSchema, takes=SignpostSchema, refuses={409: _DECIDED})
    def post_signpost(referral_id: str) -> Response:
        return decide(referral_id, Choice.SIGNPOST, SignpostSchema)

    @api.post("/api/referrals/<referral_id>/decline")
    @declared("Decline a referral", gives=ReferralSchema, takes=DeclineSchema, refuses={409: _DECIDED})
    def post_decline(referral_id: str) -> Response:
        return decide(referral_id, Choice.DECLINE, DeclineSchema)

    @api.post("/api/referrals/<referral_id>/withdraw")
    @declared("Withdraw a referral for the patient", gives=ReferralSchema, refuses={409: "It ended otherwise"})
    def post_withdraw(referral_id: str) -> Response:
        return decide(referral_id, Choice.WITHDRAW)

    @api.post("/api/referrals/<referral_id>/discharge")
    @declared(
        "Discharge a patient",
        gives=ReferralSchema,
        takes=DischargeSchema,
        refuses={409: f"{_DECIDED}, or the code doesn't fit whether the patient was taken on"},
    )
    def post_discharge(referral_id: str) -> Response:
        return decide(referral_id, Choice.DISCHARGE, DischargeSchema)

    @api.post("/api/people/<person_id>/erase")
    @declared("Erase a person", gives=ErasedSchema)
    def post_erase(person_id: str) -> Response:
        person = units.run(principal().tenant, cause(), lambda unit: erase_person(unit, person_id))
        return jsonify(person_id=person.id, erased=True)

    add_delivery_list(api, units)
    return api


def _sending_client() -> str | None:
    """The system that sends a referral; None where somebody at the service enters it."""
    who = principal()
    return who.subject if "system" in who.roles else None


def _shown(referral: Referral) -> dict[str, Any]:
    screening = referral.screening
    return {
        "referral_id": referral.id,
        "person_id": referral.person_id,
        "status": referral.status.value,
        "source": referral.source.value,
        "channel": referral.channel.value,
        "received_at": time_text(referral.received_at),
        "screening_outcome": screening.outcome.value if screening else None,
        "cleared_until": referral.cleared_until.isoformat() if referral.cleared_until else None,
        "format": referral.format.value if referral.format else None,
    }
