"""The pre-exercise screening: a form for its facts, and what the rules made of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, redirect, render_template, request
from movewell.kernel import Invalid
from movewell.store.unit import Unit, Units
from movewell.web.policy import principal
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from referral.application.decide_referral import record_screening
from referral.application.receive_referral import Secrecy
from referral.domain.london import london_day
from referral.domain.person import Person
from referral.domain.referral import Referral, ReferralEnded
from referral.domain.screening import RULES, ScreeningIncomplete
from referral.entrypoints.form import faults_of, form_key, send_once
from referral.entrypoints.who import who
from referral.entrypoints.wording import INTENSITIES, OUTCOMES

NONE = "none"
FAULTS = {
    "systolic": "Enter the systolic blood pressure as a whole number from 60 to 300",
    "diastolic": "Enter the diastolic blood pressure as a whole number from 30 to 200, below the systolic",
    "heart_rate": "Enter the resting heart rate as a whole number from 25 to 250",
    "active": "Select whether the patient is active",
    "disease": "Select whether the patient has a known disease",
    "symptoms": "Select whether the patient has signs or symptoms",
    "desired_intensity": "Select how hard the patient wants to exercise",
    "medically_cleared_on": "Enter the date of the letter: a real date, not in the future",
}
NOTHING_TICKED = "Select all that apply, or ‘None of these’"
NONE_AND_SOME = "Select what applies, or ‘None of these’, not both"
_ORDER = (*FAULTS, "contraindications")
_SPOKEN: Mapping[str, Mapping[str, Any]] = {
    rule["id"]: rule for rule in (*RULES["vital"], *RULES["acsm"], *RULES["ticked"], RULES["letter"])
}


def add_screening_pages(pages: Blueprint, units: Units, secrecy: Secrecy) -> None:
    """Add the form and the page of its result."""

    def read(referral_id: str) -> tuple[Referral, dict[str, Any]]:
        """The referral, and what each of the pages says of its person."""

        def work(unit: Unit) -> tuple[Referral, Person]:
            found = unit.get(Referral, referral_id)
            return found, unit.get(Person, found.person_id)

        found, person = units.read(principal().tenant, work)
        about, today = who(secrecy.keyring, person), london_day(units.clock.now())
        return found, {"referral": found, "who": about, "age": about.age(today)}

    def show(referral_id: str, faults: Mapping[str, str] | None = None, status: int = 200) -> tuple[str, int]:
        _, banner = read(referral_id)
        faults = {each: (faults or {})[each] for each in _ORDER if each in (faults or {})}
        given = request.form
        page = render_template(
            "screening.jinja",
            **banner,
            faults=faults,
            given=given,
            ticked=given.getlist("contraindications"),
            absolute=[each for each in RULES["ticked"] if each["outcome"] == "contraindicated"],
            by_letter=[each for each in RULES["ticked"] if each["outcome"] != "contraindicated"],
            key=given.get("key") or form_key(),
        )
        return page, status

    @pages.get("/referrals/<referral_id>/screening")
    def screening(referral_id: str) -> tuple[str, int]:
        return show(referral_id)

    @pages.post("/referrals/<referral_id>/screening")
    def screen(referral_id: str) -> Response | tuple[str, int]:
        by = principal().subject
        try:
            document = document_of(request.form)
            send_once(
                units,
                f"screening {referral_id}",
                lambda unit: record_screening(unit, referral_id, document, by),
            )
        except ScreeningIncomplete as incomplete:
            return show(referral_id, _faults(incomplete), 400)
        except ReferralEnded:
            return show(referral_id, status=409)
        return redirect(f"/referrals/{referral_id}/screening/result", 303)

    @pages.get("/referrals/<referral_id>/screening/result")
    def result(referral_id: str) -> str:
        found, banner = read(referral_id)
        screening = found.screening
        return render_template(
            "screening_result.jinja",
            **banner,
            screening=screening,
            outcomes=OUTCOMES,
            intensities=INTENSITIES,
            reasons=[reason(each) for each in screening.rules] if screening else [],
        )


def reason(rule: str) -> dict[str, str]:
    """Words and source of a rule that spoke; of one that is no longer among the rules, that it is not."""
    found = _SPOKEN.get(rule)
    if found is None:
        return {"text": "A rule that is no longer in use.", "source": "An earlier version of the rules"}
    return {"text": found["reason"], "source": found["source"]}


def document_of(form: MultiDict[str, str]) -> dict[str, Any]:
    """The form as `read_facts` takes it. What is no number, no yes and no date is left as it is, to be refused.

    Raises ScreeningIncomplete where a tick contradicts another, with whatever else is wrong.
    """
    ticked = form.getlist("contraindications")
    document: dict[str, Any] = {
        **{each: _number(form.get(each, "")) for each in ("systolic", "diastolic", "heart_rate")},
        **{each: {"yes": True, "no": False}.get(form.get(each, "")) for each in ("active", "disease", "symptoms")},
        "contraindications": [each for each in ticked if each != NONE],
    }
    if form.get("desired_intensity") not in (None, "", "any"):
        document["desired_intensity"] = form["desired_intensity"]
    if date := _date(form):
        document["medically_cleared_on"] = date
    if not ticked or (NONE in ticked and len(ticked) > 1):
        document["contraindications"] = NONE_AND_SOME if ticked else NOTHING_TICKED  # no list: it is refused
    return document


def _faults(incomplete: Invalid) -> dict[str, str]:
    ticked = request.form.getlist("contraindications")
    said = NONE_AND_SOME if NONE in ticked and len(ticked) > 1 else NOTHING_TICKED
    return faults_of(incomplete, {**FAULTS, "contraindications": said})


def _number(written: str) -> int | str:
    text = written.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 4 else text


def _date(form: MultiDict[str, str]) -> str:
    """Written YYYY-MM-DD if it can be; nothing if nothing is written."""
    day, month, year = (form.get(f"letter-{each}", "").strip() for each in ("day", "month", "year"))
    return f"{year}-{month:0>2}-{day:0>2}" if day or month or year else ""
