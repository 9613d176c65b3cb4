"""A report: every figure of a period, computed from rows and nothing else.

The same rows in any order give the same report. Rows are as the log has them now: the flow follows
referrals received in the period to where they are, even where that is after the period.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, TypeVar

from movewell.kernel import DomainError

from reporting.figures import attendance, flow, rates, waits
from reporting.figures.attendance import Attendance
from reporting.figures.facts import Facts, day_number, facts_of
from reporting.figures.flow import Flow
from reporting.figures.protection import Structure, as_shown
from reporting.figures.rates import Outcomes
from reporting.figures.rows import Period, Row, within
from reporting.figures.sums import Whole
from reporting.figures.waits import Waits


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


G = TypeVar("G", bound=Hashable)
Tally = Counter[tuple[str, Any]]
"""How many referrals (or bookings) each figure counts where: kind of figure and place in it → number."""

_RESTS = "rests "
_WAITS = {"finished": rates.size_of("finished"), "started": "waits of started"}
_WAITS_PARTS = [waits.structure_of(group, total) for group, total in _WAITS.items()]
_OUTCOMES_PARTS = [rates.structure_of(group) for group in ("finished", "ended")]
_NAMES = [name.split(", ", 1)[1] for name in rates.cells_of("ended", rates.tallied({}))]
_ENDED_UNFINISHED = tuple(
    Whole(f"outcomes of ended, {name}", (f"outcomes of finished, {name}", f"{_RESTS}outcomes of ended, {name}"))
    for name in _NAMES
)
STRUCTURE = Structure(
    (
        *flow.WHOLES,
        *attendance.WHOLES,
        *(whole for part in (*_WAITS_PARTS, *_OUTCOMES_PARTS) for whole in part.wholes),
        *_ENDED_UNFINISHED,
        *_OUTCOMES_PARTS[1].prefixed(_RESTS),
    ),
    flow.KEEP | attendance.KEEP | {name for part in (*_WAITS_PARTS, *_OUTCOMES_PARTS) for name in part.keep},
    frozenset(name for part in _OUTCOMES_PARTS for name in part.unprinted)
    | {f"{_RESTS}outcomes of ended, {name}" for name in _NAMES},
    ((_RESTS, f"{_RESTS}{rates.size_of('ended')}"),),
)
"""All numbers of a report, and how they add up; those who finished are a part of those who ended."""


def tallied(
    referrals: Iterable[tuple[G, Facts]], bookings: Iterable[tuple[G, str | None, int]], period: Period
) -> dict[G, Tally]:
    """Count everything in one pass, for each group: referrals and bookings come with theirs.

    Flow: referrals received in the period. Waits: those that finished a course in it, and those whose
    first attended session was in it. Outcomes: those that finished in it, and those that ended in it, however, after
    at least one attended session. Attendance: bookings of sessions that started in the period, with how many are alike.
    """
    first, last = map(day_number, period)
    tallies: dict[G, Tally] = defaultdict(Counter)
    for group, facts in referrals:
        tally = tallies[group]
        for place in _counted(facts, first, last):
            tally[place] += 1
    for group, code, count in bookings:
        tallies[group]["bookings", code or None] += count
    return dict(tallies)


def _counted(facts: Facts, first: int, last: int) -> Iterator[tuple[str, Any]]:
    if facts.received is not None and first <= facts.received <= last:
        yield "flow", facts.came_to
    if facts.attended is not None and first <= facts.attended <= last:
        yield "waits of started", facts.waited
    if facts.ended is None or not first <= facts.ended <= last:
        return
    if facts.finished:
        yield "waits of finished", facts.waited
        yield "outcomes of finished", facts.came_out
    if facts.started:
        yield "outcomes of ended", facts.came_out


def cells_of(tally: Tally) -> dict[str, int]:
    """Every number of a report by its name."""
    of = _by_kind(tally)
    cells = flow.cells_of(of["flow"]) | attendance.cells_of(of["bookings"])
    for group, total in _WAITS.items():
        cells |= waits.cells_of(group, total, of[f"waits of {group}"])
    of_finished, of_ended = (
        rates.cells_of(each, rates.tallied(of[f"outcomes of {each}"])) for each in ("finished", "ended")
    )
    rests = (of_ended[f"outcomes of ended, {name}"] - of_finished[f"outcomes of finished, {name}"] for name in _NAMES)
    return {
        **cells,
        **of_finished,
        **of_ended,
        **{f"{_RESTS}outcomes of ended, {name}": count for name, count in zip(_NAMES, rests, strict=True)},
    }


def _by_kind(tally: Tally) -> dict[str, Counter[Any]]:
    found: dict[str, Counter[Any]] = defaultdict(Counter)
    for (kind, place), count in tally.items():
        found[kind][place] += count
    return found


def report_from(tally: Tally, shown: Mapping[str, int | None], period: Period, *, published: bool) -> Report:
    """The report of a tally in the numbers that may be shown."""
    of = _by_kind(tally)
    waited = {
        group: waits.waits_from(group, total, shown, of[f"waits of {group}"], published=published)
        for group, total in _WAITS.items()
    }
    return Report(
        first_day=period[0],
        last_day=period[1],
        published=published,
        flow=flow.flow_from(shown, published=published),
        waits_of_finished=waited["finished"],
        waits_of_started=waited["started"],
        attendance=attendance.attendance_from(shown, published=published),
        outcomes_of_finished=rates.outcomes_from("finished", shown, published=published),
        outcomes_of_started=rates.outcomes_from("ended", shown, published=published),
    )


def build_report(referrals: Iterable[Row], bookings: Iterable[Row], *, period: Period, published: bool) -> Report:
    """Compute every figure of `period` from one row per referral and one per booking. Raises `PeriodReversed`."""
    if period[1] < period[0]:
        raise PeriodReversed("The period ends before it begins")
    facts = ((None, facts_of(row)) for row in referrals)
    codes = ((None, booking.get("code"), 1) for booking in bookings if within(period, booking.get("starts_at")))
    tally = tallied(facts, codes, period).get(None, Counter())
    return report_from(tally, as_shown(cells_of(tally), STRUCTURE, published=published), period, published=published)
