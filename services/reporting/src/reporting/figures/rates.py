"""Outcome rates with the national numerators and denominators (NHS England metadata; domain 1.2)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from reporting.figures.rows import Row
from reporting.figures.suppression import Share, shown_count, shown_parts, shown_share


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


def tallied(rows: Iterable[Row]) -> Tally:
    """Count the outcomes of a group of referrals."""
    group = list(rows)
    changes = Counter(change(row) for row in group)
    cases = Counter(at_caseness(row) for row in group)
    recoveries = [row for row in group if recovered(row)]
    return Tally(
        referrals=len(group),
        improved=changes[Change.IMPROVED],
        unchanged=changes[Change.UNCHANGED],
        deteriorated=changes[Change.DETERIORATED],
        at_caseness=cases[True],
        not_at_caseness=cases[False],
        recovered=len(recoveries),
        reliably_recovered=sum(change(row) is Change.IMPROVED for row in recoveries),
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


def outcomes_from(tally: Tally, *, published: bool) -> Outcomes:
    """The rates that follow from exact numbers. Missing last scores stay in every denominator."""
    start_not_known = tally.referrals - tally.at_caseness - tally.not_at_caseness
    starts = shown_parts(
        {"case": tally.at_caseness, "no case": tally.not_at_caseness, "not known": start_not_known},
        published=published,
        keep="case",
    )
    parts = {
        Change.IMPROVED: tally.improved,
        Change.UNCHANGED: tally.unchanged,
        Change.DETERIORATED: tally.deteriorated,
        Change.UNPAIRED: tally.referrals - tally.improved - tally.unchanged - tally.deteriorated,
    }
    shown = shown_parts(parts, published=published, keep=Change.IMPROVED)
    changes = {
        kind: shown_share(count, tally.referrals, published=published, withheld=shown[kind] is None)
        for kind, count in parts.items()
    }
    recoverable = tally.referrals - tally.not_at_caseness
    return Outcomes(
        referrals=shown_count(tally.referrals, published=published),
        at_caseness=starts["case"],
        not_at_caseness=starts["no case"],
        start_not_known=starts["not known"],
        reliable_improvement=changes[Change.IMPROVED],
        no_reliable_change=changes[Change.UNCHANGED],
        reliable_deterioration=changes[Change.DETERIORATED],
        not_paired=changes[Change.UNPAIRED],
        recovery=shown_share(tally.recovered, recoverable, published=published),
        reliable_recovery=shown_share(tally.reliably_recovered, recoverable, published=published),
    )


def outcomes_of(rows: Iterable[Row], *, published: bool) -> Outcomes:
    """The outcome rates of a group of referrals."""
    return outcomes_from(tallied(rows), published=published)
