"""A patient says by the page when they could come, and reads what has come of it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from movewell.contracts.types import Actor
from movewell.testing.at_the_door import HTML, AtTheDoor, csrf_of, is_error_page
from scheduling.application.answer_offer import accept_offer
from scheduling.bootstrap import assemble
from scheduling.domain.offer import Offer
from scheduling.domain.programme import Programme

from .offered import booked, bookings, offer, schedule, words

WEDNESDAYS: dict[str, Any] = {
    "series_id": "wednesday",
    "venue_id": "hall",
    "instructor_id": "instructor-2",
    "first_starts_at": "2026-03-11T14:00:00",
}
FORM = "/offer/another-time"


class Patient:
    """A patient who was offered Mondays at 10am and has used the link."""

    def __init__(self) -> None:
        self.door = AtTheDoor("scheduling", assemble)
        schedule(self.door)
        self.use_link(offer(self.door))

    def use_link(self, offer_id: str) -> None:
        self.offer_id = offer_id
        self.door.client.delete_cookie("movewell_offer", path="/offer")
        self.token = self.door.enter("offer", offer_id)

    @property
    def programme(self) -> Programme:
        found: Programme = self.door.do(lambda unit: unit.get(Programme, unit.get(Offer, self.offer_id).referral_id))
        return found

    def sees(self, path: str = "/offer") -> str:
        return words(self.door.call("GET", path, headers=HTML).text)

    def asks(self, *times: str, **more: str) -> Any:
        data = {"times": list(times), "csrf_token": self.token, **more}
        return self.door.call("POST", FORM, data=data, headers=HTML)


@pytest.fixture
def patient() -> Patient:
    return Patient()


def test_the_offer_leads_to_the_form(patient: Patient) -> None:
    sent = patient.door.call("POST", "/offer", data={"answer": "another", "csrf_token": patient.token}, headers=HTML)
    assert (sent.status_code, sent.headers["Location"]) == (303, FORM)
    seen = patient.sees(FORM)
    assert "The place we offered you is on a Monday morning." in seen
    assert "You can ask for another time 3 more times." in seen
    assert patient.programme.status.value == "offered"


def test_who_asks_is_told_of_the_next_place(patient: Patient) -> None:
    schedule(patient.door, **WEDNESDAYS)
    assert patient.asks("wednesday-afternoon").headers["Location"] == "/offer"
    assert patient.sees().startswith("We have another place for you We have sent you a message about it.")


def test_who_must_wait_reads_what_they_asked_for(patient: Patient) -> None:
    patient.asks("sunday-evening", "tuesday-morning")
    seen = patient.sees()
    assert seen.startswith("You are on the waiting list No place is free at the times you asked for.")
    assert "The times you asked for Tuesday morning Sunday evening" in seen


def test_who_asks_too_often_is_told_before_and_called_after(patient: Patient) -> None:
    schedule(patient.door, **WEDNESDAYS)
    said = []
    for n in range(4):
        said.append(patient.sees(FORM))
        patient.asks("wednesday-afternoon" if n % 2 == 0 else "monday-morning")
        if (found := patient.programme.offer_id) is not None:
            patient.use_link(found)
    for text, limit in zip(said, ("3 more times", "2 more times", "1 more time"), strict=False):
        assert f"You can ask for another time {limit}. After that we will call you" in text
    assert "You have asked 3 times. If you ask again, we will call you" in said[3]
    assert patient.sees().startswith("We will call you to find a time You have asked for another time 4 times.")


def test_another_format_is_asked_for_with_the_times(patient: Patient) -> None:
    patient.asks("monday-morning", format="one_to_one")
    assert patient.programme.format.value == "one_to_one"


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({}, "Select at least one time that suits you"),
        ({"times": ["monday"]}, "Select at least one time that suits you"),
        ({"times": ["sunday-evening"], "format": "online"}, "Select which sessions you would like"),
        ({"times": ["monday-morning", "sunday-evening"]}, "This place is at a time that you selected."),
    ],
)
def test_what_is_refused_comes_back_as_it_was_sent(patient: Patient, form: dict[str, Any], error: str) -> None:
    before = patient.door.kept()
    sent = patient.door.call("POST", FORM, data={**form, "csrf_token": patient.token}, headers=HTML)
    assert is_error_page(sent, 400) and error in words(sent.text) and "<title>Error: " in sent.text
    chosen = re.findall(r'name="times" type="checkbox" value="([^"]+)" checked', sent.text)
    assert sorted(chosen) == sorted(each for each in form.get("times", []) if "-" in each)
    assert csrf_of(sent) == patient.token and patient.door.kept() == before


def test_pressed_twice_it_is_asked_once(patient: Patient) -> None:
    assert [patient.asks("sunday-evening").status_code for _ in range(2)] == [303, 303]
    assert patient.programme.times_asked == 1


def test_an_offer_that_was_answered_meanwhile_is_shown_as_it_is(patient: Patient) -> None:
    patient.door.do(lambda unit: accept_offer(unit, patient.offer_id, Actor.STAFF))
    sent = patient.asks("sunday-evening")
    assert is_error_page(sent, 409) and "Your sessions are booked" in sent.text
    assert patient.door.call("GET", FORM).headers["Location"] == "/offer"


def test_staff_ask_for_a_patient_on_the_phone(patient: Patient) -> None:
    door = patient.door
    asked = door.call(
        "POST", f"/api/offers/{patient.offer_id}/another-time", "coordinator", json={"times": ["sunday-evening"]}
    )
    assert asked.get_json() == {"status": "waiting", "offer_id": None, "to_call": False}
    referral_id = patient.programme.id
    agreed = door.call(
        "POST",
        f"/api/programmes/{referral_id}/times",
        "coordinator",
        json={"times": ["monday-morning"], "format": None},
    )
    assert agreed.get_json()["status"] == "offered"
    seen = door.call("GET", f"/api/programmes/{referral_id}", "coordinator").get_json()
    assert (seen["times"], seen["to_call"]) == (["monday-morning"], False)


@pytest.mark.parametrize(
    "sent", [{}, {"times": []}, {"times": ["x"]}, {"times": "monday-morning"}, {"times": ["monday-morning"], "who": 1}]
)
def test_staff_can_ask_for_times_of_the_week_only(patient: Patient, sent: Any) -> None:
    before = patient.door.kept()
    path = f"/api/offers/{patient.offer_id}/another-time"
    assert patient.door.call("POST", path, "coordinator", json=sent).status_code == 400
    assert patient.door.call("POST", path, "instructor", json={"times": ["monday-morning"]}).status_code == 403
    assert patient.door.kept() == before


def test_staff_move_a_booking_on_the_phone(patient: Patient) -> None:
    schedule(patient.door, **WEDNESDAYS)
    (first, *_) = bookings(patient.door, booked(patient.door))
    to = next(each["id"] for each in patient.door.running.store.scan("sessions") if each["series_id"] == "wednesday")
    path = f"/api/bookings/{first.id}/move"
    moved = patient.door.call("POST", path, "coordinator", json={"session_id": to})
    assert moved.get_json()["session_id"] == to and moved.get_json()["moves"] == 1
    refused = patient.door.call("POST", path, "coordinator", json={"session_id": "x"})
    assert refused.status_code == 400
