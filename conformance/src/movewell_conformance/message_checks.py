"""Referrals in BaRS messages: taken, repeated, refused, cancelled."""

from __future__ import annotations

from typing import Any

import httpx

from movewell_conformance.checking import broken, check, expect
from movewell_conformance.documents import WRONG_NUMBER, message, message_headers, new_reference, with_number
from movewell_conformance.open_checks import FHIR, issues
from movewell_conformance.target import MESSAGES, Target

REFERRAL, CANCELLATION = "bars-referral", "bars-cancellation"


def send(target: Target, document: dict[str, Any], headers: dict[str, str] | None = None) -> httpx.Response:
    given = message_headers(target.service) if headers is None else headers
    return target.http.post(MESSAGES, json=document, headers={**target.authorised, **given})


def says(answer: httpx.Response, status: int, code: str) -> list[dict[str, Any]]:
    """The issues, of which the first has this code. Raises Broken."""
    found = issues(expect(answer, status, FHIR))
    if found[0]["code"] != code:
        broken(f"issue.code is not {code}")
    return found


@check("bars.taken", "A referral is taken, and its headers are mirrored", writes=True)
def takes_messages(target: Target) -> None:
    headers = message_headers(target.service)
    answer = send(target, message(REFERRAL, new_reference()), headers)
    says(answer, 200, "informational")
    for name in ("X-Request-Id", "X-Correlation-Id"):
        if answer.headers.get(name) != headers[name]:
            broken(f"{name} is not mirrored")


@check("bars.retry", "The same message again is a duplicate", writes=True)
def knows_duplicates(target: Target) -> None:
    document, headers = message(REFERRAL, new_reference()), message_headers(target.service)
    says(send(target, document, headers), 200, "informational")
    says(send(target, document, headers), 409, "duplicate")


@check("bars.reused_id", "Another message with the same X-Request-Id is a conflict", writes=True)
def knows_conflicts(target: Target) -> None:
    headers = message_headers(target.service)
    says(send(target, message(REFERRAL, new_reference()), headers), 200, "informational")
    says(send(target, message(REFERRAL, new_reference()), headers), 409, "conflict")


@check("bars.cancelled", "A cancellation of a referral that was taken is taken", writes=True)
def takes_cancellations(target: Target) -> None:
    reference = new_reference()
    says(send(target, message(REFERRAL, reference)), 200, "informational")
    says(send(target, message(CANCELLATION, reference)), 200, "informational")


@check("bars.unknown", "A cancellation of what was never sent is not found", writes=True)
def finds_nothing_unknown(target: Target) -> None:
    says(send(target, message(CANCELLATION, new_reference())), 404, "not-found")


@check("bars.nhs_number", "A wrong NHS number is refused, with its place and without repeating it")
def refuses_wrong_numbers(target: Target) -> None:
    answer = send(target, with_number(message(REFERRAL, new_reference()), WRONG_NUMBER))
    (issue, *more) = says(answer, 400, "value")
    if more or not any("resource.identifier" in each for each in issue.get("expression", [])):
        broken("the issues do not name Patient.identifier alone")
    if WRONG_NUMBER in answer.text:
        broken("the number is repeated in the answer")


@check("bars.headers", "A message without X-Request-Id is refused")
def needs_ids(target: Target) -> None:
    headers = message_headers(target.service)
    del headers["X-Request-Id"]
    says(send(target, message(REFERRAL, new_reference()), headers), 400, "required")


@check("bars.other_bundles", "A Bundle that is no message is not supported")
def takes_messages_alone(target: Target) -> None:
    says(send(target, {"resourceType": "Bundle", "type": "batch", "entry": []}), 422, "not-supported")
