"""Where somebody's course stands and how their scores have moved, for themselves. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any

from movewell.contracts.types import Measure

from outcomes.domain.change import Pair
from outcomes.domain.measures import INSTRUMENTS

_HAPPENED = {
    "received_at": "received",
    "accepted_at": "accepted",
    "offered_at": "offered",
    "booked_at": "booked",
    "delivered_at": "delivered",
}


@dataclass(frozen=True)
class Visit:
    """A session of the course. `came` is attended, missed, cancelled, or empty while nothing was recorded."""

    ordinal: int
    starts_at: datetime
    came: str


@dataclass(frozen=True)
class Progress:
    """`stage` is received, accepted, waiting, offered, booked, between, delivered, or how the referral ended.

    `happened` is what and when, the first first. `to_come` and `past` are sessions in the order of their time.
    """

    stage: str
    happened: tuple[tuple[str, datetime], ...] = ()
    past: tuple[Visit, ...] = ()
    to_come: tuple[Visit, ...] = ()
    waiting_since: datetime | None = None
    offer_expires_at: datetime | None = None

    @property
    def attended(self) -> int:
        """Number of sessions they came to."""
        return sum(each.came == "attended" for each in self.past)


def progress(course: Mapping[str, Any], now: datetime) -> Progress:
    """A row of courses as of `now`; an empty row is a referral that nothing was heard of yet."""
    visits = _visits(course)
    to_come = tuple(each for each in visits if each.starts_at > now and not each.came)
    happened = [(what, when) for field, what in _HAPPENED.items() if (when := _moment(course, field))]
    ended, ended_at = course.get("ended"), _moment(course, "ended_at")
    if ended and ended_at:
        happened.append((ended, ended_at))
    offer_ends = _moment(course, "offer_expires_at")
    return Progress(
        stage=ended or _stage(course, bool(to_come), offer_ends is not None and offer_ends > now),
        happened=tuple(sorted(happened, key=lambda each: each[1])),
        past=tuple(each for each in visits if each not in to_come),
        to_come=to_come,
        waiting_since=_moment(course, "waiting_since"),
        offer_expires_at=offer_ends,
    )


def _stage(course: Mapping[str, Any], has_sessions: bool, has_offer: bool) -> str:
    stages = {
        "booked": has_sessions,
        "offered": has_offer,
        "delivered": course.get("delivered_at"),
        "waiting": course.get("waiting_since"),
        "between": course.get("bookings"),
        "accepted": course.get("accepted_at"),
    }
    return next((stage for stage, holds in stages.items() if holds), "received")


def _visits(course: Mapping[str, Any]) -> list[Visit]:
    known = [each for each in course.get("bookings", {}).values() if "starts_at" in each]
    made = [Visit(each["ordinal"], datetime.fromisoformat(each["starts_at"]), each["came"]) for each in known]
    return sorted(made, key=lambda each: (each.starts_at, each.ordinal))


def _moment(course: Mapping[str, Any], field: str) -> datetime | None:
    text = course.get(field)
    return datetime.fromisoformat(text) if text else None


class Move(Enum):
    """How the latest score stands to the first; better and worse only by the reliable change index or more."""

    FIRST = "first"
    BETTER = "better"
    SAME = "same"
    WORSE = "worse"


def move(measure: Measure, pair: Pair) -> Move:
    """For a measure with a first score."""
    if pair.rise is None:
        return Move.FIRST
    index = INSTRUMENTS[measure].reliable_change
    if pair.rise <= -index:
        return Move.BETTER
    return Move.WORSE if pair.rise >= index else Move.SAME
