"""Times for people: Europe/London, as the NHS service manual writes them."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")


def in_london(moment: datetime) -> str:
    """For instance: Monday 9 March 2026, 10am."""
    local = moment.astimezone(LONDON)
    return f"{local:%A} {long_date(local)}, {clock_time(local)}"


def long_date(day: date) -> str:
    """For instance: 9 March 2026."""
    return f"{day.day} {day:%B %Y}"


def london_date(moment: datetime) -> str:
    """The day of a moment in London, for instance: 9 March 2026."""
    return long_date(moment.astimezone(LONDON))


def short_date(moment: datetime) -> str:
    """The same where there is little room, for instance: 9 Mar."""
    local = moment.astimezone(LONDON)
    return f"{local.day} {local:%b}"


def duration(span: timedelta) -> str:
    """The two largest parts of it, for instance: 2 days 3 hours, 5 hours, less than a minute."""
    minutes = int(span.total_seconds()) // 60
    counts = {"day": minutes // 1440, "hour": minutes // 60 % 24, "minute": minutes % 60}
    said = [f"{count} {unit}{'' if count == 1 else 's'}" for unit, count in counts.items() if count]
    return " ".join(said[:2]) or "less than a minute"


def clock_time(moment: datetime) -> str:
    """For instance: 10am, 2:30pm, midday."""
    local = moment.astimezone(LONDON)
    if local.minute == 0 and local.hour in (0, 12):
        return "midday" if local.hour else "midnight"
    minutes = f":{local.minute:02}" if local.minute else ""
    return f"{local.hour % 12 or 12}{minutes}{'am' if local.hour < 12 else 'pm'}"
