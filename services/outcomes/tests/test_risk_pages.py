"""Risk items as clinicians see them: what is open and how long, who has it, what came of it."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import pytest
from movewell.contracts import referral as said
from movewell.contracts.types import RiskOutcome
from movewell.testing.at_the_door import HTML, TENANT, AtTheDoor
from outcomes.bootstrap import assemble
from outcomes.domain.risk_item import RiskItem

from .conftest import Clinic
from .reading import see
from .stories import Patient

MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def door(clinic: Clinic) -> AtTheDoor:
    clinic.door.clock.moment = MONDAY
    clinic.door.sign_in("clinician")
    return clinic.door


def press(door: AtTheDoor, path: str, **form: str) -> Any:
    page = door.call("GET", "/risks", headers=HTML).text
    token = re.search(r'name="csrf-token" content="(\w+)"', page)[1]
    return door.call("POST", path, data={**form, "csrf_token": token}, headers=HTML)


def items(door: AtTheDoor, patient: Patient) -> list[RiskItem]:
    return door.do(lambda unit: unit.find(RiskItem, {"referral_id": patient.referral_id}))


def raised(door: AtTheDoor, patient: Patient) -> str:
    patient.answered(9, 7, item9=2)
    return items(door, patient)[0].id


def test_without_an_item_the_page_says_so(tmp_path: Any) -> None:
    empty = AtTheDoor("outcomes", assemble, keyring_url=f"sqlite:///{tmp_path}/keys.db")
    empty.sign_in("clinician")
    assert "No risk item is open" in see(empty, "/risks")
    assert "No risk item is waiting to be closed" in see(empty, "/risks?show=acknowledged")
    assert "No risk item has been closed yet" in see(empty, "/risks?show=closed")


def test_an_open_item_says_who_why_and_until_when(clinic: Clinic, door: AtTheDoor, patient: Patient) -> None:
    patient.named("Alma", "Testwell", clinic.keys)
    raised(door, patient)
    door.clock.moment = MONDAY + timedelta(hours=2)
    words = see(door, "/risks")
    assert "Alma Testwell" in words and "PHQ-9, question 9" in words
    assert "Raised 2 hours ago. Acknowledge by Monday 2 March 2026, 5pm." in words


def test_an_item_past_its_day_is_overdue_in_words(door: AtTheDoor, patient: Patient) -> None:
    id = raised(door, patient)
    door.clock.moment = MONDAY + timedelta(days=1)
    assert "Overdue by 16 hours. Raised 1 day ago." in see(door, f"/risks/{id}")


def test_flags_come_before_changes_and_the_oldest_first(door: AtTheDoor) -> None:
    worse, flagged, later = (Patient(door) for _ in range(3))
    worse.answered(4, 4)
    door.clock.moment = MONDAY + timedelta(minutes=1)
    worse.answered(14, 4, ordinal=2)
    door.clock.moment = MONDAY + timedelta(minutes=2)
    raised(door, flagged)
    door.clock.moment = MONDAY + timedelta(minutes=3)
    raised(door, later)
    page = door.call("GET", "/risks", headers=HTML).text
    places = [page.index(f"/risks/{items(door, each)[0].id}") for each in (flagged, later, worse)]
    assert places == sorted(places)


def test_acknowledging_and_closing_are_two_steps_with_who_and_when(door: AtTheDoor, patient: Patient) -> None:
    id = raised(door, patient)
    door.clock.moment = MONDAY + timedelta(hours=1)
    answer = press(door, f"/risks/{id}/acknowledge")
    assert (answer.status_code, answer.location) == (303, f"/risks/{id}?done=acknowledged")
    words = see(door, answer.location)
    assert words.startswith("Success You have taken this risk item on")
    assert "Acknowledged in time, after 1 hour." in words
    assert "By Amina Yusuf (clinician-1), Monday 2 March 2026, 10am" in words
    assert f"/risks/{id}" in door.call("GET", "/risks?show=acknowledged", headers=HTML).text
    assert f"/risks/{id}" not in door.call("GET", "/risks", headers=HTML).text
    door.clock.moment = MONDAY + timedelta(hours=2)
    answer = press(door, f"/risks/{id}/close", outcome="safety_plan_agreed")
    assert (answer.status_code, answer.location) == (303, f"/risks/{id}?done=closed")
    words = see(door, answer.location)
    assert "Assessed: a safety plan was agreed" in words
    assert "By Amina Yusuf (clinician-1), Monday 2 March 2026, 11am" in words
    assert f"/risks/{id}" in door.call("GET", "/risks?show=closed", headers=HTML).text
    assert f"/risks/{id}" not in door.call("GET", "/risks?show=acknowledged", headers=HTML).text


def test_pressing_twice_does_nothing_twice(door: AtTheDoor, patient: Patient) -> None:
    id = raised(door, patient)
    for _ in range(2):
        press(door, f"/risks/{id}/acknowledge")
        press(door, f"/risks/{id}/close", outcome="gp_told")
    names = [row["headers"]["ce_type"] for row in door.running.store.scan("outbox") if id in str(row)]
    assert sorted(names) == [f"movewell.risk.{each}.v1" for each in ("acknowledged", "closed", "raised")]


@pytest.mark.parametrize("form", [{}, {"outcome": "x"}])
def test_closing_without_an_outcome_is_asked_again_with_what_was_typed(
    door: AtTheDoor, patient: Patient, form: dict[str, str]
) -> None:
    id = raised(door, patient)
    press(door, f"/risks/{id}/acknowledge")
    answer = press(door, f"/risks/{id}/close", note="Called twice.", **form)
    assert answer.status_code == 400 and "Select what came of it" in answer.text and "Called twice." in answer.text
    assert items(door, patient)[0].closed_at is None


def test_nobody_closes_what_nobody_has_taken_on(door: AtTheDoor, patient: Patient) -> None:
    id = raised(door, patient)
    answer = press(door, f"/risks/{id}/close", outcome="gp_told")
    assert answer.status_code == 409 and "Acknowledge the item before you close it." in answer.text


def test_a_second_outcome_does_not_replace_the_first(door: AtTheDoor, patient: Patient) -> None:
    id = raised(door, patient)
    press(door, f"/risks/{id}/acknowledge")
    press(door, f"/risks/{id}/close", outcome="gp_told")
    assert press(door, f"/risks/{id}/close", outcome="crisis_team").status_code == 409
    assert items(door, patient)[0].outcome.value == "gp_told"


def test_a_note_is_kept_sealed_and_goes_with_the_person(clinic: Clinic, door: AtTheDoor, patient: Patient) -> None:
    patient.named("Alma", "Testwell", clinic.keys)
    id = raised(door, patient)
    press(door, f"/risks/{id}/acknowledge")
    press(door, f"/risks/{id}/close", outcome="safety_plan_agreed", note="Canary <b>&</b>\nsister is there")
    (item,) = items(door, patient)
    assert item.note and "Canary" not in str(item) and "Canary" not in str(list(door.running.store.scan("outbox")))
    assert "Canary &lt;b&gt;&amp;&lt;/b&gt;" in door.call("GET", f"/risks/{id}", headers=HTML).text
    patient.hear(said.ReferralErased(**patient.ids, erased_at=MONDAY))
    assert items(door, patient)[0].note is None
    clinic.keys.destroy(TENANT, patient.person_id)
    assert "Testwell" not in door.call("GET", f"/risks/{id}", headers=HTML).text


def test_a_note_that_is_too_long_is_refused(clinic: Clinic, door: AtTheDoor, patient: Patient) -> None:
    patient.named("Alma", "Testwell", clinic.keys)
    id = raised(door, patient)
    press(door, f"/risks/{id}/acknowledge")
    answer = press(door, f"/risks/{id}/close", outcome="gp_told", note="é" * 1001)
    assert answer.status_code == 400 and "Write no more than 1,000 characters" in answer.text
    assert press(door, f"/risks/{id}/close", outcome="gp_told", note="\U0001f9e1" * 1000).status_code == 303


def test_closed_items_come_page_by_page_the_latest_first(door: AtTheDoor) -> None:
    made = []
    for minute in range(52):
        each = Patient(door)
        made.append(raised(door, each))
        door.clock.moment = MONDAY + timedelta(days=1, minutes=minute)
        door.do(lambda unit, id=made[-1]: _settle(unit, id))
    first = door.call("GET", "/risks?show=closed", headers=HTML).text
    assert re.findall(r'href="/risks/([0-9a-f-]{36})"', first) == made[:1:-1]
    earlier = unescape(re.search(r'href="(/risks\?show=closed[^"]+)">Earlier', first)[1])
    second = door.call("GET", earlier, headers=HTML).text
    assert re.findall(r'href="/risks/([0-9a-f-]{36})"', second)[:2] == made[1::-1]


def _settle(unit: Any, id: str) -> None:
    item = unit.get(RiskItem, id)
    item.acknowledge("clinician-1", unit.now)
    item.close(RiskOutcome.GP_TOLD, "clinician-1", unit.now)
    unit.save(item)


@pytest.mark.parametrize("query", ["?show=x", "?show=closed&after=x", "?show=closed&after=x~y", "?after=%00"])
def test_an_odd_address_is_no_fault(door: AtTheDoor, query: str) -> None:
    assert door.call("GET", f"/risks{query}", headers=HTML).status_code == 200


def test_another_service_sees_nothing(door: AtTheDoor, patient: Patient) -> None:
    id = raised(door, patient)
    press(door, f"/risks/{id}/acknowledge")
    door.sign_in("clinician", "ZT002")
    assert f"/risks/{id}" not in door.call("GET", "/risks?show=acknowledged", headers=HTML).text
    assert door.call("GET", f"/risks/{id}", headers=HTML).status_code == 404
    assert press(door, f"/risks/{id}/close", outcome="gp_told").status_code == 404


@pytest.mark.parametrize("role", ["coordinator", "instructor", "manager"])
def test_risk_items_are_for_clinicians(door: AtTheDoor, patient: Patient, role: str) -> None:
    id = raised(door, patient)
    door.sign_in(role)
    for path in ("/risks", f"/risks/{id}"):
        assert door.call("GET", path, headers=HTML).status_code == 403


def test_what_a_list_shows_is_written_into_the_audit(door: AtTheDoor, patient: Patient) -> None:
    raised(door, patient)
    see(door, "/risks")
    rows = [each for each in door.running.store.scan("accesses") if each["record"] == patient.referral_id]
    assert [(each["who"], each["route"], each["why"]) for each in rows] == [("clinician-1", "/risks", "risk")]
