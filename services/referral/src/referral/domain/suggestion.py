"""What is suggested for a referral, by the rules of `decision_rules.toml`. The clinician decides."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any

from movewell.contracts.types import EndCode, RejectionReason, ScreeningOutcome, SessionFormat

from referral.domain.decision import Choice, Made

RULES: Mapping[str, Any] = tomllib.loads(
    resources.files(__package__).joinpath("decision_rules.toml").read_text("utf-8")
)
_CONDITIONS = ("accepted", "outcome", "in_force", "delivered")
NOTHING, SCREEN = "none", "screen"
_AGAINST_ADVICE = (Choice.ACCEPT, Choice.SIGNPOST, Choice.DECLINE, Choice.ASK_GP)


@dataclass(frozen=True, kw_only=True)
class Standing:
    """What the rules look at. `outcome` and `rules` are of the last screening, None and empty without one."""

    accepted: bool
    outcome: ScreeningOutcome | None
    in_force: bool
    rules: Sequence[str] = ()
    delivered: bool = False


@dataclass(frozen=True)
class Suggestion:
    """`choice` is None where there is nothing to decide (`wants` is `none`) or a screening comes first (`screen`)."""

    rule: str
    wants: str
    reason: str
    source: str
    choice: Choice | None = None
    format: SessionFormat | None = None
    sessions_planned: int | None = None
    rejection: RejectionReason | None = None
    end_code: EndCode | None = None


def suggest(standing: Standing) -> Suggestion:
    """The suggestion for an open referral."""
    rule = next(each for each in RULES["suggestion"] if _holds(each, standing))
    wants = rule["choice"]
    format = rule.get("format")
    return Suggestion(
        rule["id"],
        wants,
        rule["reason"],
        rule["source"],
        choice=None if wants in (NOTHING, SCREEN) else Choice(wants),
        format=SessionFormat(format) if format else None,
        sessions_planned=RULES["sessions_planned"] if wants == Choice.ACCEPT.value else None,
        rejection=RejectionReason(rule["rejection"]) if "rejection" in rule else None,
        end_code=EndCode(rule["end_code"]) if "end_code" in rule else None,
    )


def _holds(rule: Mapping[str, Any], standing: Standing) -> bool:
    facts = {
        "accepted": standing.accepted,
        "outcome": standing.outcome.value if standing.outcome else "none",
        "in_force": standing.in_force,
        "delivered": standing.delivered,
    }
    if any(name in rule and rule[name] != facts[name] for name in _CONDITIONS):
        return False
    return "any_of" not in rule or not set(rule["any_of"]).isdisjoint(standing.rules)


def departs(made: Made, suggestion: Suggestion) -> bool:
    """Whether a decision goes against the suggestion, and so needs a reason.

    The number of sessions never does. Nor do a withdrawal, which is the patient's own, and a discharge, whose end
    code is its reason.
    """
    if made.choice not in _AGAINST_ADVICE or suggestion.wants == NOTHING:
        return False
    if made.choice is not suggestion.choice:
        return True
    return made.choice is Choice.ACCEPT and made.format is not suggestion.format
