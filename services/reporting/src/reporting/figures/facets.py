"""By what a report can be filtered: where sessions are, who referred, how deprived the area is, ethnicity.

A facet puts every row under exactly one value; a fact that is not known is a value too. Values are codes that fit
into an address; words are beside them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from reporting.figures.rows import Row
from reporting.figures.sources import SOURCES

NO_SITE, UNKNOWN = "-", "unknown"
"""A venue's identifier never begins with a hyphen."""
_QUINTILES = {
    "1": "Most deprived fifth of areas (deciles 1 and 2)",
    "2": "Second most deprived fifth (deciles 3 and 4)",
    "3": "Middle fifth (deciles 5 and 6)",
    "4": "Second least deprived fifth (deciles 7 and 8)",
    "5": "Least deprived fifth of areas (deciles 9 and 10)",
    UNKNOWN: "Not known",
}
_GROUPS = {
    "white": ("White", "ABC"),
    "mixed": ("Mixed", "DEFG"),
    "asian": ("Asian or Asian British", "HJKL"),
    "black": ("Black or Black British", "MNP"),
    "other": ("Other ethnic groups", "RS"),
    "not-stated": ("Not stated", "Z"),
}
"""ETHNIC CATEGORY by its national groups: NHS Data Model and Dictionary."""
_GROUP_OF = {code: group for group, (_, codes) in _GROUPS.items() for code in codes}


@dataclass(frozen=True)
class Facet:
    """`name` is in addresses, `label` in forms. `words` are of all values, None where the rows bring them."""

    name: str
    label: str
    value_of: Callable[[Row], str]
    words: Mapping[str, str] | None


SiteNames = Mapping[str, str]
"""A venue's identifier → what people call it."""


def site_words(site: str, names: SiteNames) -> str:
    """A venue in words. Without a name they are made from its identifier: "st-charles-gym" is "St charles gym"."""
    return "No site yet" if site == NO_SITE else names.get(site) or site.replace("-", " ").strip().capitalize()


FACETS = (
    Facet("site", "Site", lambda row: row.get("site") or NO_SITE, None),
    Facet(
        "source",
        "Source of referral",
        lambda row: row.get("source") or UNKNOWN,
        {**SOURCES, UNKNOWN: "Not known"},
    ),
    Facet(
        "deprivation",
        "Deprivation of the area",
        lambda row: str((row["deprivation"] + 1) // 2) if row.get("deprivation") else UNKNOWN,
        _QUINTILES,
    ),
    Facet(
        "ethnicity",
        "Ethnicity",
        lambda row: _GROUP_OF.get(row.get("ethnicity") or "", UNKNOWN),
        {**{group: words for group, (words, _) in _GROUPS.items()}, UNKNOWN: "Not known"},
    ),
)
Group = tuple[str, str, str, str]
"""A value of each facet."""


def group_of(row: Row) -> Group:
    """The value of each facet, in their order."""
    site, source, deprivation, ethnicity = (facet.value_of(row) for facet in FACETS)
    return site, source, deprivation, ethnicity
