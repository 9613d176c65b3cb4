"""Make the id of a series, so that nobody types one."""

from __future__ import annotations

from datetime import datetime
from itertools import count

from movewell.store.unit import Unit

from scheduling.domain.session import Session

_LONGEST = 63


def name_series(unit: Unit, venue_id: str, first_starts_at: datetime) -> str:
    """For instance `monday-1000-village-hall`, with a number if there is such a series. The time is London's."""
    begins = f"{first_starts_at:%A-%H%M}".lower()
    for number in count(1):
        end = f"-{number}" if number > 1 else ""
        made = f"{begins}-{venue_id}"[: _LONGEST - len(end)] + end
        if not unit.find(Session, {"series_id": made}, limit=1):
            return made
    raise AssertionError("numbers do not end")
