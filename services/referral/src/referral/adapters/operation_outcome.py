"""FHIR R4 OperationOutcome, in the shape of the examples of the BaRS OpenAPI 1.4.0-alpha."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from referral.adapters.refusal import Answer, Issue

ERROR_CODES = "https://fhir.nhs.uk/Codesystem/http-error-codes"
SUCCESS_CODES = "https://fhir.nhs.uk/CodeSystem/NRLF-SuccessCode"
PROFILE = "https://fhir.hl7.org.uk/StructureDefinition/UKCore-OperationOutcome"
SUCCESSES = {Answer.CREATED: "Resource created", Answer.UPDATED: "Resource updated"}

DUPLICATE = Issue("duplicate", "The message has already been processed.", None, Answer.CONFLICT)
"""The answer to a retry: same X-Request-Id, same body, already processed. A sender takes 409 together
with `duplicate` as success, so nothing else may answer with this pair."""

REUSED_ID = Issue(
    "conflict",
    "The X-Request-Id was used before, with another message.",
    "http.X-Request-Id",
    Answer.CONFLICT,
)
"""Same X-Request-Id, another body. It must not look like `duplicate` (the sender would believe that the
second message was processed); `conflict` is the other issue code of REC_CONFLICT, and 422 is, for a
receiver, only `not-supported` and `too-costly`."""

NO_LONGER_CURRENT = Issue(
    "conflict", "The referral is no longer active, so it can not be cancelled.", None, Answer.CONFLICT
)
"""A cancellation of what is not active. BaRS Core, Standard pattern cancellation: "The Receiver must not
process a cancellation request for a booking or referral which is not current"."""

NOT_FOUND = Issue("not-found", "There is no such referral.", None, Answer.NOT_FOUND)
SERVER_ERROR = Issue("exception", "The receiver met an unexpected error.", None, Answer.SERVER_ERROR)
UNAVAILABLE = Issue("transient", "The receiver is unavailable; send again later.", None, Answer.SERVICE_UNAVAILABLE)
CREATED = Issue("informational", SUCCESSES[Answer.CREATED], None, Answer.CREATED, "information")
UPDATED = Issue("informational", SUCCESSES[Answer.UPDATED], None, Answer.UPDATED, "information")


def operation_outcome(issues: Iterable[Issue], id: str) -> dict[str, Any]:  # noqa: A002
    """The resource that says `issues`; `id` is a UUID of the caller's. The status is the caller's too."""
    return {
        "resourceType": "OperationOutcome",
        "id": id,
        "meta": {"profile": [PROFILE]},
        "issue": [_issue(issue) for issue in issues],
    }


def _issue(issue: Issue) -> dict[str, Any]:
    succeeded = SUCCESSES.get(issue.answer)
    coding = {"system": SUCCESS_CODES if succeeded else ERROR_CODES, "code": issue.answer.code}
    if succeeded:
        coding["display"] = succeeded
    said: dict[str, Any] = {
        "severity": issue.severity,
        "code": issue.code,
        "details": {"coding": [coding]},
        "diagnostics": issue.diagnostics,
    }
    return said | ({"expression": [issue.expression]} if issue.expression else {})
