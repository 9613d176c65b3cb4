"""The day that it is in London: what a date means in a rule of the service."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

_LONDON = ZoneInfo("Europe/London")


def london_day(moment: datetime) -> date:
    """The date in London at an aware `moment`: in summer, the last hour of UTC's day is already the next day."""
    return moment.astimezone(_LONDON).date()
