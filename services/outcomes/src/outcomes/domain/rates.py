"""National outcome rates from counts: who is counted, and over whom.

NHS England metadata of the annual report 2024-25. Improvement, deterioration and no change are over
everybody who finished; recovery and reliable recovery are over those who finished less those not at
caseness at the start. People without a last score stay in both denominators.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from outcomes.domain.change import Outcome


@dataclass(frozen=True, kw_only=True)
class Counts:
    """Numbers of finished courses, and of those among them with each flag."""

    finished: int
    not_at_caseness: int
    recovered: int
    reliably_recovered: int
    reliably_improved: int
    reliably_deteriorated: int
    no_reliable_change: int


@dataclass(frozen=True)
class Rate:
    """A numerator over its denominator, both numbers of courses."""

    numerator: int
    denominator: int

    def percent(self, places: int = 1) -> Decimal | None:
        """The rate in per cent, halves rounded up to `places` decimals; None over nobody."""
        if self.denominator == 0:
            return None
        exact = Decimal(100 * self.numerator) / self.denominator
        return exact.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


@dataclass(frozen=True, kw_only=True)
class Rates:
    """The five national rates."""

    recovery: Rate
    reliable_recovery: Rate
    reliable_improvement: Rate
    reliable_deterioration: Rate
    no_reliable_change: Rate


def count(outcomes: Iterable[Outcome]) -> Counts:
    """Count finished courses; one that is not finished is outside every rate."""
    finished = [outcome for outcome in outcomes if outcome.finished]
    return Counts(
        finished=len(finished),
        not_at_caseness=sum(outcome.not_at_caseness for outcome in finished),
        recovered=sum(outcome.recovered for outcome in finished),
        reliably_recovered=sum(outcome.reliably_recovered for outcome in finished),
        reliably_improved=sum(outcome.reliably_improved for outcome in finished),
        reliably_deteriorated=sum(outcome.reliably_deteriorated for outcome in finished),
        no_reliable_change=sum(outcome.no_reliable_change for outcome in finished),
    )


def rates(counts: Counts) -> Rates:
    """Each count over its national denominator."""
    started_as_cases = counts.finished - counts.not_at_caseness
    return Rates(
        recovery=Rate(counts.recovered, started_as_cases),
        reliable_recovery=Rate(counts.reliably_recovered, started_as_cases),
        reliable_improvement=Rate(counts.reliably_improved, counts.finished),
        reliable_deterioration=Rate(counts.reliably_deteriorated, counts.finished),
        no_reliable_change=Rate(counts.no_reliable_change, counts.finished),
    )
