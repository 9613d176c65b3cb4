"""A report laid out for a page: key figures, charts and tables, every number already in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from reporting.figures.charts.drawing import Chart
from reporting.figures.charts.flow import flow_chart
from reporting.figures.charts.outcomes import outcomes_chart
from reporting.figures.charts.waits import waits_chart
from reporting.figures.definitions import DEFINITIONS, Definition
from reporting.figures.report import Report
from reporting.figures.tables import (
    Table,
    attendance_table,
    leaving_table,
    number,
    share_of,
    waits_table,
)

FINISHED = "finished a course"
STARTED = "all who started"
ENDED = "all who started and ended"


@dataclass(frozen=True)
class ReportPage:
    """What the template shows. `period` and `key_figures` are words."""

    period: str
    published: bool
    key_figures: tuple[tuple[str, str], ...]
    flow: Chart
    leaving: Table
    waits: Table
    waits_charts: tuple[Chart, ...]
    attendance: Table
    outcomes_charts: tuple[Chart, ...]
    definitions: dict[str, tuple[Definition, ...]]


def laid_out(report: Report) -> ReportPage:
    """Lay a report out. The same report gives the same page."""
    waits = {FINISHED: report.waits_of_finished, STARTED: report.waits_of_started}
    outcomes = {FINISHED: report.outcomes_of_finished, ENDED: report.outcomes_of_started}
    ids = ("finished", "started")
    return ReportPage(
        period=f"{_day(report.first_day)} to {_day(report.last_day)}",
        published=report.published,
        key_figures=_key_figures(report),
        flow=flow_chart(report.flow, name="flow"),
        leaving=leaving_table(report.flow),
        waits=waits_table(waits),
        waits_charts=tuple(
            waits_chart(figures, group, name=f"waits-{suffix}")
            for suffix, (group, figures) in zip(ids, waits.items(), strict=True)
        ),
        attendance=attendance_table(report.attendance),
        outcomes_charts=tuple(
            outcomes_chart(figures, group, name=f"outcomes-{suffix}")
            for suffix, (group, figures) in zip(ids, outcomes.items(), strict=True)
        ),
        definitions=DEFINITIONS,
    )


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def _key_figures(report: Report) -> tuple[tuple[str, str], ...]:
    return (
        ("Referrals received", number(report.flow.stage("received").count)),
        ("Referrals that started", number(report.waits_of_started.referrals)),
        ("Referrals that finished a course", number(report.outcomes_of_finished.referrals)),
        ("Finished, first session within 6 weeks", share_of(report.waits_of_finished.within_6_weeks)),
        ("Finished, first session within 18 weeks", share_of(report.waits_of_finished.within_18_weeks)),
        ("Attendance", share_of(report.attendance.attended)),
        ("Reliable improvement", share_of(report.outcomes_of_finished.reliable_improvement)),
        ("Reliable recovery", share_of(report.outcomes_of_finished.reliable_recovery)),
    )
