"""How far referrals came, and where those who went no further are.

A referral counts at a stage once that stage, or any later one, has happened; so stages are nested, and
each stage is the next one plus those who left or stand there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from reporting.figures.protection import Structure, as_shown
from reporting.figures.rates import Change, change
from reporting.figures.rows import Row, finished, started
from reporting.figures.sums import Whole
from reporting.figures.suppression import Share, share_of_shown

STAGES: tuple[tuple[str, str, Callable[[Row], bool]], ...] = (
    ("received", "Received", lambda row: True),
    ("screened", "Screened", lambda row: bool(row.get("screened_at"))),
    ("cleared", "Cleared to exercise", lambda row: bool(row.get("cleared"))),
    ("accepted", "Accepted", lambda row: bool(row.get("accepted_at"))),
    ("offered", "Offered a place", lambda row: bool(row.get("offered_at"))),
    ("booked", "Booked", lambda row: bool(row.get("first_booked_at") or row.get("sessions_booked"))),
    ("attended", "Attended at least once", started),
    ("finished", "Finished a course", finished),
    ("improved", "Reliably improved", lambda row: finished(row) and change(row) is Change.IMPROVED),
)


class Whereabouts(StrEnum):
    """Where a referral is that has not finished a course. The first six are how it ended."""

    DECLINED = "declined"
    SIGNPOSTED = "signposted"
    CANCELLED = "cancelled"
    WITHDRAWN = "withdrawn"
    DISCHARGED = "discharged"
    ERASED = "erased"
    WAITING = "waiting"
    OPEN = "open"


_PLACE = {key: place for place, (key, _, _) in enumerate(STAGES)}

BEFORE_FINISHING: dict[str, str] = {
    Whereabouts.DECLINED.value: "Declined by the service",
    Whereabouts.SIGNPOSTED.value: "Signposted to a local activity",
    Whereabouts.CANCELLED.value: "Cancelled by the referrer",
    Whereabouts.WITHDRAWN.value: "Withdrawn by the patient",
    Whereabouts.DISCHARGED.value: "Discharged without finishing a course",
    Whereabouts.ERASED.value: "Erased at the person's request",
    Whereabouts.WAITING.value: "On the waiting list",
    Whereabouts.OPEN.value: "Still open",
}
AFTER_FINISHING: dict[str, str] = {
    Change.UNCHANGED.value: "No reliable change",
    Change.DETERIORATED.value: "Reliably deteriorated",
    Change.UNPAIRED.value: "First and last scores not complete",
}


@dataclass(frozen=True)
class Leaving:
    """Those who went no further than a stage, by where they are."""

    key: str
    label: str
    count: int | None


@dataclass(frozen=True)
class Stage:
    """Referrals that came this far. The first stage has no share of a previous one."""

    key: str
    label: str
    count: int | None
    of_previous: Share | None
    of_first: Share
    left: tuple[Leaving, ...]


@dataclass(frozen=True)
class Flow:
    """The stages in order, each with those who went no further."""

    stages: tuple[Stage, ...]

    def stage(self, key: str) -> Stage:
        """The stage with this key."""
        return self.stages[_PLACE[key]]


def furthest(row: Row) -> int:
    """The place in `STAGES` of the last stage that has happened."""
    return next(place for place in reversed(range(len(STAGES))) if STAGES[place][2](row))


def whereabouts(row: Row) -> str:
    """Where a referral is that went no further: its change once finished, otherwise a `Whereabouts`.

    Raises ValueError for an ending that the log does not know, so that no referral is lost silently.
    """
    place = furthest(row)
    if place == _PLACE["finished"]:
        return change(row).value
    if row.get("ended"):
        return Whereabouts(row["ended"]).value
    return (Whereabouts.WAITING if _waits(row, place) else Whereabouts.OPEN).value


def _waits(row: Row, place: int) -> bool:
    """On the waiting list, and not booked: before any offer, or again after one came to nothing."""
    since, offered = row.get("waiting_since"), row.get("offered_at")
    return bool(since) and place < _PLACE["booked"] and (not offered or since >= offered)


Ended = tuple[int, str]
"""Where a referral came to: the place in `STAGES`, and its whereabouts; "" after the last stage."""


def came_to(row: Row) -> Ended:
    """How far a referral came, and where it is."""
    place = furthest(row)
    return place, whereabouts(row) if place + 1 < len(STAGES) else ""


def cells_of(reached: Mapping[Ended, int]) -> dict[str, int]:
    """Every number of the flow by its name, from how many referrals came where."""
    stopped = [sum(count for (place, _), count in reached.items() if place >= first) for first in range(len(STAGES))]
    cells = {_stage_name(key): count for (key, _, _), count in zip(STAGES, stopped, strict=True)}
    for place, labels in enumerate(_LABELS):
        cells |= {_left_name(place, key): reached.get((place, key), 0) for key in labels}
    return cells


def _stage_name(key: str) -> str:
    return f"flow {key}"


def _left_name(place: int, key: str) -> str:
    return f"flow {STAGES[place][0]}, {key}"


_LABELS = tuple(
    AFTER_FINISHING if place == _PLACE["finished"] else BEFORE_FINISHING for place in range(len(STAGES) - 1)
)
KEEP = frozenset(_stage_name(key) for key, _, _ in STAGES)
WHOLES = tuple(
    Whole(
        _stage_name(STAGES[place][0]),
        (_stage_name(STAGES[place + 1][0]), *(_left_name(place, key) for key in labels)),
    )
    for place, labels in enumerate(_LABELS)
)


def flow_from(shown: Mapping[str, int | None], *, published: bool) -> Flow:
    """The flow in the numbers that may be shown."""
    return Flow(tuple(_stage(place, shown, published) for place in range(len(STAGES))))


def flow_of(referrals: Iterable[Row], *, published: bool) -> Flow:
    """The flow of a cohort of referrals (those received in a period)."""
    cells = cells_of(Counter(came_to(row) for row in referrals))
    return flow_from(as_shown(cells, Structure(WHOLES, KEEP), published=published), published=published)


def _stage(place: int, shown: Mapping[str, int | None], published: bool) -> Stage:
    key, label, _ = STAGES[place]
    counts = [shown[_stage_name(each)] for each, _, _ in STAGES]
    labels = _LABELS[place] if place < len(_LABELS) else {}
    return Stage(
        key=key,
        label=label,
        count=counts[place],
        of_previous=share_of_shown(counts[place], counts[place - 1], published=published) if place else None,
        of_first=share_of_shown(counts[place], counts[0], published=published),
        left=tuple(Leaving(each, words, shown[_left_name(place, each)]) for each, words in labels.items()),
    )
