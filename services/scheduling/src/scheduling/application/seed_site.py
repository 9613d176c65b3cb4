"""Take a site's venues and weekly series from a file: all or none, and once however often it is taken."""

from __future__ import annotations

from dataclasses import dataclass

from movewell.kernel import DomainError, Invalid
from movewell.store.unit import Unit

from scheduling.application.describe_venue import Place, describe_venue
from scheduling.application.schedule_series import Series, schedule_series, sessions_as_planned
from scheduling.domain.session import Session


@dataclass(frozen=True)
class Seed:
    """The series of one tenant, and what patients are told of its venues."""

    tenant: str
    series: tuple[Series, ...]
    venues: tuple[Place, ...] = ()


@dataclass(frozen=True)
class Seeded:
    """How many series and sessions were added, how many series were there, and of how many venues more is known."""

    series: int
    sessions: int
    unchanged: int
    venues: int


def seed_site(unit: Unit, seed: Seed) -> Seeded:
    """Raises Invalid, with what stands against each series; the transaction then keeps nothing."""
    faults, added, unchanged = [], [], 0
    for number, series in enumerate(seed.series, start=1):
        try:
            if _is_there(unit, series):
                unchanged += 1
            else:
                added.append(len(schedule_series(unit, series)))
        except DomainError as refused:
            faults.append((f"series {number} ({series.series_id})", refused.detail))
    if faults:
        raise Invalid("Some series cannot be scheduled.", faults)
    venues = sum(describe_venue(unit, each) for each in seed.venues)
    return Seeded(len(added), sum(added), unchanged, venues)


def _is_there(unit: Unit, series: Series) -> bool:
    """Raises Invalid if sessions of this name are otherwise than the file has them, or would begin in the past."""
    kept = unit.find(Session, {"series_id": series.series_id}, limit=200)
    planned = sessions_as_planned(unit, series)
    if not kept and planned[0].starts_at <= unit.now:
        raise Invalid("Its first session is in the past.")
    if kept and sorted(map(_plan, kept)) != sorted(map(_plan, planned)):
        raise Invalid("A series of this name is scheduled already, and differs from this one.")
    return bool(kept)


def _plan(session: Session) -> tuple[object, ...]:
    return (
        session.starts_at,
        session.ends_at,
        session.venue_id,
        session.instructor_id,
        session.format.value,
        session.capacity,
    )
