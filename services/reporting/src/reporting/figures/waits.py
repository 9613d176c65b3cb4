"""Waiting times from referral received to the first attended session, in days of Europe/London.

The national standard counts 42 days (6 weeks) and 126 days (18 weeks), both inclusive, without taking
out pauses (NHS England metadata M052-M055; domain 1.1).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from reporting.figures.rows import Row, days_waited
from reporting.figures.suppression import (
    SMALLEST_SHOWN,
    Share,
    rounded,
    shown_count,
    shown_parts,
    shown_share,
)

SIX_WEEKS = 42
EIGHTEEN_WEEKS = 126
_LASTS = tuple(range(14, EIGHTEEN_WEEKS + 1, 14))
EDGES: tuple[tuple[int, int | None], ...] = (
    *zip((0, *(last + 1 for last in _LASTS)), _LASTS, strict=False),
    (EIGHTEEN_WEEKS + 1, None),
)


@dataclass(frozen=True)
class Band:
    """Referrals that waited `first_day` to `last_day` days, both included; None is without end."""

    first_day: int
    last_day: int | None
    count: int | None


@dataclass(frozen=True)
class Waits:
    """The waits of one group. A wait that is not known stays in the denominators. Quartiles in days."""

    referrals: int | None
    within_6_weeks: Share
    within_18_weeks: Share
    lower_quartile: str | None
    median: str | None
    upper_quartile: str | None
    bands: tuple[Band, ...]
    not_known: int | None


def waits_of(referrals: Iterable[Row], *, published: bool) -> Waits:
    """The waits of a group of referrals."""
    waits = [days_waited(row) for row in referrals]
    known = sorted(days for days in waits if days is not None)
    total = len(waits)
    bands, not_known = _bands(known, total - len(known), published)
    return Waits(
        referrals=shown_count(total, published=published),
        within_6_weeks=_at_most(SIX_WEEKS, known, total, published),
        within_18_weeks=_at_most(EIGHTEEN_WEEKS, known, total, published),
        lower_quartile=_quartile(known, 1, published),
        median=_quartile(known, 2, published),
        upper_quartile=_quartile(known, 3, published),
        bands=bands,
        not_known=not_known,
    )


def quantile(ordered: list[int], at: Fraction) -> Fraction:
    """The value at a fraction (0 to 1) of ordered numbers, interpolated linearly (Hyndman and Fan's 7)."""
    place = (len(ordered) - 1) * at
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (place - below) * (ordered[above] - ordered[below])


def _at_most(days: int, known: list[int], total: int, published: bool) -> Share:
    return shown_share(sum(wait <= days for wait in known), total, published=published)


def _quartile(known: list[int], quarter: int, published: bool) -> str | None:
    """A quartile in days. Published: whole, and only with at least 5 referrals on either side of it."""
    if not known:
        return None
    days = quantile(known, Fraction(quarter, 4))
    if not published:
        return f"{float(days):g}"  # quarters are exact in binary
    fewest_on_a_side = len(known) * min(quarter, 4 - quarter) // 4
    return str(rounded(days)) if fewest_on_a_side >= SMALLEST_SHOWN else None


def _bands(known: list[int], not_known: int, published: bool) -> tuple[tuple[Band, ...], int | None]:
    """The bands, and how many waits are not known.

    Each stretch between the marks of the standard is a whole of its own, because its total is shown.
    """
    parts = {str(first): sum(_lies(wait, first, last) for wait in known) for first, last in EDGES}
    parts["not known"] = not_known
    names = list(parts)
    shown: dict[str, int | None] = {}
    for stretch in (names[:3], names[3:9], names[9:]):
        shown |= shown_parts({name: parts[name] for name in stretch}, published=published)
    return tuple(Band(first, last, shown[str(first)]) for first, last in EDGES), shown["not known"]


def _lies(wait: int, first: int, last: int | None) -> bool:
    return first <= wait and (last is None or wait <= last)
