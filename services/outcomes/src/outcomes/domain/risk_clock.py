"""Whether a risk item is in time: to be acknowledged by the end of its working day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from movewell.contracts.types import RiskTrigger

from outcomes.domain.risk_item import RiskItem
from outcomes.domain.working_days import due_at


@dataclass(frozen=True)
class RiskClock:
    """`waited` is from raising to acknowledging, or to now; `late_by` how much of that was after `due_at`."""

    due_at: datetime
    waited: timedelta
    late_by: timedelta

    @property
    def is_overdue(self) -> bool:
        """The target has passed, or had passed when it was acknowledged."""
        return self.late_by > timedelta()


def risk_clock(item: RiskItem, now: datetime) -> RiskClock | None:
    """The clock of an item; None if it was acknowledged before times were kept."""
    if item.acknowledged and item.acknowledged_at is None:
        return None
    stopped, due = item.acknowledged_at or now, due_at(item.raised_at)
    return RiskClock(due, stopped - item.raised_at, max(stopped - due, timedelta()))


def by_urgency(items: list[RiskItem]) -> list[RiskItem]:
    """Item 9 and serious adverse events before a change of scores, then the longest waiting first."""
    return sorted(items, key=lambda each: (each.trigger is RiskTrigger.RELIABLE_DETERIORATION, each.raised_at))
