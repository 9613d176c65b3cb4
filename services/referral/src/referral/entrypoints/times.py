"""Times and dates as staff read them, in London: Monday 9 March 2026, 10am."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

_LONDON = ZoneInfo("Europe/London")


def in_london(moment: datetime) -> str:
    """A moment, as the NHS service manual writes it."""
    local = moment.astimezone(_LONDON)
    return f"{local:%A} {written(local.date())}, {_clock(local.hour, local.minute)}"


def written(day: date) -> str:
    """A date: 9 March 2026."""
    return f"{day.day} {day:%B %Y}"


def _clock(hour: int, minute: int) -> str:
    if minute == 0 and hour in (0, 12):
        return "midday" if hour else "midnight"
    minutes = f":{minute:02}" if minute else ""
    return f"{hour % 12 or 12}{minutes}{'am' if hour < 12 else 'pm'}"
