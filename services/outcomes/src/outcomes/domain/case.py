"""A case: the scores of one referral over time, and the outcome that a clinician reviews."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from movewell.contracts.outcomes import OutcomeReviewed
from movewell.contracts.types import Measure
from movewell.kernel import Aggregate, DomainError

from outcomes.domain.change import Outcome, Pair, outcome

_CONTACTS_OF_A_COURSE = 2


class NothingScored(DomainError):
    """There is no score to review."""

    code = "nothing-scored"


@dataclass
class Scored:
    """One total."""

    measure: Measure
    score: int
    scored_at: datetime


@dataclass(kw_only=True)
class Case(Aggregate):
    """`id` is the referral's. `attended` counts attended sessions; `reviewed` is what was last reviewed."""

    person_id: str | None = None
    ended: bool = False
    attended: int = 0
    scores: list[Scored] = field(default_factory=list)
    reviewed: list[int | None] | None = None
    reviewed_by: str | None = None
    reviewed_at: datetime | None = None

    def pair(self, measure: Measure) -> Pair:
        """First and last score of a measure."""
        return Pair.of([(each.scored_at, each.score) for each in self.scores if each.measure is measure])

    def outcome(self) -> Outcome:
        """As of now. A course is finished with two attended contacts (NHS England, CompletedTreatment_Flag)."""
        return outcome(
            phq9=self.pair(Measure.PHQ9),
            anxiety=self.pair(Measure.GAD7),
            finished=self.attended >= _CONTACTS_OF_A_COURSE,
        )

    @property
    def is_reviewed(self) -> bool:
        """A clinician has looked at the scores as they are now."""
        return self.reviewed == _firsts_and_lasts(self.outcome())

    def review(self, now: datetime, by: str | None = None) -> Outcome:
        """A clinician has looked. The same scores again change nothing. Raises NothingScored."""
        if not self.scores:
            raise NothingScored("Nothing was scored yet.")
        result = self.outcome()
        if not self.is_reviewed:
            self.reviewed, self.reviewed_by, self.reviewed_at = _firsts_and_lasts(result), by, now
            self.record(
                OutcomeReviewed(
                    referral_id=self.id,
                    phq9_first=result.phq9.first,
                    phq9_last=result.phq9.last,
                    gad7_first=result.anxiety.first,
                    gad7_last=result.anxiety.last,
                    at_caseness=result.at_caseness,
                    recovered=result.recovered,
                    reliably_improved=result.reliably_improved,
                    reliably_deteriorated=result.reliably_deteriorated,
                    reviewed_at=now,
                )
            )
        return result


def _firsts_and_lasts(result: Outcome) -> list[int | None]:
    return [result.phq9.first, result.phq9.last, result.anxiety.first, result.anxiety.last]
