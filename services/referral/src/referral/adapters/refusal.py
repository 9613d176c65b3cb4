"""Why a message is refused: issues, as an OperationOutcome lists them, and the error that carries them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from movewell.kernel import DomainError

MAX_ISSUES = 100


class Answer(Enum):
    """HTTP status and code of an answer by a receiver.

    BaRS OpenAPI 1.4.0-alpha, OperationOutcome examples REC (errors) and NRLF-SuccessCode (the two last).
    A $process-message that went well answers 200, also where it made something.
    """

    BAD_REQUEST = (400, "REC_BAD_REQUEST")
    UNAUTHORIZED = (401, "REC_UNAUTHORIZED")
    FORBIDDEN = (403, "REC_FORBIDDEN")
    NOT_FOUND = (404, "REC_NOT_FOUND")
    NOT_ACCEPTABLE = (406, "REC_NOT_ACCEPTABLE")
    CONFLICT = (409, "REC_CONFLICT")
    UNPROCESSABLE_ENTITY = (422, "REC_UNPROCESSABLE_ENTITY")
    SERVER_ERROR = (500, "REC_SERVER_ERROR")
    NOT_IMPLEMENTED = (501, "REC_NOT_IMPLEMENTED")
    SERVICE_UNAVAILABLE = (503, "REC_SERVICE_UNAVAILABLE")
    CREATED = (200, "RESOURCE_CREATED")
    UPDATED = (200, "RESOURCE_UPDATED")

    @property
    def status(self) -> int:
        return self.value[0]

    @property
    def code(self) -> str:
        return self.value[1]


@dataclass(frozen=True)
class Issue:
    """One thing to say about a message.

    `code` is of FHIR R4 ValueSet issue-type; `expression` says where, in FHIRPath (`http.` and the name
    for a header). `diagnostics` names elements and rules, never what a sender wrote in them.
    """

    code: str
    diagnostics: str
    expression: str | None = None
    answer: Answer = Answer.BAD_REQUEST
    severity: str = "error"


class MessageRefused(DomainError):
    """A message can not be taken. `issues` lists all its faults (the first hundred); `status` is HTTP's.

    Where the faults ask for different statuses, a bad request outweighs the others: what can't be read
    can't be judged unsupported.
    """

    code = "message-refused"

    def __init__(self, issues: Iterable[Issue]) -> None:
        every = list(issues)
        super().__init__("The message can not be taken.", faults=len(every))
        self.issues = every[:MAX_ISSUES]
        answers = {issue.answer for issue in every}
        self.status = min(answers, key=lambda answer: answer.status).status
