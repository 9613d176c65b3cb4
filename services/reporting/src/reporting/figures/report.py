"""A report: every figure of a period, computed from rows and nothing else.

The same rows in any order give the same report. Rows are as the log has them now: the flow follows
referrals received in the period to where they are, even where that is after the period.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from movewell.kernel import DomainError

from reporting.figures.attendance import Attendance, attendance_of
from reporting.figures.flow import Flow, flow_of
from reporting.figures.rates import Outcomes, outcomes_of
from reporting.figures.rows import Row, finished, started, within
from reporting.figures.waits import Waits, waits_of


class PeriodReversed(DomainError):
    """A period ends before it begins."""

    code = "period-reversed"


@dataclass(frozen=True)
class Report:
    """The figures of a period (`first_day` to `last_day`, both included, Europe/London).

    `published` tells whether numbers are rounded and small ones withheld (None), or exact.
    """

    first_day: date
    last_day: date
    published: bool
    flow: Flow
    waits_of_finished: Waits
    waits_of_started: Waits
    attendance: Attendance
    outcomes_of_finished: Outcomes
    outcomes_of_started: Outcomes

    def as_dict(self) -> dict[str, Any]:
        """The report as JSON takes it: days as ISO-8601, percentages and quartiles as decimal strings."""
        return asdict(self) | {
            "first_day": self.first_day.isoformat(),
            "last_day": self.last_day.isoformat(),
        }


def build_report(
    referrals: Iterable[Row], bookings: Iterable[Row], *, period: tuple[date, date], published: bool
) -> Report:
    """Compute every figure of `period` from one row per referral and one per booking.

    Flow: referrals received in the period. Waits: those that finished a course in it, and those whose
    first attended session was in it. Attendance: bookings of sessions that started in it. Outcomes: those
    that finished in it, and those that ended in it, however, after at least one attended session.
    Raises `PeriodReversed`.
    """
    if period[1] < period[0]:
        raise PeriodReversed("The period ends before it begins")
    rows = list(referrals)
    ended = [row for row in rows if within(period, row.get("ended_at"))]
    finishers = [row for row in ended if finished(row)]
    starters = [row for row in rows if within(period, row.get("first_attended_at"))]
    booked = (booking for booking in bookings if within(period, booking.get("starts_at")))
    received = (row for row in rows if within(period, row.get("received_at")))
    return Report(
        first_day=period[0],
        last_day=period[1],
        published=published,
        flow=flow_of(received, published=published),
        waits_of_finished=waits_of(finishers, published=published),
        waits_of_started=waits_of(starters, published=published),
        attendance=attendance_of(booked, published=published),
        outcomes_of_finished=outcomes_of(finishers, published=published),
        outcomes_of_started=outcomes_of((row for row in ended if started(row)), published=published),
    )
