"""Referrals in plain JSON: taken, repeated, refused, read."""

from __future__ import annotations

import uuid
from typing import Any

from jsonschema import Draft202012Validator

from movewell_conformance.checking import broken, check, expect, member
from movewell_conformance.documents import WRONG_NUMBER, plain_referral
from movewell_conformance.open_checks import PROBLEM, is_problem
from movewell_conformance.target import DESCRIPTION, REFERRALS, Target

JSON = "application/json"


@check("json.taken", "A referral is taken, and answered as OpenAPI says", writes=True)
def takes_referrals(target: Target) -> None:
    answer = target.refer(plain_referral(), str(uuid.uuid4()))
    _is_as_described(target, expect(answer, 201, JSON))


@check("json.read", "A referral that was taken is found where Location says", writes=True)
def shows_referrals(target: Target) -> None:
    answer = target.refer(plain_referral(), str(uuid.uuid4()))
    made = expect(answer, 201, JSON)
    location = answer.headers.get("location") or broken("there is no Location")
    shown = expect(target.http.get(location, headers=target.authorised), 200, JSON)
    if member(shown, "referral_id") != member(made, "referral_id"):
        broken("it is another referral")


@check("json.retry", "The same body with the same Idempotency-Key is answered as before", writes=True)
def knows_retries(target: Target) -> None:
    document, key = plain_referral(), str(uuid.uuid4())
    first = expect(target.refer(document, key), 201, JSON)
    if expect(target.refer(document, key), 201, JSON) != first:
        broken("the answer is another")


@check("json.reused_key", "Another body with the same Idempotency-Key is refused", writes=True)
def refuses_reused_keys(target: Target) -> None:
    key = str(uuid.uuid4())
    expect(target.refer(plain_referral(), key), 201, JSON)
    is_problem(expect(target.refer(plain_referral(), key), 422, PROBLEM), 422)


@check("json.nhs_number", "A wrong NHS number is refused, with its place and without repeating it")
def refuses_wrong_numbers(target: Target) -> None:
    answer = target.refer(plain_referral(WRONG_NUMBER), str(uuid.uuid4()))
    document = expect(answer, 400, PROBLEM)
    is_problem(document, 400)
    if [member(each, "pointer") for each in member(document, "errors")] != ["/person/nhs_number"]:
        broken("errors do not name /person/nhs_number alone")
    if WRONG_NUMBER in answer.text:
        broken("the number is repeated in the answer")


@check("json.every_fault", "All faults are told at once")
def tells_every_fault(target: Target) -> None:
    faulty: dict[str, Any] = {"person": {"birth_date": "2999-01-01"}}
    document = expect(target.refer(faulty, str(uuid.uuid4())), 400, PROBLEM)
    told = {member(each, "pointer") for each in member(document, "errors")}
    if missing := {"/person/birth_date", "/person/family_name", "/source"} - told:
        broken(f"it does not tell of {', '.join(sorted(missing))}")


@check("json.not_found", "A referral that there isn't is not found")
def finds_nothing_unknown(target: Target) -> None:
    answer = target.http.get(f"{REFERRALS}/{uuid.uuid4()}", headers=target.authorised)
    is_problem(expect(answer, 404, PROBLEM), 404)


@check("webhooks.listed", "A system is told which webhooks could not be delivered to it")
def lists_deliveries(target: Target) -> None:
    answer = target.http.get("/api/webhook-deliveries", headers=target.authorised)
    if not isinstance(member(expect(answer, 200, JSON), "items"), list):
        broken("items is no list")


def _is_as_described(target: Target, document: Any) -> None:
    described = expect(target.http.get(DESCRIPTION), 200, JSON)
    schemas = {"components": member(described, "components"), "$ref": "#/components/schemas/Referral"}
    for error in Draft202012Validator(schemas).iter_errors(document):
        broken(f"the answer is not as described: {error.validator} at {'/'.join(map(str, error.path)) or 'the top'}")
