"""What must be withheld besides small counts, so that nobody can work them out from what is shown.

The reader of a page is taken to know which numbers add up to which (`Whole`), and that each number shown is the
true one rounded. From this a range follows for every number that is not shown. It must not be narrower than the
rule itself leaves it: a count that is withheld for being small may be anything from 0 to 4. Where the range is
narrower, further numbers are withheld, the smallest first, until it is not ("secondary suppression", domain 7).

Numbers that stand on no page but follow from a difference are watched as well: the others of a service beside those
that a filter has chosen, as strictly; and those of a difference within a page (`unprinted`), for instance who did not
recover, such that nobody can tell that they are few.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from reporting.figures.sums import Range, Sums, Whole, apart
from reporting.figures.suppression import ROUNDED_TO, SMALLEST_SHOWN, possible, published_count

Counts = Mapping[str, int]


@dataclass(frozen=True)
class Structure:
    """Which numbers add up; which are withheld last (`keep`); which are on no page (`unprinted`).

    `sizes` names, for a prefix, how many people the numbers with that prefix are of. Of nobody, nothing is watched.
    """

    wholes: tuple[Whole, ...]
    keep: frozenset[str] = frozenset()
    unprinted: frozenset[str] = frozenset()
    sizes: tuple[tuple[str, str], ...] = ()

    def small(self, counts: Counts) -> set[str]:
        """The names of the small numbers that must not be worked out."""
        nobody = tuple(prefix for prefix, size in self.sizes if not counts[size])
        return {name for name, count in counts.items() if count < SMALLEST_SHOWN and not name.startswith(nobody)}

    def prefixed(self, prefix: str) -> tuple[Whole, ...]:
        """The same wholes with other names."""
        return tuple(Whole(prefix + total, tuple(prefix + part for part in parts)) for total, parts in self.wholes)

    @cached_property
    def sums(self) -> tuple[Sums, ...]:
        """Of one page."""
        return tuple(apart(self.wholes))

    @cached_property
    def sums_of_two(self) -> tuple[Sums, ...]:
        """Of a page, of that of a larger group ("all …"), and of those who are in it besides ("other …")."""
        printed = {name for total, parts in self.wholes for name in (total, *parts)} - self.unprinted
        beside = (Whole(f"all {name}", (name, f"other {name}")) for name in sorted(printed))
        return tuple(apart((*self.wholes, *self.prefixed("all "), *self.prefixed("other "), *beside)))


def may_be_shown(
    counts: Counts, structure: Structure, larger: Iterable[Counts] = (), withheld: Collection[str] = ()
) -> set[str]:
    """The names of `counts` that may be shown, rounded.

    `larger` are the counts of each group that this one is a part of and that is shown elsewhere. They are taken to be
    shown wherever they are not small, so it does not matter what else is withheld there. `withheld` names those that
    are not shown whatever their size.
    """
    shown = {name for name, count in counts.items() if count >= SMALLEST_SHOWN} - structure.unprinted - {*withheld}
    watched = structure.small(counts) | {*withheld}
    for sums in structure.sums:
        _withhold(shown, counts, sums, watched, structure)
    for everybody in larger:
        others = {name: everybody[name] - count for name, count in counts.items()}
        if not any(others.values()):
            continue  # it is the same group
        numbers = {**counts, **_named("all ", everybody), **_named("other ", others)}
        both = watched | {f"other {name}" for name in structure.small(others)}
        for sums in structure.sums_of_two:
            _withhold(shown, numbers, sums, both, structure)
    return shown


def given_away(groups: Mapping[str, Counts], everybody: Counts, own: str) -> set[str]:
    """What the page of one group (`own`) must withhold because the pages of the others and of all together are shown.

    Every group has a page. Where a number is withheld on one of them and the others would give it away, the smallest
    of the others is withheld with it, and each page comes to the same choice by itself.
    """
    peopled = {value: counts for value, counts in groups.items() if any(counts.values())}
    family = Structure((Whole("total", tuple(f"= {value}" for value in peopled)),), frozenset({"total"}))
    found = set()
    for name, total in everybody.items():
        counts = {f"= {value}": each[name] for value, each in peopled.items()}
        is_told_apart = counts.get(f"= {own}", 0) >= SMALLEST_SHOWN > min(counts.values())
        if is_told_apart and f"= {own}" not in may_be_shown({"total": total, **counts}, family):
            found.add(name)
    return found


def as_shown(
    counts: Counts,
    structure: Structure,
    larger: Iterable[Counts] = (),
    withheld: Collection[str] = (),
    *,
    published: bool,
) -> dict[str, int | None]:
    """Every number as it is shown: exact, or rounded and None where it is withheld."""
    if not published:
        return dict(counts)
    shown = may_be_shown(counts, structure, larger, withheld)
    return {name: published_count(count) if name in shown else None for name, count in counts.items()}


def _named(prefix: str, counts: Counts) -> dict[str, int]:
    return {prefix + name: count for name, count in counts.items()}


def _withhold(shown: set[str], counts: Counts, sums: Sums, watched: set[str], structure: Structure) -> None:
    """Take names out of `shown` until no watched number is in a range that is too narrow."""
    here = [name for name in sums.names if name in shown]
    while narrow := _narrow(sums.ranges(_known(shown, counts, sums)), counts, watched, structure.unprinted):
        taken: set[str] = set()
        for name in narrow:
            near = sums.near(name)
            candidates = [each for each in near if each in shown] or [each for each in here if each in shown]
            if candidates and not near & taken:
                taken.add(min(candidates, key=lambda each: (each in structure.keep, counts[each], each)))
        if not taken:
            return
        shown -= taken


def _narrow(found: Mapping[str, Range], counts: Counts, watched: set[str], unprinted: Collection[str]) -> list[str]:
    """The watched names whose ranges are too narrow, in order."""

    def is_wide(name: str) -> bool:
        low, high = found[name]
        if counts[name] >= SMALLEST_SHOWN:  # withheld all the same: more than if it were rounded
            return high - low >= 2 * ROUNDED_TO
        may_be_any_small = low <= 0 and high >= SMALLEST_SHOWN - 1
        may_be_large = high >= SMALLEST_SHOWN and name.removeprefix("other ") in unprinted
        return may_be_any_small or may_be_large

    return sorted(name for name in found if name in watched and not is_wide(name))


def _known(shown: set[str], counts: Counts, sums: Sums) -> dict[str, Range]:
    """What the numbers shown say: on the page, and of a larger group wherever they are not small."""
    told = (name for name in sums.names if name in shown or name.startswith("all "))
    return {name: possible(count) for name in told if (count := published_count(counts[name])) is not None}
