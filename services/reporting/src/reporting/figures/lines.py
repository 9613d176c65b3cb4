"""The report as lines of one table, and as CSV that spreadsheets and programs read.

RFC 4180 in UTF-8 with a byte-order mark, by which Excel knows it. Every record has the same fields. Numbers are
plain numbers. What is withheld is "[c]" and what does not apply is empty, as the Government Analysis Function has it.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from reporting.figures.page import ENDED, FINISHED, STARTED, period_in_words
from reporting.figures.rates import Outcomes
from reporting.figures.report import Report
from reporting.figures.suppression import Share
from reporting.figures.tables import band_label
from reporting.figures.waits import Waits

WITHHELD = "[c]"
HEADERS = ("section", "group", "figure", "number", "of", "per cent", "text")
_BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


@dataclass(frozen=True)
class About:
    """Whose figures they are, by which filters (label and value in words), and the positions in the log."""

    scope: str
    chosen: tuple[tuple[str, str], ...]
    positions: Mapping[str, int]


class Line(NamedTuple):
    """A figure. None is a number that is withheld, "" one that does not apply; `per_cent` is a decimal string."""

    section: str
    group: str
    figure: str
    number: int | str | None = ""
    of: int | str | None = ""
    per_cent: str | None = ""
    text: str | None = ""


def as_csv(report: Report, about: About) -> bytes:
    """The report as CSV; the same figures and positions give the same bytes."""
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\r\n")
    writer.writerow(HEADERS)
    for line in lines_of(report, about):
        words = {name: _safe(getattr(line, name)) for name in ("section", "group", "figure", "text")}
        numbers = {name: _number(getattr(line, name)) for name in ("number", "of", "per_cent")}
        writer.writerow((words | numbers)[name.replace(" ", "_")] for name in HEADERS)
    return ("\ufeff" + written.getvalue()).encode()


def _number(value: int | str | None) -> str:
    return WITHHELD if value is None else str(value)


def _safe(words: str | None) -> str:
    """A text that no spreadsheet takes for a formula."""
    if words is None:
        return WITHHELD
    return f"'{words}" if words.lstrip(" \u00a0").startswith(_BEGINS_A_FORMULA) else words


def lines_of(report: Report, about: About) -> Iterator[Line]:
    """What the report is of, then every figure."""
    yield from _about(report, about)
    for stage in report.flow.stages:
        share = stage.of_first
        yield Line("Flow", "received in the period", stage.label, stage.count, share.denominator, share.percent)
    for stage in report.flow.stages:
        for leaving in stage.left:
            if leaving.count != 0:
                yield Line("Flow, went no further", stage.label, leaving.label, leaving.count)
    for group, waits in ((FINISHED, report.waits_of_finished), (STARTED, report.waits_of_started)):
        yield from _waits(group, waits)
    yield from _attendance(report)
    for group, outcomes in ((FINISHED, report.outcomes_of_finished), (ENDED, report.outcomes_of_started)):
        yield from _outcomes(group, outcomes)


def _about(report: Report, about: About) -> Iterator[Line]:
    kind = (
        f"Fit for publication: rounded to the nearest 5, small numbers not shown ({WITHHELD})"
        if report.published
        else "Exact numbers, for staff of the service only: do not publish"
    )
    told = {
        "Whose": about.scope,
        "Period": period_in_words((report.first_day, report.last_day)),
        "Figures": kind,
        **{f"Filter: {label}": words for label, words in about.chosen},
        **({} if about.chosen else {"Filters": "None: everybody is counted"}),
    }
    for figure, words in told.items():
        yield Line("About", "", figure, text=words)
    for topic, position in sorted(about.positions.items()):
        yield Line("About", "", f"Position in the log: {topic}", position)


def _share(section: str, group: str, figure: str, share: Share) -> Line:
    rate = "" if share.denominator == 0 else share.percent
    return Line(section, group, figure, share.numerator, share.denominator, rate)


def _waits(group: str, waits: Waits) -> Iterator[Line]:
    section = "Waiting times"
    yield Line(section, group, "Referrals", waits.referrals)
    yield _share(section, group, "Within 6 weeks (42 days)", waits.within_6_weeks)
    yield _share(section, group, "Within 18 weeks (126 days)", waits.within_18_weeks)
    quartiles = {"Lower quartile": waits.lower_quartile, "Median": waits.median, "Upper quartile": waits.upper_quartile}
    for figure, days in quartiles.items():
        yield Line(section, group, f"{figure}, days", text=days)
    for band in waits.bands:
        yield Line(section, group, f"Waited {band_label(band)}", band.count)
    yield Line(section, group, "Wait not known", waits.not_known)


def _attendance(report: Report) -> Iterator[Line]:
    section, figures = "Attendance", report.attendance
    yield Line(section, "", "All bookings", figures.bookings)
    yield _share(section, "", "Attended", figures.attended)
    yield _share(section, "", "Did not attend, or came too late to be seen", figures.did_not_attend)
    yield _share(section, "", "Cancelled by the patient", figures.cancelled_by_patient)
    yield Line(section, "", "Cancelled by the provider", figures.cancelled_by_provider)
    yield Line(section, "", "No attendance recorded", figures.not_recorded)


def _outcomes(group: str, outcomes: Outcomes) -> Iterator[Line]:
    section = "Outcomes"
    yield Line(section, group, "Referrals", outcomes.referrals)
    yield Line(section, group, "At caseness at the start", outcomes.at_caseness)
    yield Line(section, group, "Not at caseness at the start", outcomes.not_at_caseness)
    yield Line(section, group, "Start not known", outcomes.start_not_known)
    yield _share(section, group, "Reliable improvement", outcomes.reliable_improvement)
    yield _share(section, group, "No reliable change", outcomes.no_reliable_change)
    yield _share(section, group, "Reliable deterioration", outcomes.reliable_deterioration)
    yield _share(section, group, "First and last scores not complete", outcomes.not_paired)
    yield _share(section, group, "Recovery", outcomes.recovery)
    yield _share(section, group, "Reliable recovery", outcomes.reliable_recovery)
