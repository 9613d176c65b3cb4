"""How far referrals came, and where those who went no further are.

A referral counts at a stage once that stage, or any later one, has happened; so stages are nested, and
each stage is the next one plus those who left or stand there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from reporting.figures.rates import Change, change
from reporting.figures.rows import Row, finished, started
from reporting.figures.suppression import Share, shown_count, shown_parts, shown_share

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
    return max(place for place, (_, _, happened) in enumerate(STAGES) if happened(row))


def whereabouts(row: Row) -> str:
    """Where a referral is that went no further: its change once finished, otherwise a `Whereabouts`.

    Raises ValueError for an ending that the log does not know, so that no referral is lost silently.
    """
    if furthest(row) == _PLACE["finished"]:
        return change(row).value
    if row.get("ended"):
        return Whereabouts(row["ended"]).value
    return (Whereabouts.WAITING if _waits(row) else Whereabouts.OPEN).value


def _waits(row: Row) -> bool:
    """On the waiting list, and not booked: before any offer, or again after one came to nothing."""
    since, offered = row.get("waiting_since"), row.get("offered_at")
    return bool(since) and furthest(row) < _PLACE["booked"] and (not offered or since >= offered)


def flow_of(referrals: Iterable[Row], *, published: bool) -> Flow:
    """The flow of a cohort of referrals (those received in a period)."""
    stopped: list[Counter[str]] = [Counter() for _ in STAGES]
    ends: Counter[int] = Counter()
    for row in referrals:
        place = furthest(row)
        ends[place] += 1
        if place + 1 < len(STAGES):
            stopped[place][whereabouts(row)] += 1
    counts = [sum(ends[place] for place in range(first, len(STAGES))) for first in range(len(STAGES))]
    return Flow(tuple(_stage(place, counts, stopped[place], published) for place in range(len(STAGES))))


def _stage(place: int, counts: list[int], stopped: Counter[str], published: bool) -> Stage:
    key, label, _ = STAGES[place]
    return Stage(
        key=key,
        label=label,
        count=shown_count(counts[place], published=published),
        of_previous=shown_share(counts[place], counts[place - 1], published=published) if place else None,
        of_first=shown_share(counts[place], counts[0], published=published),
        left=_left(place, counts, stopped, published),
    )


def _left(place: int, counts: list[int], stopped: Counter[str], published: bool) -> tuple[Leaving, ...]:
    if place + 1 == len(STAGES):
        return ()
    labels = AFTER_FINISHING if place == _PLACE["finished"] else BEFORE_FINISHING
    parts = {"next stage": counts[place + 1], **{key: stopped[key] for key in labels}}
    shown = shown_parts(parts, published=published, keep="next stage")
    return tuple(Leaving(key, label, shown[key]) for key, label in labels.items())
