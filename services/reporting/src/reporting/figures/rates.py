"""Outcome rates with the national numerators and denominators (NHS England metadata; domain 1.2)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from reporting.figures.protection import Structure, as_shown
from reporting.figures.rows import Row
from reporting.figures.sums import Whole
from reporting.figures.suppression import Share, share_of_shown


class Change(StrEnum):
    """How scores changed. Every referral has exactly one."""

    IMPROVED = "improved"
    UNCHANGED = "unchanged"
    DETERIORATED = "deteriorated"
    UNPAIRED = "unpaired"


def change(row: Row) -> Change:
    """The reliable change of a referral, from the flags of its reviewed outcome.

    One measure better and the other worse is no reliable change; so is a pair with neither flag.
    Without a first and a last score on both measures, and without a flag, nothing can be said.
    """
    outcome = row.get("outcome") or {}
    improved, deteriorated = outcome.get("reliably_improved"), outcome.get("reliably_deteriorated")
    if improved and not deteriorated:
        return Change.IMPROVED
    if deteriorated and not improved:
        return Change.DETERIORATED
    scores = (outcome.get(f"{measure}_{at}") for measure in ("phq9", "gad7") for at in ("first", "last"))
    return Change.UNPAIRED if any(score is None for score in scores) else Change.UNCHANGED


def at_caseness(row: Row) -> bool | None:
    """Whether the first scores made a case; None where they can't say.

    One first score at or above its cut-off makes a case; it takes both below to make none.
    """
    outcome = row.get("outcome") or {}
    if outcome.get("at_caseness"):
        return True
    firsts = (outcome.get("phq9_first"), outcome.get("gad7_first"))
    return None if None in firsts else False


def recovered(row: Row) -> bool:
    """At caseness at the start, and below both cut-offs at the end."""
    return at_caseness(row) is True and bool((row.get("outcome") or {}).get("recovered"))


@dataclass(frozen=True)
class Tally:
    """Exact numbers of referrals, before anything is withheld."""

    referrals: int
    improved: int
    unchanged: int
    deteriorated: int
    at_caseness: int
    not_at_caseness: int
    recovered: int
    reliably_recovered: int


Outcome = tuple[str, bool | None, bool]
"""How a referral came out: its change, whether it began as a case, whether it recovered."""


def came_out(row: Row) -> Outcome:
    """The change, the caseness and the recovery of a referral."""
    return change(row).value, at_caseness(row), recovered(row)


def tallied(outcomes: Mapping[Outcome, int]) -> Tally:
    """Count the outcomes of a group, from how many came out how."""

    def count(fits: Callable[[str, bool | None, bool], bool]) -> int:
        return sum(count for each, count in outcomes.items() if fits(*each))

    return Tally(
        referrals=sum(outcomes.values()),
        improved=count(lambda how, case, back: how == Change.IMPROVED),
        unchanged=count(lambda how, case, back: how == Change.UNCHANGED),
        deteriorated=count(lambda how, case, back: how == Change.DETERIORATED),
        at_caseness=count(lambda how, case, back: case is True),
        not_at_caseness=count(lambda how, case, back: case is False),
        recovered=count(lambda how, case, back: back),
        reliably_recovered=count(lambda how, case, back: back and how == Change.IMPROVED),
    )


@dataclass(frozen=True)
class Outcomes:
    """The rates of one group. Change is over all referrals; recovery over all but "not at caseness"."""

    referrals: int | None
    at_caseness: int | None
    not_at_caseness: int | None
    start_not_known: int | None
    reliable_improvement: Share
    no_reliable_change: Share
    reliable_deterioration: Share
    not_paired: Share
    recovery: Share
    reliable_recovery: Share


_UNPRINTED = ("not recovered", "cases not recovered", "recovered, not reliably", "improved, not recovered")


def structure_of(group: str) -> Structure:
    """How the numbers of a group's outcomes add up."""
    wholes = (
        Whole("referrals", tuple(each.value for each in Change)),
        Whole("referrals", ("no case", "recoverable")),
        Whole("recoverable", ("case", "start not known")),
        Whole("recoverable", ("recovered", "not recovered")),
        Whole("case", ("recovered", "cases not recovered")),
        Whole("recovered", ("reliably recovered", "recovered, not reliably")),
        Whole(Change.IMPROVED.value, ("reliably recovered", "improved, not recovered")),
    )
    keep = ("referrals", "recoverable", "recovered", "reliably recovered", Change.IMPROVED.value)
    prefix = _prefix(group)
    return Structure(
        Structure(wholes).prefixed(prefix),
        frozenset(prefix + name for name in keep),
        frozenset(prefix + name for name in _UNPRINTED),
    )


def size_of(group: str) -> str:
    """The name of how many referrals there are in a group."""
    return f"{_prefix(group)}referrals"


def _prefix(group: str) -> str:
    return f"outcomes of {group}, "


def cells_of(group: str, tally: Tally) -> dict[str, int]:
    """Every number of a group's outcomes by its name."""
    recoverable = tally.referrals - tally.not_at_caseness
    cells = {
        "referrals": tally.referrals,
        Change.IMPROVED.value: tally.improved,
        Change.UNCHANGED.value: tally.unchanged,
        Change.DETERIORATED.value: tally.deteriorated,
        Change.UNPAIRED.value: tally.referrals - tally.improved - tally.unchanged - tally.deteriorated,
        "case": tally.at_caseness,
        "no case": tally.not_at_caseness,
        "start not known": recoverable - tally.at_caseness,
        "recoverable": recoverable,
        "recovered": tally.recovered,
        "reliably recovered": tally.reliably_recovered,
        "not recovered": recoverable - tally.recovered,
        "cases not recovered": tally.at_caseness - tally.recovered,
        "recovered, not reliably": tally.recovered - tally.reliably_recovered,
        "improved, not recovered": tally.improved - tally.reliably_recovered,
    }
    return {_prefix(group) + name: count for name, count in cells.items()}


def outcomes_from(group: str, shown: Mapping[str, int | None], *, published: bool) -> Outcomes:
    """A group's rates in the numbers that may be shown. Missing last scores stay in every denominator."""
    cell = {name.removeprefix(_prefix(group)): count for name, count in shown.items()}

    def share(numerator: str, denominator: str = "referrals") -> Share:
        return share_of_shown(cell[numerator], cell[denominator], published=published)

    return Outcomes(
        referrals=cell["referrals"],
        at_caseness=cell["case"],
        not_at_caseness=cell["no case"],
        start_not_known=cell["start not known"],
        reliable_improvement=share(Change.IMPROVED.value),
        no_reliable_change=share(Change.UNCHANGED.value),
        reliable_deterioration=share(Change.DETERIORATED.value),
        not_paired=share(Change.UNPAIRED.value),
        recovery=share("recovered", "recoverable"),
        reliable_recovery=share("reliably recovered", "recoverable"),
    )


def outcomes_of_tally(tally: Tally, *, published: bool) -> Outcomes:
    """The outcome rates that follow from exact numbers."""
    cells = cells_of("group", tally)
    return outcomes_from("group", as_shown(cells, structure_of("group"), published=published), published=published)


def outcomes_of(rows: Iterable[Row], *, published: bool) -> Outcomes:
    """The outcome rates of a group of referrals."""
    return outcomes_of_tally(tallied(Counter(came_out(row) for row in rows)), published=published)
