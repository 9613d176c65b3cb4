"""How long somebody has waited for treatment, against the national standards.

75 % within 6 weeks and 95 % within 18 weeks of the referral's receipt to the first treatment contact: 42 and 126
days, both included, no pause taken out (NHS England metadata M052 to M055). Days are London's.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from referral.domain.london import london_day

SIX_WEEKS, EIGHTEEN_WEEKS = 42, 126


class Standing(str, Enum):
    """Which of the standards a wait is within."""

    WITHIN_6_WEEKS = "within_6_weeks"
    WITHIN_18_WEEKS = "within_18_weeks"
    OVER_18_WEEKS = "over_18_weeks"


class Until(str, Enum):
    """What the wait lasted until."""

    NOW = "now"
    TREATED = "treated"
    ENDED = "ended"


@dataclass(frozen=True)
class Wait:
    """Whole `days`; `left` of the standard that is next to be missed, below 0 once over 18 weeks."""

    days: int
    until: Until

    @property
    def standing(self) -> Standing:
        if self.days <= SIX_WEEKS:
            return Standing.WITHIN_6_WEEKS
        return Standing.WITHIN_18_WEEKS if self.days <= EIGHTEEN_WEEKS else Standing.OVER_18_WEEKS

    @property
    def left(self) -> int:
        return (SIX_WEEKS if self.days <= SIX_WEEKS else EIGHTEEN_WEEKS) - self.days


def wait_of(
    received_at: datetime, *, treated_at: datetime | None = None, ended_at: datetime | None = None, now: datetime
) -> Wait:
    """The wait until the first session attended; or the referral's ending, if it came first; or `now`."""
    if treated_at is not None:
        end, until = treated_at, Until.TREATED
    elif ended_at is not None:
        end, until = ended_at, Until.ENDED
    else:
        end, until = now, Until.NOW
    return Wait((london_day(end) - london_day(received_at)).days, until)
