"""Which period a request asks for: any days for exact figures, whole quarters that are over for published ones.

Published numbers are rounded and small ones withheld, but a window that anyone may slide by a day gives them away
again: two periods that differ by a day differ by that day's people. A quarter that still runs is such a window too,
for it grows every day.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, timedelta

from movewell.kernel import Invalid

Period = tuple[date, date]
Faults = list[tuple[str, str]]
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_A_YEAR, _A_DAY = timedelta(days=365), timedelta(days=1)
_QUARTERS = 4
_LABELS = {"from": "First day", "to": "Last day"}


def exact_period(asked: Mapping[str, str], today: date) -> Period:
    """`from` and `to` of the query, both included; a year until today where they are absent. Raises Invalid."""
    return _period(asked, last=today, first_before=_a_year_before, faults_of=lambda first, last: [])


def published_period(asked: Mapping[str, str], today: date) -> Period:
    """As `exact_period`, in whole quarters: the last four that are over where nothing is asked. Raises Invalid."""
    over = quarter_begin(today) - _A_DAY

    def faults_of(first: date | None, last: date | None) -> Faults:
        faults = []
        if first is not None and first != quarter_begin(first):
            faults.append(("from", "Choose the first day of a quarter: 1 January, 1 April, 1 July or 1 October."))
        if last is not None and last != quarter_end(last):
            faults.append(("to", "Choose the last day of a quarter: 31 March, 30 June, 30 September or 31 December."))
        elif last is not None and last > over:
            faults.append(("to", "This quarter is not over yet."))
        return faults

    return _period(asked, last=over, first_before=_quarters_before, faults_of=faults_of)


def quarter_begin(day: date) -> date:
    """The first day of its calendar quarter."""
    return day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)


def quarter_end(day: date) -> date:
    """The last day of its calendar quarter."""
    begin = quarter_begin(day)
    return date(begin.year, begin.month + 2, 31 if begin.month in (1, 10) else 30)


def _quarters_before(last: date) -> date:
    begin = quarter_begin(last)
    for _ in range(_QUARTERS - 1):
        begin = quarter_begin(begin - _A_DAY) if begin > date.min else begin
    return begin


def _a_year_before(last: date) -> date:
    return last - _A_YEAR if last - date.min > _A_YEAR else date.min


def _period(
    asked: Mapping[str, str],
    *,
    last: date,
    first_before: Callable[[date], date],
    faults_of: Callable[[date | None, date | None], Faults],
) -> Period:
    read = {name: _day(text) for name in ("from", "to") if (text := asked.get(name))}
    faults = [(name, f"{_LABELS[name]} must be a real date.") for name, day in read.items() if day is None]
    faults += faults_of(read.get("from"), read.get("to"))
    to = read.get("to") or last
    period = read.get("from") or first_before(to), to
    if not faults and period[1] < period[0]:
        faults = [("from", "This is after the end of the period."), ("to", "This is before the period begins.")]
    if faults:
        raise Invalid("There is no report for this period.", faults)
    return period


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if _DATE.fullmatch(text) else None
    except ValueError:
        return None
