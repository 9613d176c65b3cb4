"""A page of the worklist: the open referrals that somebody asks for, in their order, by an index of the view."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from typing import Any

from movewell.kernel import Invalid
from movewell.projections import generation_of, rows_of
from movewell.store.port import Between, Document
from movewell.store.unit import Unit

from referral.domain.london import london_day
from referral.domain.person import Person
from referral.domain.referral import Referral
from referral.projections.stages import Stage
from referral.projections.worklist_rows import WORKLIST

PAGE = 25
EXPIRING_DAYS = 28
_MOST_COUNTED = 1_000


class Show(str, Enum):
    """Which open referrals."""

    ALL = "all"
    FLAGGED = "flagged"
    NO_SCREENING = "no-screening"
    NO_DECISION = "no-decision"
    NO_CONTACT = "no-contact"
    CLEARANCE = "clearance"
    ACCEPTED = "accepted"
    WAITING = "waiting"
    OFFERED = "offered"
    BOOKED = "booked"
    DELIVERED = "delivered"


class Sort(str, Enum):
    """In which order; both put the longest wait first among equals."""

    FLAGS = "flags"
    WAIT = "wait"


_STAGES = {
    Show.NO_SCREENING: Stage.RECEIVED,
    Show.NO_DECISION: Stage.SCREENED,
    **{
        Show(each.value): each for each in (Stage.ACCEPTED, Stage.WAITING, Stage.OFFERED, Stage.BOOKED, Stage.DELIVERED)
    },
}


@dataclass(frozen=True)
class Line:
    """One referral of the list: what all services have said, and the referral and its person as they are now."""

    row: Document
    referral: Referral
    person: Person


@dataclass(frozen=True)
class WorklistPage:
    """`total` is counted up to a thousand. `next` and `previous` are where the pages beside this one begin."""

    lines: list[Line]
    total: int
    next: list[str] | None
    previous: list[str] | None

    @property
    def is_counted_out(self) -> bool:
        return self.total < _MOST_COUNTED


def read_worklist(
    unit: Unit, show: Show, sort: Sort, *, after: Sequence[str] | None = None, before: Sequence[str] | None = None
) -> WorklistPage:
    """The page after, or before, a place: the order's value and the id of the line there. Raises Invalid.

    Where clearances end soon, these come in the order of their ends, whatever `sort` says.
    """
    name = rows_of(WORKLIST.collection, generation_of(unit.tx)).name
    where, order = _asked(unit, show, sort)
    place, backwards = (before, True) if before is not None else (after, False)
    if place is not None and (len(place) != 2 or not all(isinstance(each, str) for each in place)):
        raise Invalid("There is no such page of the worklist.")
    found = unit.tx.find(name, where, order=(order,), descending=backwards, limit=PAGE + 1, after=place)
    rows, more = found[:PAGE], len(found) > PAGE
    if backwards:
        rows.reverse()
    ends = [[str(each[order]), each["id"]] for each in (rows[:1] + rows[-1:])]
    return WorklistPage(
        lines=_lines(unit, rows),
        total=unit.tx.count(name, where, cap=_MOST_COUNTED),
        next=ends[-1] if rows and (more or backwards) else None,
        previous=ends[0] if rows and (more if backwards else after is not None) else None,
    )


def _asked(unit: Unit, show: Show, sort: Sort) -> tuple[dict[str, Any], str]:
    order = f"by_{'flag' if sort is Sort.FLAGS else 'wait'}"
    asked: dict[str, Any] = {"open": True}
    if show in _STAGES:
        asked["stage"] = _STAGES[show].value
    elif show is Show.NO_CONTACT:
        asked["lacks_contact"] = True
    elif show is Show.FLAGGED:
        asked["flagged"], order = True, "by_wait"
    elif show is Show.CLEARANCE:
        last = london_day(unit.now) + timedelta(days=EXPIRING_DAYS)
        asked["cleared_until"], order = Between(at_least="", at_most=last.isoformat()), "cleared_until"
    return asked, order


def lines_of(unit: Unit, ids: Sequence[str]) -> list[Line]:
    """The lines of these referrals, whatever their state. One that the view has not heard of yet has an empty row."""
    name = rows_of(WORKLIST.collection, generation_of(unit.tx)).name
    rows = unit.tx.get_many(name, ids)
    return _lines(unit, [rows.get(id, {"id": id}) for id in ids])


def _lines(unit: Unit, rows: Sequence[Document]) -> list[Line]:
    """Two reads for all of them."""
    referrals = unit.get_many(Referral, [row["id"] for row in rows])
    people = unit.get_many(Person, [each.person_id for each in referrals.values()])
    return [Line(row, referrals[row["id"]], people[referrals[row["id"]].person_id]) for row in rows]
