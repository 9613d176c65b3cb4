"""The BaRS door: `POST /FHIR/R4/$process-message`, answered with an OperationOutcome."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from flask import Blueprint, Response, request
from movewell.kernel import NotFound
from movewell.store.idempotency import KeyReused, once
from movewell.store.unit import Unit, Units, new_id
from movewell.web.body import cause
from movewell.web.declared import declared
from movewell.web.policy import principal

from referral.adapters.bars import read_message
from referral.adapters.bars_destination import ANY, Destinations
from referral.adapters.operation_outcome import (
    CREATED,
    DUPLICATE,
    NO_LONGER_CURRENT,
    NOT_FOUND,
    REUSED_ID,
    UPDATED,
    operation_outcome,
)
from referral.adapters.refusal import Answer, Issue, MessageRefused
from referral.application.receive_referral import Secrecy, cancel_referral, receive_referral
from referral.domain.incoming import IncomingReferral
from referral.domain.london import london_day
from referral.domain.referral import ReferralEnded
from referral.entrypoints.bars_form import BUNDLE, OPERATION_OUTCOME, REFUSES, BarsHeadersSchema

_ANSWERS = {each.status: each for each in Answer}
_NO_DESTINATIONS: Mapping[str, Destinations] = MappingProxyType({})


def answer(issues: Iterable[Issue], status: int) -> Response:
    """An OperationOutcome."""
    body = json.dumps(operation_outcome(issues, new_id()))
    return Response(body, status, content_type="application/fhir+json; charset=utf-8")


def render_fault(status: int, detail: str, faults: list[tuple[str, str]]) -> dict[str, Any]:
    """Any other error of this door, in FHIR's words."""
    code = {401: "login", 403: "forbidden", 404: "not-found", 413: "too-long", 503: "transient"}.get(
        status, "exception" if status >= 500 else "invalid"
    )
    kind = _ANSWERS.get(status, Answer.SERVER_ERROR if status >= 500 else Answer.BAD_REQUEST)
    return operation_outcome([Issue(code, detail or "The request can not be taken.", None, kind)], new_id())


def add_message_door(
    blueprint: Blueprint,
    units: Units,
    secrecy: Secrecy,
    destinations: Mapping[str, Destinations] = _NO_DESTINATIONS,
) -> None:
    """Add the door to the service's blueprint. `destinations`: tenant → whom its messages may be for."""

    @blueprint.post("/FHIR/R4/$process-message")
    @declared(
        "Take a BaRS message: a referral, or the cancellation of one",
        gives=OPERATION_OUTCOME,
        takes=BUNDLE,
        headers=BarsHeadersSchema,
        refuses=REFUSES,
        refusal=OPERATION_OUTCOME,
    )
    def process_message() -> Response:
        body, who = request.get_data(), principal()
        try:
            own = destinations.get(who.tenant, ANY)
            incoming = read_message(body, dict(request.headers), london_day(units.clock.now()), own)
        except MessageRefused as refused:
            return answer(refused.issues, refused.status)

        def work(unit: Unit) -> tuple[int, dict[str, str]]:
            if isinstance(incoming, IncomingReferral):
                return 200, {"referral_id": receive_referral(unit, secrecy, incoming, who.subject).id, "did": "created"}
            return 200, {"referral_id": cancel_referral(unit, secrecy, incoming).id, "did": "updated"}

        try:
            result = once(
                units,
                who.tenant,
                cause(),
                scope=f"{who.subject}|process-message",
                key=str(incoming.message_id),
                body=body,
                work=work,
            )
        except KeyReused:
            return answer([REUSED_ID], 409)
        except NotFound:
            return answer([NOT_FOUND], 404)
        except ReferralEnded:
            return answer([NO_LONGER_CURRENT], 409)
        if result.replayed:
            return answer([DUPLICATE], 409)
        response = answer([CREATED if result.body["did"] == "created" else UPDATED], 200)
        response.headers["Location"] = f"/api/referrals/{result.body['referral_id']}"
        return response
