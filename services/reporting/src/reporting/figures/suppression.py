"""Counts and shares, exact for those who run the service, and safe to publish for everybody else.

`published=False` gives exact numbers. `published=True` follows NHS England's rules for figures below
national level (NHSE-SQL, Talking Therapies dashboards): a count below 5 is withheld, any other is rounded
to the nearest 5; a percentage is withheld if its numerator or denominator is below 5, and is whole.
A number that is withheld is None.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import floor

SMALLEST_SHOWN = 5
ROUNDED_TO = 5


@dataclass(frozen=True)
class Share:
    """`numerator` of `denominator`, and the percentage as a decimal string, one place or whole.

    None is a withheld number; `percent` is also None where the denominator is 0.
    """

    numerator: int | None
    denominator: int | None
    percent: str | None


def shown_count(count: int, *, published: bool) -> int | None:
    """`count` as it may be shown."""
    if not published:
        return count
    if count < SMALLEST_SHOWN:
        return None
    return ROUNDED_TO * rounded(Fraction(count, ROUNDED_TO))


def shown_share(numerator: int, denominator: int, *, published: bool, withheld: bool = False) -> Share:
    """A share as it may be shown. The percentage is of the exact numbers, rounded half up.

    `withheld` hides the numerator and the percentage, for a part that `shown_parts` has hidden.
    """
    top = None if withheld else shown_count(numerator, published=published)
    bottom = shown_count(denominator, published=published)
    if top is None or bottom is None or denominator == 0:
        return Share(top, bottom, None)
    percentage = Fraction(100 * numerator, denominator)
    return Share(top, bottom, str(rounded(percentage)) if published else one_place(percentage))


def shown_parts(parts: Mapping[str, int], *, published: bool, keep: str | None = None) -> dict[str, int | None]:
    """The parts of one whole as they may be shown together.

    Where exactly one part would be withheld, the whole would give it away; the smallest other part is
    then withheld too (but never `keep`, the part that a figure is about). Domain 7, "secondary
    suppression".
    """
    shown = {name: shown_count(count, published=published) for name, count in parts.items()}
    if [*shown.values()].count(None) == 1:
        others = [name for name in parts if shown[name] is not None and name != keep]
        if others:
            shown[min(others, key=lambda name: parts[name])] = None
    return shown


def rounded(value: Fraction) -> int:
    """The nearest whole number, half up (values here are never negative)."""
    return floor(value + Fraction(1, 2))


def one_place(value: Fraction) -> str:
    """A decimal string with one place, rounded half up."""
    whole, tenth = divmod(rounded(value * 10), 10)
    return f"{whole}.{tenth}"
