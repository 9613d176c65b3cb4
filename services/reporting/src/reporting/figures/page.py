"""A report laid out for a page: key figures, charts and tables, every number already in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from movewell.web.charts import Chart, Table

from reporting.figures.charts.flow import flow_chart
from reporting.figures.charts.outcomes import outcomes_chart
from reporting.figures.charts.waits import waits_chart
from reporting.figures.definitions import DEFINITIONS, Definition
from reporting.figures.key_figures import KeyFigure, key_figures
from reporting.figures.report import Report
from reporting.figures.rows import Period
from reporting.figures.tables import (
    attendance_table,
    leaving_table,
    waits_table,
)

FINISHED = "finished a course"
STARTED = "all who started"
ENDED = "all who started and ended"


@dataclass(frozen=True)
class ReportPage:
    """What the template shows. `period` is words."""

    period: str
    published: bool
    key_figures: tuple[KeyFigure, ...]
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
        period=period_in_words((report.first_day, report.last_day)),
        published=report.published,
        key_figures=key_figures(report),
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


def period_in_words(period: Period) -> str:
    """As in "1 January 2026 to 31 March 2026"."""
    return f"{_day(period[0])} to {_day(period[1])}"


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
