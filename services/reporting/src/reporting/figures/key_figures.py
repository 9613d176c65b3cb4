"""The figures at the top of the report, each with what it counts, of what, and whose definition it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from reporting.figures.definitions import METADATA, MOVEWELL
from reporting.figures.report import Report
from reporting.figures.tables import number, share_of


@dataclass(frozen=True)
class KeyFigure:
    """`key` is for addresses within the page; `words` is the figure. `denominator` is "" for a count."""

    key: str
    term: str
    words: str
    numerator: str
    denominator: str
    source: str


_FINISHED = "Referrals discharged in the period after two or more attended sessions"
_STANDARD = f"{METADATA}, measures M052 to M055"
_FIGURES: tuple[tuple[str, str, Callable[[Report], str], str, str, str], ...] = (
    (
        "received",
        "Referrals received",
        lambda report: number(report.flow.stage("received").count),
        "Referrals received in the period",
        "",
        MOVEWELL,
    ),
    (
        "started",
        "Referrals that started",
        lambda report: number(report.waits_of_started.referrals),
        "Referrals whose first attended session was in the period",
        "",
        f"{METADATA} (entered treatment)",
    ),
    (
        "finished",
        "Referrals that finished a course",
        lambda report: number(report.outcomes_of_finished.referrals),
        _FINISHED,
        "",
        f"{METADATA} (completed treatment)",
    ),
    (
        "six-weeks",
        "Finished, first session within 6 weeks",
        lambda report: share_of(report.waits_of_finished.within_6_weeks),
        "Of the denominator, those whose first attended session was 42 days or fewer after the referral was received",
        f"{_FINISHED}; those whose wait is not known too",
        _STANDARD,
    ),
    (
        "eighteen-weeks",
        "Finished, first session within 18 weeks",
        lambda report: share_of(report.waits_of_finished.within_18_weeks),
        "Of the denominator, those whose first attended session was 126 days or fewer after the referral was received",
        f"{_FINISHED}; those whose wait is not known too",
        _STANDARD,
    ),
    (
        "attendance",
        "Attendance",
        lambda report: share_of(report.attendance.attended),
        "Bookings attended (codes 5 and 6), of sessions that started in the period",
        "Bookings attended, not attended (codes 3 and 7) or cancelled by the patient (code 2)",
        f"Codes: NHS Data Model and Dictionary. Rate: {MOVEWELL}",
    ),
    (
        "improvement",
        "Reliable improvement",
        lambda report: share_of(report.outcomes_of_finished.reliable_improvement),
        "Of the denominator, those whose PHQ-9 fell by 6 or GAD-7 by 4, or more, and neither rose so far",
        f"{_FINISHED}; those without a last score too",
        METADATA,
    ),
    (
        "recovery",
        "Reliable recovery",
        lambda report: share_of(report.outcomes_of_finished.reliable_recovery),
        "Of the denominator, those at caseness at the start and below both cut-offs at the end who improved reliably",
        f"{_FINISHED}, less those not at caseness at the start",
        METADATA,
    ),
)


def key_figures(report: Report) -> tuple[KeyFigure, ...]:
    """Of this report."""
    return tuple(
        KeyFigure(key, term, words(report), numerator, denominator, source)
        for key, term, words, numerator, denominator, source in _FIGURES
    )
