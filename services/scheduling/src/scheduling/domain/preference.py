"""When a patient can come: parts of the week, coded, by London's clocks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from itertools import product
from zoneinfo import ZoneInfo

from movewell.contracts.types import SessionFormat
from movewell.kernel import DomainError, Invalid

LONDON = ZoneInfo("Europe/London")
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class SameTimeAsked(DomainError):
    """The place that was offered is at a time that was asked for."""

    code = "same-time-asked"


class PartOfDay(str, Enum):
    """When a session starts: before midday, before 5pm, or later."""

    MORNING = "morning"
    AFTERNOON = "afternoon"
    EVENING = "evening"


_UNTIL = {PartOfDay.MORNING: 12, PartOfDay.AFTERNOON: 17, PartOfDay.EVENING: 24}
TIMES = tuple(f"{day}-{part.value}" for day, part in product(DAYS, PartOfDay))
"""Every part of the week, `monday-morning` to `sunday-evening`."""


def time_of(moment: datetime) -> str:
    """The part of the week that a session belongs to which starts then."""
    local = moment.astimezone(LONDON)
    part = next(part for part, hour in _UNTIL.items() if local.hour < hour)
    return f"{DAYS[local.weekday()]}-{part.value}"


@dataclass(frozen=True)
class Preference:
    """Parts of the week that suit, in the week's order; and another format than was planned, if one is wished for."""

    times: list[str] = field(default_factory=list)
    format: SessionFormat | None = None

    @classmethod
    def of(cls, times: Iterable[str], format: SessionFormat | None = None) -> Preference:
        """Raises Invalid unless at least one time is given and each is one of TIMES."""
        given = set(times)
        if not given:
            raise Invalid("Say which times suit.", [("/times", "Select at least one time.")])
        if given - set(TIMES):
            raise Invalid("Say which times suit.", [("/times", "There is no such time.")])
        return cls([each for each in TIMES if each in given], format)

    def suits(self, starts_at: datetime) -> bool:
        """Whether a session that starts then is at one of the times."""
        return time_of(starts_at) in self.times

    def require_other_than(self, starts_at: datetime, format: SessionFormat) -> None:
        """Raises SameTimeAsked where a place that starts then, in this format, is what is asked for."""
        if self.suits(starts_at) and self.format in (None, format):
            raise SameTimeAsked("The place that was offered is at one of these times.")
