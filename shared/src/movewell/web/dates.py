"""Dates and times for people, in London, as the NHS service manual writes them; and how long something took."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")


def in_london(moment: datetime) -> str:
    """Monday 9 March 2026, 10am."""
    local = moment.astimezone(LONDON)
    return f"{local:%A} {local.day} {local:%B %Y}, {_clock(local.hour, local.minute)}"


def day_in_london(moment: datetime) -> str:
    """9 March 2026."""
    local = moment.astimezone(LONDON)
    return f"{local.day} {local:%B %Y}"


def short_day(moment: datetime) -> str:
    """9 Mar, where there is little room."""
    local = moment.astimezone(LONDON)
    return f"{local.day} {local:%b}"


def duration(span: timedelta) -> str:
    """The two largest parts of it: "2 days 3 hours", "5 hours", "less than a minute"."""
    minutes = int(span.total_seconds()) // 60
    counts = {"day": minutes // 1440, "hour": minutes // 60 % 24, "minute": minutes % 60}
    said = [f"{count} {unit}{'' if count == 1 else 's'}" for unit, count in counts.items() if count]
    return " ".join(said[:2]) or "less than a minute"


def _clock(hour: int, minute: int) -> str:
    """10am, 10:30am, midday, midnight."""
    if minute == 0 and hour in (0, 12):
        return "midday" if hour else "midnight"
    minutes = f":{minute:02}" if minute else ""
    return f"{hour % 12 or 12}{minutes}{'am' if hour < 12 else 'pm'}"
