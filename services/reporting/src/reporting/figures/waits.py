"""Waiting times from referral received to the first attended session, in days of Europe/London.

The national standard counts 42 days (6 weeks) and 126 days (18 weeks), both inclusive, without taking
out pauses (NHS England metadata M052-M055; domain 1.1).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from reporting.figures.protection import Structure, as_shown
from reporting.figures.rows import Row, days_waited
from reporting.figures.sums import Whole
from reporting.figures.suppression import SMALLEST_SHOWN, Share, share_of_shown

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
    """The waits of one group. A wait that is not known stays in the denominators. Quartiles in days, exact, or
    the band that they lie in ("15 to 28")."""

    referrals: int | None
    within_6_weeks: Share
    within_18_weeks: Share
    lower_quartile: str | None
    median: str | None
    upper_quartile: str | None
    bands: tuple[Band, ...]
    not_known: int | None


def structure_of(group: str, total: str) -> Structure:
    """How the numbers of a group's waits add up. `total` is the name of its size."""
    name = _named(group)
    bands = [name(f"{first} days") for first, _ in EDGES]
    wholes = (
        Whole(name("6 weeks"), tuple(bands[:3])),
        Whole(name("18 weeks"), (name("6 weeks"), *bands[3:9])),
        Whole(total, (name("18 weeks"), bands[9], name("not known"))),
    )
    return Structure(wholes, frozenset({total, name("6 weeks"), name("18 weeks")}))


def cells_of(group: str, total: str, waits: Mapping[int | None, int]) -> dict[str, int]:
    """Every number of a group's waits by its name, from how many waited how many days."""
    name = _named(group)
    counts = dict.fromkeys((first for first, _ in EDGES), 0)
    for days, count in waits.items():
        if days is not None:
            counts[_first_of(days)] += count
    cells = {name(f"{first} days"): count for first, count in counts.items()}
    return {
        **cells,
        total: sum(waits.values()),
        name("6 weeks"): sum(count for first, count in counts.items() if first <= SIX_WEEKS),
        name("18 weeks"): sum(count for first, count in counts.items() if first <= EIGHTEEN_WEEKS),
        name("not known"): waits.get(None, 0),
    }


def waits_from(
    group: str, total: str, shown: Mapping[str, int | None], waits: Mapping[int | None, int], *, published: bool
) -> Waits:
    """A group's waits in the numbers that may be shown. Quartiles come from the waits, or from what is shown."""
    name = _named(group)
    bands = tuple(Band(first, last, shown[name(f"{first} days")]) for first, last in EDGES)
    known = sorted(Counter({days: count for days, count in waits.items() if days is not None}).elements())
    lower, median, upper = (
        _published_quartile(bands, known, quarter) if published else _quartile(known, quarter) for quarter in (1, 2, 3)
    )
    return Waits(
        referrals=shown[total],
        within_6_weeks=share_of_shown(shown[name("6 weeks")], shown[total], published=published),
        within_18_weeks=share_of_shown(shown[name("18 weeks")], shown[total], published=published),
        lower_quartile=lower,
        median=median,
        upper_quartile=upper,
        bands=bands,
        not_known=shown[name("not known")],
    )


def waits_of(referrals: Iterable[Row], *, published: bool) -> Waits:
    """The waits of a group of referrals."""
    waits = Counter(days_waited(row) for row in referrals)
    cells = cells_of("group", "referrals", waits)
    shown = as_shown(cells, structure_of("group", "referrals"), published=published)
    return waits_from("group", "referrals", shown, waits, published=published)


def quantile(ordered: list[int], at: Fraction) -> Fraction:
    """The value at a fraction (0 to 1) of ordered numbers, interpolated linearly (Hyndman and Fan's 7)."""
    place = (len(ordered) - 1) * at
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (place - below) * (ordered[above] - ordered[below])


def _named(group: str) -> Callable[[str], str]:
    return lambda what: f"waits of {group}, {what}"


def _first_of(days: int) -> int:
    """The first day of the band that a wait lies in."""
    return EDGES[min(max(days - 1, 0) // 14, len(EDGES) - 1)][0]


def _quartile(known: list[int], quarter: int) -> str | None:
    """A quartile in days; quarters are exact in binary."""
    return f"{float(quantile(known, Fraction(quarter, 4))):g}" if known else None


def _published_quartile(bands: tuple[Band, ...], known: list[int], quarter: int) -> str | None:
    """The band that a quartile lies in, in words: only where the numbers shown say so themselves.

    A band that is not shown may hold 0 to 4. So a quartile tells nobody more than the bands do.
    """
    if not known:
        return None
    at, most = Fraction(quarter, 4), SMALLEST_SHOWN - 1
    counts = [band.count or 0 for band in bands]
    withheld = [band.count is None for band in bands]
    for place, band in enumerate(bands):
        before, through = sum(counts[:place]), sum(counts[: place + 1])
        least_after = sum(counts) + most * sum(withheld[place + 1 :])
        most_before = most * sum(withheld[:place])
        if through >= at * least_after and before + most_before < at * (sum(counts) + most_before):
            true = _first_of(int(quantile(known, at)))
            words = f"{band.first_day} or more" if band.last_day is None else f"{band.first_day} to {band.last_day}"
            return words if true == band.first_day else None
    return None
