"""The filter form of the report: what can be chosen, and what was."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from reporting.entrypoints.asked import Asked, is_site
from reporting.entrypoints.period import Period, quarter_begin, quarter_end
from reporting.figures.facets import FACETS, NO_SITE, SiteNames, site_words

_QUARTERS = 12
_MONTHS = ("January to March", "April to June", "July to September", "October to December")


@dataclass(frozen=True)
class Form:
    """The fields as a template needs them. `period` is None while what was typed makes none."""

    exact: bool
    filters: bool
    dates: Mapping[str, Mapping[str, str]]
    quarters: Mapping[str, tuple[tuple[str, str], ...]]
    selects: tuple[dict[str, Any], ...]
    typed: Mapping[str, str]
    period: Period | None = None

    def of(self, asked: Asked, sites: Iterable[str], names: SiteNames) -> Form:
        """The form that this question fills in."""
        first, last = asked.period
        typed = {**self.typed, "from": first.isoformat(), "to": last.isoformat(), **asked.chosen}
        return replace(
            self,
            dates={"from": _parts(first), "to": _parts(last)},
            quarters={name: _with(self.quarters[name], day) for name, day in (("from", first), ("to", last))},
            selects=_selects(typed, sites, names),
            typed=typed,
            period=asked.period,
        )


def filled_in(asked: Mapping[str, str], today: date, venues: SiteNames, *, exact: bool, filters: bool) -> Form:
    """The form with what was typed, right or wrong."""
    begins = [quarter_begin(today)]
    for _ in range(_QUARTERS):
        begins.append(quarter_begin(begins[-1] - timedelta(days=1)))
    names = [(day, _quarter(day)) for day in begins[1:]]
    typed = {name: asked.get(name, "")[:64] for name in ("from", "to", *(facet.name for facet in FACETS))}
    return Form(
        exact=exact,
        filters=filters,
        dates={name: _typed_parts(asked, name) for name in ("from", "to")},
        quarters={
            "from": tuple((day.isoformat(), words) for day, words in names),
            "to": tuple((quarter_end(day).isoformat(), words) for day, words in names),
        },
        selects=_selects(typed, (), venues),
        typed=typed,
    )


def _quarter(day: date) -> str:
    return f"{_MONTHS[(day.month - 1) // 3]} {day.year}"


def _with(options: tuple[tuple[str, str], ...], day: date) -> tuple[tuple[str, str], ...]:
    """The quarters to choose from, and one of long ago that was asked for in the address."""
    chosen = (day.isoformat(), _quarter(day))
    return options if chosen in options else (*options, chosen)


def _parts(day: date) -> dict[str, str]:
    return {"day": str(day.day), "month": str(day.month), "year": str(day.year)}


def _typed_parts(asked: Mapping[str, str], name: str) -> dict[str, str]:
    whole = asked.get(name, "").split("-")
    if len(whole) == 3:
        return dict(zip(("year", "month", "day"), (part[:8] for part in whole), strict=True))
    return {part: asked.get(f"{name}-{part}", "")[:8] for part in ("year", "month", "day")}


def _selects(typed: Mapping[str, str], sites: Iterable[str], names: SiteNames) -> tuple[dict[str, Any], ...]:
    made = []
    for facet in FACETS:
        words = facet.words or _site_choices(sites, names)
        value = typed.get(facet.name, "")
        if facet.words is None and value not in words and is_site(value):
            words = {**words, value: site_words(value, names)}  # a site that had nobody in this period
        items = [{"value": "", "text": "All"}, *({"value": each, "text": said} for each, said in words.items())]
        made.append({"name": facet.name, "label": facet.label, "items": items, "value": value})
    return tuple(made)


def _site_choices(sites: Iterable[str], names: SiteNames) -> dict[str, str]:
    """In the order of their words, and last those who have no site."""
    words = {site: site_words(site, names) for site in sites}
    return {**dict(sorted(words.items(), key=lambda each: each[1].casefold())), NO_SITE: site_words(NO_SITE, names)}
