"""A questionnaire: PHQ-9 and GAD-7, asked before one session."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

from movewell.contracts.outcomes import (
    MeasureScored,
    QuestionnaireAnswered,
    QuestionnaireClosed,
    QuestionnaireOpened,
)
from movewell.contracts.types import Actor, CloseReason, Measure
from movewell.kernel import Aggregate, DomainError, Invalid

from outcomes.domain.measures import INSTRUMENTS, at_caseness, score

OPTIONS: Mapping[str, tuple[int, ...]] = {
    item.id: tuple(option.value for option in each.options) for each in INSTRUMENTS.values() for item in each.items
}
"""Every item of the questionnaire in the order of asking, and what it can be answered by."""

_IDENTIFIER = re.compile(r"[A-Za-z0-9_]{1,32}")


class QuestionnaireNotOpen(DomainError):
    """The questionnaire is not open yet, or was closed."""

    code = "questionnaire-not-open"


class AlreadyAnswered(DomainError):
    """The questionnaire was answered otherwise before."""

    code = "already-answered"


class Layout(str, Enum):
    """How a patient wants to see the questions."""

    ONE = "one"
    ALL = "all"


class QuestionnaireStatus(str, Enum):
    """Where a questionnaire stands."""

    PLANNED = "planned"
    OPEN = "open"
    ANSWERED = "answered"
    CLOSED = "closed"


@dataclass(kw_only=True)
class Questionnaire(Aggregate):
    """`answers` maps item to 0–3; emptied when the person is erased. `by` says in what capacity they were given,
    `taken_by` which member of staff took them on the phone.

    `draft` are answers that were given but not sent: nobody but who gives them sees them, and they go when the
    questionnaire is answered or closed. `layout` is None until somebody chose one. `item9_raised` says that item 9
    has raised its risk, so that it raises no other. `opened_for` is when the session was to start as the patient was
    asked; it may have moved since, and `due_at` with it.
    """

    referral_id: str
    person_id: str
    booking_id: str
    ordinal: int
    due_at: datetime
    status: QuestionnaireStatus = QuestionnaireStatus.PLANNED
    answers: dict[str, int] = field(default_factory=dict)
    item9_raised: bool = False
    opened_for: datetime | None = None
    draft: dict[str, int] = field(default_factory=dict)
    layout: Layout | None = None
    by: Actor | None = None
    taken_by: str | None = None
    answered_at: datetime | None = None

    @property
    def is_pending(self) -> bool:
        """It can still be answered, now or later."""
        return self.status in (QuestionnaireStatus.PLANNED, QuestionnaireStatus.OPEN)

    @property
    def asked_for(self) -> datetime:
        """The session's start that the patient's link was made for."""
        return self.opened_for or self.due_at

    def open(self, now: datetime) -> None:
        """The patient is asked; nothing happens unless it was planned."""
        if self.status is not QuestionnaireStatus.PLANNED:
            return
        self.status, self.opened_for = QuestionnaireStatus.OPEN, self.due_at
        self.record(
            QuestionnaireOpened(
                referral_id=self.referral_id,
                person_id=self.person_id,
                questionnaire_id=self.id,
                booking_id=self.booking_id,
                ordinal=self.ordinal,
                opened_at=now,
                due_at=self.due_at,
            )
        )

    def choose(self, layout: Layout) -> None:
        """How the questions are shown from now on. Raises AlreadyAnswered, QuestionnaireNotOpen."""
        self._require_open()
        self.layout = layout

    def keep(self, answers: Mapping[str, int]) -> None:
        """Keep answers that are not sent yet; an item that was answered before is answered anew.

        Raises AlreadyAnswered, QuestionnaireNotOpen, Invalid for what is no answer to these questions.
        """
        self._require_open()
        if any(type(value) is not int or value not in OPTIONS.get(item, ()) for item, value in answers.items()):
            raise Invalid("These are no answers to these questions.")
        self.draft.update(answers)

    def _require_open(self) -> None:
        if self.status is QuestionnaireStatus.ANSWERED:
            raise AlreadyAnswered("This questionnaire was answered before.")
        if self.status is not QuestionnaireStatus.OPEN:
            raise QuestionnaireNotOpen("This questionnaire is not open.")

    def answer(self, answers: Mapping[str, int], by: Actor, now: datetime) -> dict[Measure, int]:
        """Totals by measure. Raises QuestionnaireNotOpen, AlreadyAnswered, Invalid with every fault."""
        if self.status is QuestionnaireStatus.ANSWERED and dict(answers) == self.answers:
            return {}
        self._require_open()
        totals = _totals(answers)
        self.status, self.answers, self.draft = QuestionnaireStatus.ANSWERED, dict(answers), {}
        self.by, self.answered_at = by, now
        self.record(
            QuestionnaireAnswered(referral_id=self.referral_id, questionnaire_id=self.id, by=by, answered_at=now)
        )
        for measure, total in totals.items():
            self.record(
                MeasureScored(
                    referral_id=self.referral_id,
                    questionnaire_id=self.id,
                    measure=measure,
                    score=total,
                    at_caseness=at_caseness(measure, total),
                    scored_at=now,
                )
            )
        return totals

    def close(self, reason: CloseReason, now: datetime) -> None:
        """It can no longer be answered; nothing happens if it was answered or closed before."""
        if not self.is_pending:
            return
        was_open = self.status is QuestionnaireStatus.OPEN
        self.status, self.draft = QuestionnaireStatus.CLOSED, {}
        if was_open:
            self.record(
                QuestionnaireClosed(
                    referral_id=self.referral_id, questionnaire_id=self.id, reason=reason, closed_at=now
                )
            )

    def again(self, id: str, due_at: datetime) -> Questionnaire:
        """Another questionnaire for the same booking, planned; it has none of the answers."""
        return Questionnaire(
            id=id,
            tenant=self.tenant,
            referral_id=self.referral_id,
            person_id=self.person_id,
            booking_id=self.booking_id,
            ordinal=self.ordinal,
            due_at=due_at,
        )

    def forget_answers(self) -> None:
        """The person is erased; totals on the log stay, single answers go."""
        self.answers, self.draft = {}, {}


def _place(name: str) -> str:
    """Names that are no identifiers are the sender's own words, so they are not repeated."""
    return f"/{name}" if _IDENTIFIER.fullmatch(name) else ""


def _totals(answers: Mapping[str, int]) -> dict[Measure, int]:
    """Each measure's total. Raises one Invalid with the faults of all measures."""
    faults: list[tuple[str, str]] = []
    totals: dict[Measure, int] = {}
    faults += [
        (_place(name), "This is not a question of this questionnaire.") for name in answers if name not in OPTIONS
    ]
    for measure, instrument in INSTRUMENTS.items():
        mine = {item.id for item in instrument.items}
        try:
            totals[measure] = score(measure, {name: each for name, each in answers.items() if name in mine})
        except Invalid as invalid:
            faults += invalid.faults
    if faults:
        raise Invalid("The answers are not complete.", faults)
    return totals
