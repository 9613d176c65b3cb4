"""Times for people: Europe/London, as the NHS service manual writes them."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")


def in_london(moment: datetime) -> str:
    """For instance: Monday 9 March 2026, 10am."""
    local = moment.astimezone(LONDON)
    return f"{local:%A} {long_date(local)}, {clock_time(local)}"


def long_date(day: date) -> str:
    """For instance: 9 March 2026."""
    return f"{day.day} {day:%B %Y}"


def clock_time(moment: datetime) -> str:
    """For instance: 10am, 2:30pm, midday."""
    local = moment.astimezone(LONDON)
    if local.minute == 0 and local.hour in (0, 12):
        return "midday" if local.hour else "midnight"
    minutes = f":{local.minute:02}" if local.minute else ""
    return f"{local.hour % 12 or 12}{minutes}{'am' if local.hour < 12 else 'pm'}"
