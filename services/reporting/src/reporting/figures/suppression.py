"""Counts and shares, exact for those who run the service, and safe to publish for everybody else.

What is published follows NHS England's rules for figures below national level (NHSE-SQL, Talking Therapies
dashboards): a count below 5 is withheld, any other is rounded to the nearest 5; a percentage is whole. Stricter
than there, it is of the rounded numbers, so that it says nothing that they do not say. What else must be withheld
so that these are not given away is in `protection.py`. A number that is withheld is None.
"""

from __future__ import annotations

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


def published_count(count: int) -> int | None:
    """`count` as it may be published by itself."""
    if count < SMALLEST_SHOWN:
        return None
    return (count + ROUNDED_TO // 2) // ROUNDED_TO * ROUNDED_TO


def possible(shown: int) -> tuple[int, int]:
    """The least and the greatest count that is published as `shown`."""
    return max(shown - ROUNDED_TO // 2, SMALLEST_SHOWN), shown + ROUNDED_TO // 2


def share_of_shown(numerator: int | None, denominator: int | None, *, published: bool) -> Share:
    """The share of two numbers as they are shown. The percentage is rounded half up."""
    if numerator is None or denominator is None or denominator == 0:
        return Share(numerator, denominator, None)
    percentage = Fraction(100 * numerator, denominator)
    return Share(numerator, denominator, str(rounded(percentage)) if published else one_place(percentage))


def rounded(value: Fraction) -> int:
    """The nearest whole number, half up (values here are never negative)."""
    return floor(value + Fraction(1, 2))


def one_place(value: Fraction) -> str:
    """A decimal string with one place, rounded half up."""
    whole, tenth = divmod(rounded(value * 10), 10)
    return f"{whole}.{tenth}"
