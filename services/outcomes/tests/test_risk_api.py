"""A system of the service closes a risk item by the API as a clinician does on the page."""

from __future__ import annotations

from typing import Any

import pytest
from movewell.testing.at_the_door import AtTheDoor
from outcomes.domain.risk_item import RiskItem

from .conftest import Clinic
from .stories import Patient


@pytest.fixture
def risk(clinic: Clinic, patient: Patient) -> str:
    patient.named("Alma", "Testwell", clinic.keys)
    patient.answered(9, 7, item9=2)
    (item,) = patient.door.do(lambda unit: unit.find(RiskItem, {"referral_id": patient.referral_id}))
    return str(item.id)


def post(patient: Patient, risk: str, what: str, given: Any = None, role: str = "clinician") -> Any:
    door: AtTheDoor = patient.door
    return door.call("POST", f"/api/risks/{risk}/{what}", role, json=given)


def kept(patient: Patient, risk: str) -> RiskItem:
    return patient.door.do(lambda unit: unit.get(RiskItem, risk))


def test_an_item_is_taken_on_and_closed_with_a_sealed_note(patient: Patient, risk: str) -> None:
    assert post(patient, risk, "close", {"outcome": "gp_told"}).status_code == 409, "nobody has taken it on"
    post(patient, risk, "acknowledge")
    given = {"outcome": "gp_told", "note": "Marzipan was spoken of."}
    for _ in range(2):
        assert post(patient, risk, "close", given).json == {"risk_id": risk, "outcome": "gp_told"}
    item = kept(patient, risk)
    assert (item.closed_by, item.outcome.value) == ("clinician-1", "gp_told")
    assert item.note and "Marzipan" not in str(patient.door.kept())
    assert post(patient, risk, "close", {"outcome": "crisis_team"}).status_code == 409


@pytest.mark.parametrize(
    ("given", "pointer"),
    [
        ({}, "/outcome"),
        ({"outcome": "forgotten"}, "/outcome"),
        ({"outcome": "gp_told", "note": "n" * 1001}, "/note"),
        ({"outcome": "gp_told", "closed_by": "me"}, "/closed_by"),
    ],
)
def test_every_fault_is_named(patient: Patient, risk: str, given: dict[str, str], pointer: str) -> None:
    post(patient, risk, "acknowledge")
    answer = post(patient, risk, "close", given)
    assert (answer.status_code, answer.json["errors"][0]["pointer"]) == (400, pointer)
    assert kept(patient, risk).closed_at is None


@pytest.mark.parametrize("role", ["coordinator", "instructor", "manager", "system"])
def test_only_clinicians_close(patient: Patient, risk: str, role: str) -> None:
    assert post(patient, risk, "close", {"outcome": "gp_told"}, role).status_code == 403


def test_who_closed_it_is_in_the_audit(patient: Patient, risk: str) -> None:
    post(patient, risk, "acknowledge")
    post(patient, risk, "close", {"outcome": "gp_told"})
    rows = [each for each in patient.door.running.store.scan("accesses") if each["record"] == risk]
    assert [each["route"] for each in rows] == ["/api/risks/<risk_id>/acknowledge", "/api/risks/<risk_id>/close"]
