"""What must be withheld besides small counts, so that nobody can work them out from what is shown.

The reader of a page is taken to know which numbers add up to which (`Whole`), and that each number shown is the
true one rounded. From this a range follows for every number that is not shown. It must not be narrower than the
rule itself leaves it: a count that is withheld for being small may be anything from 0 to 4. Where the range is
narrower, further numbers are withheld, the smallest first, until it is not ("secondary suppression", domain 7).

Numbers that stand on no page but follow from a difference are watched as well (`unprinted`): those not recovered,
or the others of a service beside those that a filter has chosen.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from reporting.figures.suppression import ROUNDED_TO, SMALLEST_SHOWN, possible, published_count

ANY = 10**9
"""More than there are people."""
_ROUNDS = 30
Range = tuple[int, int]


class Whole(NamedTuple):
    """A number that is the sum of others, by name."""

    total: str
    parts: tuple[str, ...]


@dataclass(frozen=True)
class Structure:
    """Which numbers add up; which are withheld last (`keep`); which are on no page (`unprinted`)."""

    wholes: tuple[Whole, ...]
    keep: frozenset[str] = frozenset()
    unprinted: frozenset[str] = frozenset()

    def prefixed(self, prefix: str) -> tuple[Whole, ...]:
        """The same wholes with other names."""
        return tuple(Whole(prefix + total, tuple(prefix + part for part in parts)) for total, parts in self.wholes)


def may_be_shown(
    counts: Mapping[str, int],
    structure: Structure,
    larger: Iterable[Mapping[str, int]] = (),
    withheld: Collection[str] = (),
) -> set[str]:
    """The names of `counts` that may be shown, rounded.

    `larger` are the counts of each group that this one is a part of and that is shown elsewhere. They are taken to be
    shown wherever they are not small, so it does not matter what else is withheld there. `withheld` names those that
    are not shown whatever their size.
    """
    shown = {name for name, count in counts.items() if count >= SMALLEST_SHOWN} - structure.unprinted - {*withheld}
    watched = _small(counts) | {*withheld}
    _withhold(shown, counts, structure.wholes, watched, structure.keep)
    for whole_group in larger:
        others = {name: whole_group[name] - count for name, count in counts.items()}
        if any(others.values()):  # else it is the same group
            numbers, wholes = _beside(counts, structure, whole_group, others)
            _withhold(shown, numbers, wholes, watched | {f"other {name}" for name in _small(others)}, structure.keep)
    return shown


def given_away(groups: Mapping[str, Mapping[str, int]], whole_group: Mapping[str, int], own: str) -> set[str]:
    """What the page of one group (`own`) must withhold because the pages of the others and of all together are shown.

    Every group has a page. Where a number is withheld on one of them only, the smallest of the others is withheld
    with it, and each page comes to the same choice by itself.
    """
    peopled = {value: counts for value, counts in groups.items() if any(counts.values())}
    found = set()
    for name, total in whole_group.items():
        counts = {f"= {value}": each[name] for value, each in peopled.items()}
        family = Structure((Whole("total", tuple(counts)),), frozenset({"total"}))
        is_told_apart = counts.get(f"= {own}", 0) >= SMALLEST_SHOWN > min(counts.values())
        if is_told_apart and f"= {own}" not in may_be_shown({"total": total, **counts}, family):
            found.add(name)
    return found


def as_shown(
    counts: Mapping[str, int],
    structure: Structure,
    larger: Iterable[Mapping[str, int]] = (),
    withheld: Collection[str] = (),
    *,
    published: bool,
) -> dict[str, int | None]:
    """Every number as it is shown: exact, or rounded and None where it is withheld."""
    if not published:
        return dict(counts)
    shown = may_be_shown(counts, structure, larger, withheld)
    return {name: published_count(count) if name in shown else None for name, count in counts.items()}


def _beside(
    counts: Mapping[str, int], structure: Structure, whole_group: Mapping[str, int], others: Mapping[str, int]
) -> tuple[dict[str, int], tuple[Whole, ...]]:
    """The numbers and wholes of a group, of the larger one, and of those in it who are not in the group."""
    numbers = {**counts, **{f"all {name}": count for name, count in whole_group.items()}}
    numbers |= {f"other {name}": count for name, count in others.items()}
    printed = counts.keys() - structure.unprinted
    wholes = (
        *structure.wholes,
        *structure.prefixed("all "),
        *structure.prefixed("other "),
        *(Whole(f"all {name}", (name, f"other {name}")) for name in printed),
    )
    return numbers, wholes


def _small(counts: Mapping[str, int]) -> set[str]:
    return {name for name, count in counts.items() if count < SMALLEST_SHOWN}


def _withhold(
    shown: set[str], counts: Mapping[str, int], wholes: Sequence[Whole], watched: set[str], keep: Collection[str]
) -> None:
    """Take names out of `shown` until no watched number is in a range that is too narrow."""
    within: dict[str, list[Whole]] = {}
    for whole in wholes:
        for name in (whole.total, *whole.parts):
            within.setdefault(name, []).append(whole)
    while shown and (narrow := _narrow(ranges(_known(shown, counts, wholes), wholes), counts, watched)):
        near = {name for whole in within[narrow] for name in (whole.total, *whole.parts)}
        shown.remove(min(near & shown or shown, key=lambda name: (name in keep, counts[name], name)))


def _narrow(found: Mapping[str, Range], counts: Mapping[str, int], watched: set[str]) -> str | None:
    """The first watched name, in order, whose range is too narrow."""
    narrow = (name for name in watched if name in found and not _is_wide(found[name], counts[name]))
    return min(narrow, default=None)


def _is_wide(found: Range, count: int) -> bool:
    """Whether a small number may still be anything from 0 to 4, and another one more than if it were rounded."""
    if count < SMALLEST_SHOWN:
        return found[0] <= 0 and found[1] >= SMALLEST_SHOWN - 1
    return found[1] - found[0] >= 2 * ROUNDED_TO


def _known(shown: set[str], counts: Mapping[str, int], wholes: Sequence[Whole]) -> dict[str, Range]:
    """What the numbers shown say: on the page, and of a larger group wherever they are not small."""
    names = {name for whole in wholes for name in (whole.total, *whole.parts)}
    known: dict[str, Range] = dict.fromkeys(names, (0, ANY))
    for name in names:
        told = published_count(counts[name]) if name in shown or name.startswith("all ") else None
        if told is not None:
            known[name] = possible(told)
    return known


def ranges(known: Mapping[str, Range], wholes: Sequence[Whole]) -> dict[str, Range]:
    """The ranges that follow from `known` by the sums, narrowed in turn until nothing changes."""
    low = {name: each[0] for name, each in known.items()}
    high = {name: each[1] for name, each in known.items()}
    for _ in range(_ROUNDS):
        changes = [_narrowed(whole, low, high) for whole in wholes]
        if not any(changes):
            break
    return {name: (low[name], high[name]) for name in known}


def _narrowed(whole: Whole, low: dict[str, int], high: dict[str, int]) -> bool:
    """Narrow the ranges of one whole; whether anything changed."""
    total, parts = whole
    least, most = sum(low[part] for part in parts), sum(high[part] for part in parts)
    changed = False
    if least > low[total]:
        low[total], changed = least, True
    if most < high[total]:
        high[total], changed = most, True
    for part in parts:
        lowest, highest = low[total] - (most - high[part]), high[total] - (least - low[part])
        if lowest > low[part]:
            low[part], changed = lowest, True
        if highest < high[part]:
            high[part], changed = highest, True
    return changed
