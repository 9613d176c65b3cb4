"""The pre-exercise screening: facts in, an assessment with its reasons out, by a versioned rule file.

Sources: ACSM preparticipation algorithm 2015 (GETP 10th edition) and the absolute contraindications of UK
exercise-referral schemes (HEIW Motivate2Move citing BACR 2006). Diastolic 100, not 110, is the UK's threshold.
Each rule in the file names its source and who verified it.
"""

from __future__ import annotations

import re
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
_TICKED = {rule["id"]: rule for rule in RULES["ticked"]}
PLAUSIBLE = {"systolic": (60, 300), "diastolic": (30, 200), "heart_rate": (25, 250)}
_YES_NO = ("active", "disease", "symptoms")
_OPTIONAL = ("desired_intensity", "medically_cleared_on")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_SEVERITY = list(ScreeningOutcome)
_EFFORT = list(Intensity)


class ScreeningIncomplete(Invalid):
    """Facts of a screening are missing or can not be. `faults` lists all of them."""

    code = "screening-incomplete"


@dataclass(frozen=True, kw_only=True)
class ScreeningFacts:
    """What was asked and measured: mmHg, beats a minute, yes or no, codes of the rule file.

    `contraindications` is empty where the clinician has asked and there is none.

    `desired_intensity` is None where the patient wants no more than is allowed. `medically_cleared_on` is
    the date of a medical clearance letter.
    """

    systolic: int
    diastolic: int
    heart_rate: int
    active: bool
    disease: bool
    symptoms: bool
    contraindications: tuple[str, ...]
    desired_intensity: Intensity | None = None
    medically_cleared_on: date | None = None


@dataclass(frozen=True)
class Reason:
    """A rule that spoke."""

    rule: str
    text: str


@dataclass(frozen=True)
class Assessment:
    """`ceiling` and `valid_until` (its last day) are set if, and only if, the outcome is cleared."""

    outcome: ScreeningOutcome
    ceiling: Intensity | None
    valid_until: date | None
    reasons: tuple[Reason, ...]
    ruleset: str


@dataclass(frozen=True)
class _Verdict:
    outcome: ScreeningOutcome
    ceiling: Intensity
    by_letter: bool = False


def read_facts(document: Mapping[str, Any]) -> ScreeningFacts:
    """The facts in a mapping of plain values. Raises ScreeningIncomplete with every fault.

    `contraindications` must be there, an empty list for none: the absolute contraindications (HEIW
    Motivate2Move, citing BACR 2006 and ACSM 2009) are ruled out by asking, never by leaving out.
    """
    known = {*PLAUSIBLE, *_YES_NO, "contraindications", *_OPTIONAL}
    faults = [("", "There is an unknown field.") for name in document if name not in known]
    faults += _vital_faults(document)
    faults += [(f"/{name}", "Say true or false.") for name in _YES_NO if not isinstance(document.get(name), bool)]
    desired, ticked = document.get("desired_intensity"), document.get("contraindications")
    if desired is not None and desired not in [each.value for each in Intensity]:
        faults.append(("/desired_intensity", "Say light, moderate or vigorous."))
    if "contraindications" not in document:
        faults.append(("/contraindications", "This is required; send an empty list if there is none."))
    elif not isinstance(ticked, list) or not all(isinstance(each, str) and each in _TICKED for each in ticked):
        faults.append(("/contraindications", "List codes of the screening rules."))
    cleared_on = _day(document.get("medically_cleared_on"), faults)
    if faults:
        raise ScreeningIncomplete("The screening is not complete.", faults)
    return ScreeningFacts(
        **{name: document[name] for name in (*PLAUSIBLE, *_YES_NO)},
        desired_intensity=Intensity(desired) if desired else None,
        contraindications=tuple(ticked),
        medically_cleared_on=cleared_on,
    )


