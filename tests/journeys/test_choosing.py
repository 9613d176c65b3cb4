"""Patients choose: another time, another day, or not to come; and all that hangs on a session goes with it."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import permutations

import pytest

from tests.journeys.choosing import WEDNESDAY, asks_another_time, cancels_all_sessions, cancels_session, moves
from tests.journeys.test_race import SERVICES, deliver, nothing_is_left
from tests.journeys.visitors import FIRST_SESSION, Clinic, Patient, Refused

LATER = WEDNESDAY + timedelta(weeks=2)


def booked(clinic: Clinic) -> Patient:
    """Two Mondays, and Wednesdays to move to."""
    clinic.schedules("monday")
    patient = clinic.takes_on(clinic.refer("bars"))
    clinic.takes_place(patient)
    clinic.schedules("wednesday", weeks=3, begins=WEDNESDAY)
    return patient


def starts(clinic: Clinic, patient: Patient) -> dict[int, datetime]:
    """By ordinal."""
    bookings = clinic.programme(patient)["bookings"]
    return {each["ordinal"]: datetime.fromisoformat(each["starts_at"]) for each in bookings}


def subjects(clinic: Clinic, patient: Patient) -> list[str]:
    return [str(each["Subject"]).removeprefix("Your appointment").lstrip(": ") for each in clinic.messages_to(patient)]


def test_reminder_and_questions_go_with_a_session_that_moves(clinic: Clinic) -> None:
    patient = booked(clinic)
    clinic.answers_questions(patient, phq9=18, gad7=15)
    moves(clinic, patient, ordinal=2, to=3)
    assert starts(clinic, patient) == {1: FIRST_SESSION, 2: LATER}
    clinic.after_session(1)
    clinic.attends(patient, 1)
    clinic.world.move_to(FIRST_SESSION + timedelta(weeks=1))
    before = subjects(clinic, patient)
    assert before[-1] == "is in two days" and sorted(before[:-1]) == [
        "has moved",
        "some questions first",
        "we have a place for you",
        "your sessions are booked",
    ]
    clinic.world.move_to(LATER - timedelta(hours=46))
    assert subjects(clinic, patient)[len(before) :] == ["some questions first", "is in two days"]
    clinic.answers_questions(patient, phq9=6, gad7=5)
    clinic.world.move_to(LATER + timedelta(hours=2))
    clinic.attends(patient, 2)
    assert clinic.programme(patient)["status"] == "delivered"
    (row,) = clinic.world.documents("reporting", "referrals@1")
    assert (row["sessions_booked"], row["sessions_attended"], row["sessions_moved"]) == (2, 2, 1)
    rows = clinic.world.documents("reporting", "bookings@1")
    assert {each["ordinal"]: (datetime.fromisoformat(each["starts_at"]), each["code"]) for each in rows} == {
        1: (FIRST_SESSION, "5"),
        2: (LATER, "5"),
    }


def test_the_first_questions_are_asked_anew_when_their_link_would_end_too_soon(clinic: Clinic) -> None:
    patient = booked(clinic)
    moves(clinic, patient, ordinal=1, to=3)
    assert sorted(each["status"] for each in clinic.world.documents("outcomes", "questionnaires")) == [
        "closed",
        "open",
        "planned",
    ]
    assert subjects(clinic, patient).count("some questions first") == 2


def test_each_message_brings_a_link_that_works_when_the_last_one_is_used(clinic: Clinic) -> None:
    patient = booked(clinic)
    moves(clinic, patient, ordinal=1)
    moves(clinic, patient, ordinal=1)
    clinic.world.move_to(FIRST_SESSION + timedelta(days=2))
    cancels_session(clinic, patient, 2)
    assert [each["status"] for each in clinic.programme(patient)["bookings"]].count("cancelled") == 1


def test_who_asks_for_another_time_is_offered_one_that_suits(clinic: Clinic) -> None:
    clinic.schedules("monday")
    patient = clinic.takes_on(clinic.refer())
    asks_another_time(clinic, patient, "wednesday-afternoon")
    assert (clinic.programme(patient)["status"], clinic.seats_taken()) == ("waiting", 0)
    clinic.schedules("wednesday", begins=WEDNESDAY)
    assert clinic.programme(patient)["status"] == "offered"
    clinic.takes_place(patient)
    assert starts(clinic, patient)[1] == WEDNESDAY
    events = clinic.world.events(patient.referral_id)
    assert events.index("offer.returned") < events.index("waiting.started") < events.index("waiting.ended")


def test_who_cancels_all_hears_no_more_and_the_referral_stays(clinic: Clinic) -> None:
    patient = booked(clinic)
    cancels_all_sessions(clinic, patient)
    assert (clinic.seats_taken(), clinic.programme(patient)["status"]) == (0, "delivered")
    assert {each["code"] for each in clinic.programme(patient)["bookings"]} == {"2"}
    clinic.world.move(timedelta(minutes=1))
    sent = set(clinic.world.messages())
    clinic.after_session(2)
    assert set(clinic.world.messages()) == sent
    assert {each["status"] for each in clinic.world.documents("outcomes", "questionnaires")} == {"closed"}
    assert clinic.clinician.get(f"/api/referrals/{patient.referral_id}")["status"] == "accepted"


@pytest.mark.parametrize("order", list(permutations(SERVICES)), ids="-".join)
@pytest.mark.parametrize("first", ["moved", "cancelled"])
def test_a_referral_that_is_cancelled_as_a_session_moves_leaves_nothing(
    clinic: Clinic, first: str, order: tuple[str, ...]
) -> None:
    patient = booked(clinic)
    booking, (wednesday, *_) = clinic.booking(patient, 1), free(clinic)
    both = [lambda: move(clinic, booking["booking_id"], wednesday), lambda: clinic.cancels(patient)]
    for command in both if first == "moved" else both[::-1]:
        command()
    deliver(clinic, order)
    nothing_is_left(clinic, patient)


def free(clinic: Clinic) -> list[str]:
    """Sessions that nobody is on, in order of time."""
    return [each["session_id"] for each in clinic.instructor.get("/api/sessions")["items"] if not each["seats_taken"]]


def move(clinic: Clinic, booking_id: str, session_id: str) -> None:
    """By the coordinator, on the phone. It may be too late."""
    try:
        clinic.coordinator.post(f"/api/bookings/{booking_id}/move", {"session_id": session_id})
    except Refused as refused:
        assert refused.status == 409
