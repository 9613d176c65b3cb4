"""A clinician reviews what the scores have come to."""

from __future__ import annotations

from movewell.store.unit import Unit

from outcomes.domain.case import Case
from outcomes.domain.change import Outcome


def review_outcome(unit: Unit, referral_id: str, by: str | None = None) -> Outcome:
    """Raises NotFound, NothingScored."""
    case = unit.get(Case, referral_id)
    result = case.review(unit.now, by)
    unit.save(case)
    return result
