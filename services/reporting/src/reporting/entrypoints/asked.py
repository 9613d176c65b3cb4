"""What a request asks of the report: a period and filters, and what is wrong with them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from movewell.kernel import Invalid

from reporting.entrypoints.period import Faults, Period, exact_period, published_period
from reporting.figures.facets import FACETS, NO_SITE, Facet

_VENUE = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
_DATE_PARTS = ("year", "month", "day")


@dataclass(frozen=True)
class Asked:
    """`chosen` maps a facet to its value."""

    period: Period
    chosen: Mapping[str, str]

    @property
    def query(self) -> str:
        """The same question in an address."""
        first, last = self.period
        return urlencode({"from": first.isoformat(), "to": last.isoformat(), **self.chosen})

    @property
    def filters(self) -> str:
        """The same filters in an address, for a report with days of its own; empty without any."""
        return f"?{urlencode(self.chosen)}" if self.chosen else ""


def read(asked: Mapping[str, str], today: date, *, exact: bool) -> Asked:
    """The period and the filters of a query. Raises Invalid, which names each field that is wrong."""
    faults = [(name, said) for name, said in map(_fault_of, FACETS, map(asked.get, _NAMES)) if said]
    dates = {name: text for name in ("from", "to") if (text := _written(asked, name))}
    try:
        period = (exact_period if exact else published_period)(dates, today)
    except Invalid as error:
        raise Invalid(error.detail, [*error.faults, *faults]) from None
    if faults:
        raise Invalid("There is no report with these filters.", faults)
    return Asked(period, {name: value for name in _NAMES if (value := asked.get(name))})


_NAMES = tuple(facet.name for facet in FACETS)


def is_site(value: str) -> bool:
    """Whether it is written as a venue's identifier, or stands for none."""
    return value == NO_SITE or bool(_VENUE.fullmatch(value))


def uses_filters(asked: Mapping[str, str]) -> bool:
    """Whether not everybody is asked for."""
    return any(asked.get(name) for name in _NAMES)


def _fault_of(facet: Facet, value: str | None) -> tuple[str, str | None]:
    label = facet.label
    known = value in facet.words if facet.words else is_site(value or "")
    return facet.name, None if not value or known else f"{label}: choose one from the list."


def _written(asked: Mapping[str, str], name: str) -> str:
    """A date as one text, or as the three fields of a form; what was written otherwise is left to be refused."""
    if text := asked.get(name, ""):
        return text
    parts = [asked.get(f"{name}-{part}", "").strip() for part in _DATE_PARTS]
    if not any(parts):
        return ""
    year, month, day = parts
    return f"{year}-{month:0>2}-{day:0>2}"


def fault_list(error: Invalid) -> Faults:
    """One message for each field, in the order of the form."""
    first = dict(reversed(error.faults))
    return [(name, first[name]) for name in ("from", "to", *_NAMES) if name in first]
