"""A serious adverse event raises a risk item, which has the same clock and the same end as one of question 9."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from movewell.contracts.adverse_events import AdverseEventAction, AdverseEventKind, AdverseEventSeverity, Relatedness
from movewell.contracts.referral import ReferralWithdrawn
from movewell.contracts.scheduling import AdverseEventReported
from movewell.store.unit import new_id
from movewell.testing.at_the_door import HTML, AtTheDoor
from outcomes.domain.risk import is_serious
from outcomes.domain.risk_clock import risk_clock
from outcomes.domain.risk_item import RiskItem
from outcomes.entrypoints.words import ACTIONS, HAPPENED, SEVERITIES, TRIGGERS

from .conftest import Clinic
from .reading import see
from .stories import Patient

MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
MILD, MODERATE, SERIOUS = AdverseEventSeverity
URGENT = {AdverseEventAction.NHS_111, AdverseEventAction.EMERGENCY_SERVICES}


@pytest.fixture
def door(clinic: Clinic) -> AtTheDoor:
    clinic.door.clock.moment = MONDAY
    clinic.door.sign_in("clinician")
    return clinic.door


def reported(
    patient: Patient,
    severity: AdverseEventSeverity = SERIOUS,
    action: AdverseEventAction = AdverseEventAction.FIRST_AID,
    at: datetime = MONDAY,
) -> AdverseEventReported:
    return AdverseEventReported(
        **patient.ids,
        adverse_event_id=new_id(),
        booking_id=new_id(),
        session_id=new_id(),
        kind=AdverseEventKind.CHEST_PAIN,
        severity=severity,
        relatedness=Relatedness.NOT_KNOWN,
        action=action,
        reported_at=at,
    )


def items(patient: Patient) -> list[RiskItem]:
    return patient.door.do(lambda unit: unit.find(RiskItem, {"referral_id": patient.referral_id}))


def told(patient: Patient) -> list[str]:
    rows = patient.door.running.store.scan("outbox")
    return [row["headers"]["ce_type"].split(".", 1)[1] for row in rows if row["key"] == patient.referral_id]


def press(door: AtTheDoor, path: str, **form: str) -> Any:
    page = door.call("GET", "/risks", headers=HTML).text
    token = re.search(r'name="csrf-token" content="(\w+)"', page)[1]
    return door.call("POST", path, data={**form, "csrf_token": token}, headers=HTML)


@pytest.mark.parametrize("severity", AdverseEventSeverity)
@pytest.mark.parametrize("action", AdverseEventAction)
def test_a_serious_grade_or_urgent_help_raises_a_risk(
    severity: AdverseEventSeverity, action: AdverseEventAction
) -> None:
    assert is_serious(severity, action) == (severity is SERIOUS or action in URGENT)


def test_a_serious_event_is_one_item_with_the_clock_of_its_report(door: AtTheDoor, patient: Patient) -> None:
    event = reported(patient)
    door.clock.moment = MONDAY + timedelta(hours=3)
    patient.hear(event, event)
    (item,) = items(patient)
    clock = risk_clock(item, door.clock.moment)
    assert (clock.due_at, clock.waited) == (datetime(2026, 3, 2, 17, tzinfo=UTC), timedelta(hours=3))
    assert told(patient) == ["risk.raised.v1"]


def test_two_events_of_a_patient_are_two_items(door: AtTheDoor, patient: Patient) -> None:
    patient.hear(reported(patient), reported(patient))
    assert len(items(patient)) == 2


def test_a_milder_event_raises_none(door: AtTheDoor, patient: Patient) -> None:
    patient.hear(reported(patient, MODERATE, AdverseEventAction.STOPPED))
    assert items(patient) == []


@pytest.mark.parametrize("first", [True, False], ids=["ending first", "ending last"])
def test_an_ending_before_or_after_leaves_the_item_open(door: AtTheDoor, patient: Patient, first: bool) -> None:
    ending, event = ReferralWithdrawn(**patient.ids, withdrawn_at=MONDAY), reported(patient)
    patient.hear(*([ending, event] if first else [event, ending]))
    assert [each.acknowledged for each in items(patient)] == [False]


def test_the_page_says_what_happened_and_the_item_is_taken_on_and_closed(door: AtTheDoor, patient: Patient) -> None:
    patient.hear(reported(patient, MILD, AdverseEventAction.EMERGENCY_SERVICES))
    id = items(patient)[0].id
    words = see(door, f"/risks/{id}")
    assert "Chest pain at a session (mild). The emergency services were called." in words
    assert press(door, f"/risks/{id}/acknowledge").status_code == 303
    words = see(door, f"/risks/{id}")
    assert "Emergency services called" in words and "Answered by mistake" not in words
    assert press(door, f"/risks/{id}/close", outcome="emergency_services").status_code == 303
    assert told(patient) == ["risk.raised.v1", "risk.acknowledged.v1", "risk.closed.v1"]
    assert TRIGGERS[items(patient)[0].trigger] in see(door, "/risks?show=closed")


def test_it_comes_before_a_change_of_scores_that_waits_longer(door: AtTheDoor, patient: Patient) -> None:
    worse = Patient(door)
    worse.answered(4, 4)
    door.clock.moment = MONDAY + timedelta(minutes=1)
    worse.answered(14, 4, ordinal=2)
    patient.hear(reported(patient, at=MONDAY + timedelta(hours=1)))
    page = door.call("GET", "/risks", headers=HTML).text
    assert page.index(items(patient)[0].id) < page.index(items(worse)[0].id)


def test_the_api_names_it_too(door: AtTheDoor, patient: Patient) -> None:
    patient.hear(reported(patient))
    id = items(patient)[0].id
    (mine,) = [each for each in door.call("GET", "/api/risks").json["items"] if each["risk_id"] == id]
    assert (mine["trigger"], mine["incomplete"]) == ("serious_adverse_event", False)


@pytest.mark.parametrize(
    ("codes", "words"),
    [(AdverseEventKind, HAPPENED), (AdverseEventSeverity, SEVERITIES), (AdverseEventAction, ACTIONS)],
)
def test_every_code_has_its_words(codes: Any, words: Any) -> None:
    assert set(words) == set(codes)
