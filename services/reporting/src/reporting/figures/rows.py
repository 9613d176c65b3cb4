"""What a referral's row says, read with one meaning by every figure.

Rows are plain mappings; a key is absent or None while its event hasn't come. Times are ISO-8601 strings
in UTC; a day is a day in Europe/London, and a period is its first and last day, both included.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

Row = Mapping[str, Any]
Period = tuple[date, date]

LONDON = ZoneInfo("Europe/London")


def london_day(moment: str | None) -> date | None:
    """The calendar day in London of an ISO-8601 time with offset, or None where there is no time."""
    return datetime.fromisoformat(moment).astimezone(LONDON).date() if moment else None


def within(period: Period, moment: str | None) -> bool:
    """Whether `moment` falls on a day of the period. A missing time falls in no period."""
    day = london_day(moment)
    return day is not None and period[0] <= day <= period[1]


def started(row: Row) -> bool:
    """At least one session attended ("entered treatment", NHS England metadata; domain 1.2)."""
    return bool(row.get("first_attended_at")) or (row.get("sessions_attended") or 0) >= 1


def finished(row: Row) -> bool:
    """Discharged with two or more attended sessions (CompletedTreatment_Flag, NHS England metadata)."""
    return row.get("ended") == "discharged" and (row.get("sessions_attended") or 0) >= 2


def days_waited(row: Row) -> int | None:
    """Days in London from referral received to the first attended session.

    None where either day is missing or they stand in the wrong order.
    """
    received, attended = london_day(row.get("received_at")), london_day(row.get("first_attended_at"))
    if received is None or attended is None or attended < received:
        return None
    return (attended - received).days
