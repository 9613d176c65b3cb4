"""What changed between a patient's first and last scores, by the national definitions.

NHS Talking Therapies: NHS England metadata of the annual report 2024-25 (caseness, recovery, reliable
improvement, reliable recovery) and the pairing test M201. Reliable deterioration mirrors reliable
improvement. No score is imputed: who has no last score has neither recovered nor changed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from movewell.contracts.types import Measure
from movewell.kernel import Invalid

from outcomes.domain.measures import INSTRUMENTS, at_caseness


@dataclass(frozen=True)
class Pair:
    """The first and last scores of one measure, in points. `last` is None unless two occasions were scored.

    Raises `Invalid` for a last score without a first.
    """

    first: int | None = None
    last: int | None = None

    def __post_init__(self) -> None:
        if self.first is None and self.last is not None:
            raise Invalid("A last score needs a first score")

    @classmethod
    def of(cls, scores: Iterable[tuple[datetime, int]]) -> Pair:
        """The pair of (scored at, score) entries: the earliest score and the latest.

        Scores of the same moment are one occasion. The caller leaves out follow-ups after discharge,
        which are never a last score.
        """
        entries = sorted(scores, key=lambda entry: entry[0])
        if not entries:
            return cls()
        (first_at, first), (last_at, last) = entries[0], entries[-1]
        return cls(first, last if last_at > first_at else None)

    @property
    def rise(self) -> int | None:
        """Points gained from first to last, negative where the score fell; None unless paired."""
        return None if self.first is None or self.last is None else self.last - self.first


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What came of a course of treatment, as the national flags.

    `at_caseness` is None where the start can't be classified: no first score is a case and one is
    absent. `paired` means that both measures have a first and a last score; exactly then one of
    `reliably_improved`, `reliably_deteriorated` and `no_reliable_change` is true. These say how the
    patient is now and do not wait for the end; recovery is only of a finished course.
    """

    phq9: Pair
    anxiety: Pair
    finished: bool
    at_caseness: bool | None
    paired: bool
    recovered: bool
    reliably_improved: bool
    reliably_deteriorated: bool
    no_reliable_change: bool

    @property
    def reliably_recovered(self) -> bool:
        return self.recovered and self.reliably_improved

    @property
    def not_at_caseness(self) -> bool:
        """Both first scores are known and below their cut-offs."""
        return self.at_caseness is False

    @property
    def in_improvement_denominator(self) -> bool:
        """Everybody who finished, paired or not, ever a case or not."""
        return self.finished

    @property
    def in_recovery_denominator(self) -> bool:
        """Who finished and was not known to be below caseness at the start, paired or not."""
        return self.finished and not self.not_at_caseness


def outcome(*, phq9: Pair, anxiety: Pair, finished: bool, anxiety_measure: Measure = Measure.GAD7) -> Outcome:
    """The outcome of first and last scores of PHQ-9 and of the anxiety measure.

    `finished`: discharged after two or more treatment contacts (CompletedTreatment_Flag). Raises
    `Invalid` for a score outside its measure's range.
    """
    pairs = {Measure.PHQ9: phq9, anxiety_measure: anxiety}
    rose = any(reliably_rose(measure, pair) for measure, pair in pairs.items())
    fell = any(_reliably_fell(measure, pair) for measure, pair in pairs.items())
    paired = all(pair.last is not None for pair in pairs.values())
    case = _any_case({measure: pair.first for measure, pair in pairs.items()})
    case_at_last = _any_case({measure: pair.last for measure, pair in pairs.items()})
    return Outcome(
        phq9=phq9,
        anxiety=anxiety,
        finished=finished,
        at_caseness=case,
        paired=paired,
        recovered=finished and case is True and case_at_last is False,
        reliably_improved=paired and fell and not rose,
        reliably_deteriorated=paired and rose and not fell,
        no_reliable_change=paired and rose == fell,
    )


def reliably_rose(measure: Measure, pair: Pair) -> bool:
    """Whether the score rose by the reliable change index or more: the patient is worse."""
    return pair.rise is not None and pair.rise >= INSTRUMENTS[measure].reliable_change


def _reliably_fell(measure: Measure, pair: Pair) -> bool:
    return pair.rise is not None and -pair.rise >= INSTRUMENTS[measure].reliable_change


def _any_case(scores: dict[Measure, int | None]) -> bool | None:
    """True if any score is a case, False if all are known and none is, else None."""
    cases = [score is not None and at_caseness(measure, score) for measure, score in scores.items()]
    if any(cases):
        return True
    return None if None in scores.values() else False
