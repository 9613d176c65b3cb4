"""All that figures need of a referral, in one short text beside its row.

A report is counted from these texts, which an index holds, so that no row is read for it. They are made from rows by
`facts_of` and nothing else. Whoever changes what a figure means changes them: the views are then to be rebuilt.
"""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

import msgspec

from reporting.figures.facets import Group, group_of
from reporting.figures.flow import Ended, came_to
from reporting.figures.rates import Outcome, came_out
from reporting.figures.rows import Row, days_waited, finished, london_day, started


class Facts(NamedTuple):
    """`received`, `attended` (first) and `ended` are days in London, counted from 1 January of year 1."""

    group: Group
    received: int | None
    attended: int | None
    ended: int | None
    came_to: Ended
    waited: int | None
    came_out: Outcome
    finished: bool
    started: bool


Booked = tuple[str | None, str | None, str | None]
"""All that figures need of a booking in the period: its referral's id, its site and its code."""


def facts_of(row: Row) -> Facts:
    """What figures need of a referral's row."""
    return Facts(
        group=group_of(row),
        received=_day(row.get("received_at")),
        attended=_day(row.get("first_attended_at")),
        ended=_day(row.get("ended_at")),
        came_to=came_to(row),
        waited=days_waited(row),
        came_out=came_out(row),
        finished=finished(row),
        started=started(row),
    )


def text_of(facts: Facts) -> str:
    """As it is kept in the row."""
    return _write(facts).decode()


def facts_in(text: str) -> Facts:
    """What `text_of` wrote. ValueError for anything else."""
    return _read(text)


def day_number(day: date) -> int:
    """The day as facts have it."""
    return day.toordinal()


def _day(moment: str | None) -> int | None:
    day = london_day(moment)
    return None if day is None else day_number(day)


_write = msgspec.json.Encoder().encode
_read = msgspec.json.Decoder(Facts).decode