def _vital_faults(document: Mapping[str, Any]) -> list[tuple[str, str]]:
    faults = [
        (f"/{name}", f"Give a whole number from {least} to {most}.")
        for name, (least, most) in PLAUSIBLE.items()
        if not _is_whole(document.get(name)) or not least <= document[name] <= most
    ]
    systolic, diastolic = document.get("systolic"), document.get("diastolic")
    if _is_whole(systolic) and _is_whole(diastolic) and diastolic >= systolic:
        faults.append(("/diastolic", "This must be below the systolic pressure."))
    return faults


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _day(written: Any, faults: list[tuple[str, str]]) -> date | None:
    if written is None:
        return None
    try:
        if not isinstance(written, str) or not _DATE.fullmatch(written):
            raise ValueError
        return date.fromisoformat(written)
    except ValueError:
        faults.append(("/medically_cleared_on", "Give a date, written YYYY-MM-DD."))
        return None


def assess(facts: ScreeningFacts, on: date) -> Assessment:
    """The most restrictive outcome of all the rules that speak, with all their reasons.

    `on` is London's day. A letter answers until, and including, the day twelve months after its date (ACSM
    preparticipation algorithm 2015: medical clearance within the last 12 months); a clearance that rests on
    it ends on that same day, any other twelve months after the screening (PAR-Q+: 12 months at most).
    Raises ScreeningIncomplete for a letter dated after `on`.
    """
    letter = facts.medically_cleared_on
    if letter is not None and letter > on:
        fault = [("/medically_cleared_on", "This is in the future.")]
        raise ScreeningIncomplete("The screening is not complete.", fault)
    in_force = letter is not None and on <= _a_year_after(letter)
    spoken = _rules_that_speak(facts)
    verdicts = [_verdict(rule, facts.desired_intensity, in_force) for rule in spoken]
    outcome = max((each.outcome for each in verdicts), key=_SEVERITY.index)
    reasons = tuple(Reason(rule["id"], rule["reason"]) for rule in spoken)
    if outcome is not ScreeningOutcome.CLEARED:
        return Assessment(outcome, None, None, reasons, RULES["version"])
    valid_until = _a_year_after(on)
    if letter is not None and any(each.by_letter for each in verdicts):
        valid_until = _a_year_after(letter)
        reasons = (*reasons, Reason(RULES["letter"]["id"], RULES["letter"]["reason"]))
    ceiling = min((each.ceiling for each in verdicts), key=_EFFORT.index)
    return Assessment(outcome, ceiling, valid_until, reasons, RULES["version"])


def _rules_that_speak(facts: ScreeningFacts) -> list[Mapping[str, Any]]:
    vital = [rule for rule in RULES["vital"] if getattr(facts, rule["field"]) >= rule["at_least"]]
    ticked = [_TICKED[code] for code in dict.fromkeys(facts.contraindications)]
    return [*vital, *ticked, next(row for row in RULES["acsm"] if _matches(row, facts))]


def _matches(row: Mapping[str, Any], facts: ScreeningFacts) -> bool:
    return all(name not in row or row[name] == getattr(facts, name) for name in _YES_NO)


def _verdict(rule: Mapping[str, Any], desired: Intensity | None, letter: bool) -> _Verdict:
    """What one rule says. A letter answers a need for medical clearance, never a contraindication."""
    outcome, ceiling = ScreeningOutcome(rule["outcome"]), Intensity(rule.get("ceiling", Intensity.VIGOROUS))
    if outcome is ScreeningOutcome.MEDICAL_CLEARANCE_NEEDED and letter:
        return _Verdict(ScreeningOutcome.CLEARED, ceiling, by_letter=True)
    if "ceiling_with_letter" in rule and desired in (None, Intensity.VIGOROUS):
        if letter:
            return _Verdict(outcome, Intensity(rule["ceiling_with_letter"]), by_letter=True)
        if desired is Intensity.VIGOROUS:
            return _Verdict(ScreeningOutcome.MEDICAL_CLEARANCE_NEEDED, ceiling)
    return _Verdict(outcome, ceiling)


def _a_year_after(day: date) -> date:
    """The same day twelve months on, the last of a clearance; 29 February becomes the 28th."""
    years, months = divmod(day.month - 1 + RULES["clearance_months"], 12)
    month, year = months + 1, day.year + years
    try:
        return date(year, month, day.day)
    except ValueError:
        return date(year, month, 28)
