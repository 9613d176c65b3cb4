"""Find risk items by where they stand."""

from __future__ import annotations

from movewell.store.port import Between
from movewell.store.unit import Unit

from outcomes.domain.risk_clock import by_urgency
from outcomes.domain.risk_item import RiskItem

MOST = 200
"""Of open and of acknowledged items: more than any team has at a time; the oldest are shown."""


def open_risks(unit: Unit) -> list[RiskItem]:
    """Nobody has taken them on yet; the most urgent first."""
    where = {"acknowledged": False, "closed_at": None}
    return by_urgency(unit.find(RiskItem, where, order=("raised_at",), limit=MOST))


def acknowledged_risks(unit: Unit) -> list[RiskItem]:
    """Taken on and not closed; the most urgent first."""
    where = {"acknowledged": True, "closed_at": None}
    return by_urgency(unit.find(RiskItem, where, order=("raised_at",), limit=MOST))


def closed_risks(unit: Unit, limit: int, after: list[str] | None) -> list[RiskItem]:
    """The latest closed first; `after` is when the last one seen was closed, and its id."""
    where = {"acknowledged": True, "closed_at": Between(at_least="")}
    return unit.find(RiskItem, where, order=("closed_at",), descending=True, limit=limit, after=after)


def risks_of(unit: Unit, referral_id: str) -> list[RiskItem]:
    """Those of one referral, the latest first."""
    found = unit.find(RiskItem, {"referral_id": referral_id}, limit=MOST)
    return sorted(found, key=lambda each: each.raised_at, reverse=True)
