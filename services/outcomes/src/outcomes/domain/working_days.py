"""Working days of England and until when a risk item is to be acknowledged. Pure; times in Europe/London.

A working day is Monday to Friday without the bank holidays of England and Wales: those of the Banking and
Financial Dealings Act 1971 with Good Friday and Christmas Day, and their substitute days (gov.uk/bank-holidays).
Days that are proclaimed for one year only are not known here: then the clock runs, which is the safe side.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

_LONDON = ZoneInfo("Europe/London")
DAY_ENDS = time(17, 0)
_DAY = timedelta(days=1)
_SATURDAY = 5


def easter(year: int) -> date:
    """Easter Sunday, Gregorian (the algorithm of Meeus, Jones and Butcher)."""
    a, (b, c) = year % 19, divmod(year, 100)
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    m = (32 + 2 * e + 2 * i - h - k) % 7
    month, day = divmod(h + m - 7 * ((a + 11 * h + 22 * m) // 451) + 114, 31)
    return date(year, month, day + 1)


@cache
def bank_holidays(year: int) -> frozenset[date]:
    """Those of England and Wales that come every year, on the days when they are kept."""
    sunday = easter(year)
    mondays = (_monday_from(date(year, 5, 1)), _monday_from(date(year, 5, 25)), _monday_from(date(year, 8, 25)))
    kept = {sunday - 2 * _DAY, sunday + _DAY, *mondays}
    for day in (date(year, 1, 1), date(year, 12, 25), date(year, 12, 26)):
        kept.add(_substitute(day, kept))
    return frozenset(kept)


def _monday_from(first: date) -> date:
    """The first Monday from a day on; from the 25th it is the last of a month of 31 days."""
    return first + timedelta(days=-first.weekday() % 7)


def _substitute(day: date, taken: set[date]) -> date:
    """The next working day that is not itself a substitute, where the holiday is on a weekend."""
    while day.weekday() >= _SATURDAY or day in taken:
        day += _DAY
    return day


def is_working_day(day: date) -> bool:
    """Monday to Friday, no bank holiday."""
    return day.weekday() < _SATURDAY and day not in bank_holidays(day.year)


def due_at(raised_at: datetime) -> datetime:
    """The end (5pm) of the working day on which it was raised; of the next one, if that day was over or none.

    "The same working day" is Movewell's target, see docs/glossary.md (risk item).
    """
    local = raised_at.astimezone(_LONDON)
    first = local.date() if local.time() < DAY_ENDS else local.date() + _DAY
    day = next(each for each in _days_from(first) if is_working_day(each))
    return datetime.combine(day, DAY_ENDS, _LONDON).astimezone(UTC)


def _days_from(day: date) -> Iterator[date]:
    while True:
        yield day
        day += _DAY
