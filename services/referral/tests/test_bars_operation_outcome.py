"""The answers of the BaRS door as OperationOutcome resources."""

import pytest
from fhir.resources.R4B.operationoutcome import OperationOutcome
from referral.adapters.operation_outcome import (
    CREATED,
    DUPLICATE,
    NO_LONGER_CURRENT,
    NOT_FOUND,
    REUSED_ID,
    SERVER_ERROR,
    UNAVAILABLE,
    UPDATED,
    operation_outcome,
)
from referral.adapters.refusal import Answer, Issue

ID = "019a0000-0000-7000-8000-00000000000f"
ERRORS = "https://fhir.nhs.uk/Codesystem/http-error-codes"
SUCCESS = "https://fhir.nhs.uk/CodeSystem/NRLF-SuccessCode"

ANSWERS = [
    (DUPLICATE, 409, "error", "duplicate", ERRORS, "REC_CONFLICT"),
    (REUSED_ID, 409, "error", "conflict", ERRORS, "REC_CONFLICT"),
    (NO_LONGER_CURRENT, 409, "error", "conflict", ERRORS, "REC_CONFLICT"),
    (NOT_FOUND, 404, "error", "not-found", ERRORS, "REC_NOT_FOUND"),
    (SERVER_ERROR, 500, "error", "exception", ERRORS, "REC_SERVER_ERROR"),
    (UNAVAILABLE, 503, "error", "transient", ERRORS, "REC_SERVICE_UNAVAILABLE"),
    (CREATED, 200, "information", "informational", SUCCESS, "RESOURCE_CREATED"),
    (UPDATED, 200, "information", "informational", SUCCESS, "RESOURCE_UPDATED"),
]


@pytest.mark.parametrize(("issue", "status", "severity", "code", "system", "detail"), ANSWERS)
def test_each_answer_has_its_status_and_codes(issue, status, severity, code, system, detail):
    outcome = operation_outcome([issue], ID)
    (said,) = outcome["issue"]
    assert (said["severity"], said["code"], issue.answer.status) == (severity, code, status)
    (coding,) = said["details"]["coding"]
    assert (coding["system"], coding["code"]) == (system, detail)
    assert OperationOutcome.model_validate(outcome).id == ID


def test_only_a_duplicate_answers_409_with_duplicate():
    pairs = [issue for issue, status, _, code, *_ in ANSWERS if (status, code) == (409, "duplicate")]
    assert pairs == [DUPLICATE]


def test_an_issue_says_where_it_is():
    issues = [Issue("value", "It is wrong.", "Bundle.type"), Issue("invalid", "It can not be read.")]
    where = [said.get("expression") for said in operation_outcome(issues, ID)["issue"]]
    assert where == [["Bundle.type"], None]


def test_every_answer_of_a_receiver_has_a_code_of_its_own():
    assert len({answer.code for answer in Answer}) == len(Answer)
