"""The pre-exercise screening: facts in, an assessment with its reasons out, by a versioned rule file.

Sources: ACSM 2015 algorithm (GETP 10th edition) and the absolute contraindications of UK exercise-referral
schemes (HEIW Motivate2Move citing BACR 2006). Diastolic 100, not 110, is the UK's threshold.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from importlib import resources
from typing import Any

from movewell.contracts.types import Intensity, ScreeningOutcome
from movewell.kernel import Invalid

RULES: Mapping[str, Any] = tomllib.loads(
    resources.files(__package__).joinpath("screening_rules.toml").read_text("utf-8")
)
_PLAUSIBLE = {"systolic": (60, 300), "diastolic": (30, 200), "heart_rate": (25, 250)}
_YES_NO = ("active", "disease", "symptoms")


@dataclass(frozen=True, kw_only=True)
class ScreeningFacts:
    """What was asked and measured: mmHg, beats a minute, yes or no, codes of the rule file."""

    systolic: int
    diastolic: int
    heart_rate: int
    active: bool
    disease: bool
    symptoms: bool
    contraindications: tuple[str, ...] = ()
    medically_cleared_on: date | None = None


@dataclass(frozen=True)
class Reason:
    """A rule that spoke."""

    rule: str
    text: str


@dataclass(frozen=True)
class Assessment:
    """`ceiling` and `valid_until` are set if, and only if, the outcome is cleared."""

    outcome: ScreeningOutcome
    ceiling: Intensity | None
    valid_until: date | None
    reasons: tuple[Reason, ...]
    ruleset: str


def read_facts(document: Mapping[str, Any]) -> ScreeningFacts:
    """The facts in a mapping of plain values. Raises Invalid with every fault."""
    faults: list[tuple[str, str]] = []
    known = {*_PLAUSIBLE, *_YES_NO, "contraindications", "medically_cleared_on"}
    faults += [("", "There is an unknown field.") for name in document if name not in known]
    for name, (least, most) in _PLAUSIBLE.items():
        value = document.get(name)
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            faults.append((f"/{name}", f"Give a whole number from {least} to {most}."))
    faults += [(f"/{name}", "Say true or false.") for name in _YES_NO if not isinstance(document.get(name), bool)]
    ticked = document.get("contraindications", [])
    if not isinstance(ticked, list) or not all(_is_known(each) for each in ticked):
        faults.append(("/contraindications", "List codes of the screening rules."))
    cleared_on = _day(document.get("medically_cleared_on"), faults)
    if not faults and document["diastolic"] >= document["systolic"]:
        faults.append(("/diastolic", "This must be below the systolic pressure."))
    if faults:
        raise Invalid("The screening is not complete.", faults)
    values = {name: document[name] for name in (*_PLAUSIBLE, *_YES_NO)}
    return ScreeningFacts(**values, contraindications=tuple(ticked), medically_cleared_on=cleared_on)


def _is_known(code: Any) -> bool:
    return isinstance(code, str) and code in RULES["contraindications"]


def _day(written: Any, faults: list[tuple[str, str]]) -> date | None:
    if written is None:
        return None
    try:
        return date.fromisoformat(written)
    except (TypeError, ValueError):
        faults.append(("/medically_cleared_on", "Give a date, written YYYY-MM-DD."))
        return None


def assess(facts: ScreeningFacts, on: date) -> Assessment:
    """The most restrictive outcome of all the rules that speak, with all their reasons."""
    row = next(each for each in RULES["acsm"] if _matches(each, facts))
    cleared_on = facts.medically_cleared_on
    doctor_agrees = cleared_on is not None and cleared_on <= on < _a_year_after(cleared_on)
    outcome, ceiling = ScreeningOutcome(row["outcome"]), Intensity(row["ceiling"])
    if doctor_agrees and outcome is ScreeningOutcome.MEDICAL_CLEARANCE_NEEDED:
        outcome = ScreeningOutcome.CLEARED
    if doctor_agrees and "with_clearance" in row:
        ceiling = Intensity(row["with_clearance"])
    absolute = [*_vital_reasons(facts), *_ticked_reasons(facts)]
    if absolute:
        outcome = ScreeningOutcome.CONTRAINDICATED
    reasons = (*absolute, Reason(row["id"], row["reason"]))
    if outcome is not ScreeningOutcome.CLEARED:
        return Assessment(outcome, None, None, reasons, RULES["version"])
    rests_on_doctor = cleared_on is not None and doctor_agrees and row["outcome"] != "cleared"
    valid_until = _a_year_after(cleared_on if rests_on_doctor and cleared_on else on)
    return Assessment(outcome, ceiling, valid_until, reasons, RULES["version"])


def _matches(row: Mapping[str, Any], facts: ScreeningFacts) -> bool:
    return all(name not in row or row[name] == getattr(facts, name) for name in _YES_NO)


def _vital_reasons(facts: ScreeningFacts) -> list[Reason]:
    return [
        Reason(rule["id"], rule["reason"])
        for rule in RULES["vital"]
        if getattr(facts, rule["field"]) >= rule["at_least"]
    ]


def _ticked_reasons(facts: ScreeningFacts) -> list[Reason]:
    texts = RULES["contraindications"]
    return [Reason(code, texts[code]) for code in dict.fromkeys(facts.contraindications)]


def _a_year_after(day: date) -> date:
    """Twelve months on; 29 February becomes the 28th."""
    years, months = divmod(day.month - 1 + RULES["clearance_months"], 12)
    month, year = months + 1, day.year + years
    try:
        return date(year, month, day.day)
    except ValueError:
        return date(year, month, 28)
