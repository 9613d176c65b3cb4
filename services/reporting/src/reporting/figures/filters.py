"""A report of those whom a manager has chosen: counted once, then summed for any choice of values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations

from reporting.figures.facets import FACETS, NO_SITE, UNKNOWN, Group, SiteNames, site_words
from reporting.figures.facts import Booked, Facts
from reporting.figures.protection import as_shown, given_away
from reporting.figures.report import STRUCTURE, Report, Tally, cells_of, report_from, tallied
from reporting.figures.rows import Period

Chosen = Mapping[str, str]
"""Facet → the value chosen; a facet that is absent takes everybody."""


@dataclass(frozen=True)
class Counted:
    """All rows of a period, counted for each group. It answers every filter without the rows."""

    period: Period
    groups: Mapping[Group, Tally]
    sites: tuple[str, ...]

    def report(self, chosen: Chosen, *, published: bool) -> Report:
        """The figures of those chosen: exact, or such that no small number follows from this page and others."""
        tally = self._tally(chosen)
        cells = cells_of(tally)
        larger, withheld = ([], set()) if not published else (self._larger(chosen), self._withheld(chosen))
        shown = as_shown(cells, STRUCTURE, larger, withheld, published=published)
        return report_from(tally, shown, self.period, published=published)

    def _tally(self, chosen: Chosen) -> Tally:
        found: Tally = Counter()
        for group, tally in self.groups.items():
            if all(chosen.get(facet.name, value) == value for facet, value in zip(FACETS, group, strict=True)):
                found.update(tally)
        return found

    def _larger(self, chosen: Chosen) -> list[dict[str, int]]:
        """The pages that leave out one or more of the filters."""
        names = sorted(chosen)
        fewer = (kept for size in range(len(names)) for kept in combinations(names, size))
        return [cells_of(self._tally({name: chosen[name] for name in kept})) for kept in fewer]

    def _withheld(self, chosen: Chosen) -> set[str]:
        """What the pages of the other values of a filter would give away."""
        found: set[str] = set()
        for place, facet in enumerate(FACETS):
            if facet.name not in chosen:
                continue
            others = {name: value for name, value in chosen.items() if name != facet.name}
            values = {group[place] for group in self.groups} | {chosen[facet.name]}
            pages = {value: cells_of(self._tally({**others, facet.name: value})) for value in sorted(values)}
            found |= given_away(pages, cells_of(self._tally(others)), chosen[facet.name])
        return found - STRUCTURE.unprinted


def counted(referrals: Iterable[tuple[str, Facts]], bookings: Iterable[Booked], period: Period) -> Counted:
    """Count a period in one pass. Referrals are all that were received, with their ids; bookings those of the period.

    A booking is at its own site; source, deprivation and ethnicity are its referral's.
    """
    numbers: dict[Group, int] = {}  # cheaper to count than groups
    number_of: dict[str | None, int] = {}

    def grouped() -> Iterator[tuple[Group, Facts]]:
        for id, facts in referrals:
            number_of[id] = numbers.setdefault(facts.group, len(numbers))
            yield facts.group, facts

    def booked() -> Iterator[tuple[Group, str | None, int]]:
        alike = Counter((number_of.get(id, -1), site, code) for id, site, code in bookings)
        groups = [*numbers, _NOBODY]
        for (number, site, code), count in alike.items():
            yield (site or NO_SITE, *groups[number][1:]), code, count

    tallies = tallied(grouped(), booked(), period)  # referrals first: a booking is of one
    sites = {found[0] for found in tallies} - {NO_SITE}
    return Counted(period, tallies, tuple(sorted(sites)))


_NOBODY: Group = (NO_SITE, UNKNOWN, UNKNOWN, UNKNOWN)


def in_words(chosen: Chosen, sites: SiteNames) -> list[tuple[str, str]]:
    """The label of each filter that is used, and the words of its value."""
    return [
        (facet.label, facet.words[chosen[facet.name]] if facet.words else site_words(chosen[facet.name], sites))
        for facet in FACETS
        if facet.name in chosen
    ]
