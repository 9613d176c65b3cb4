"""Places: offered, declined, lapsed, waited for."""

from __future__ import annotations

from datetime import timedelta

from tests.journeys.visitors import UNFIT, Clinic


def test_an_offer_that_is_declined_frees_its_seats(clinic: Clinic) -> None:
    clinic.schedules("monday")
    patient = clinic.takes_on(clinic.refer())
    assert clinic.seats_taken() == 2
    clinic.says_no(patient)
    assert (clinic.seats_taken(), clinic.programme(patient)["status"]) == (0, "unanswered")
    assert "session.booked" not in clinic.world.events(patient.referral_id)


def test_an_offer_that_nobody_answers_lapses_after_48_hours(clinic: Clinic) -> None:
    clinic.schedules("monday")
    patient = clinic.takes_on(clinic.refer())
    clinic.world.move(timedelta(hours=47, minutes=59))
    assert clinic.programme(patient)["status"] == "offered"
    clinic.world.move(timedelta(minutes=1))
    assert (clinic.seats_taken(), clinic.programme(patient)["status"]) == (0, "unanswered")
    assert "offer.lapsed" in clinic.world.events(patient.referral_id)


def test_who_waits_is_offered_the_place_that_becomes_free(clinic: Clinic) -> None:
    clinic.schedules("monday", "one_to_one", capacity=1)
    first = clinic.takes_on(clinic.refer(), "one_to_one")
    second = clinic.takes_on(clinic.refer("bars"), "one_to_one")
    assert clinic.programme(second)["status"] == "waiting"
    clinic.says_no(first)
    assert clinic.programme(second)["status"] == "offered"
    clinic.takes_place(second)
    assert clinic.seats_taken() == 2
    events = clinic.world.events(second.referral_id)
    assert events.index("waiting.started") < events.index("waiting.ended") < events.index("session.booked")


def test_who_waits_is_offered_a_new_series(clinic: Clinic) -> None:
    patient = clinic.takes_on(clinic.refer())
    assert clinic.programme(patient)["status"] == "waiting"
    clinic.schedules("monday")
    assert clinic.programme(patient)["status"] == "offered"


def test_who_leaves_the_waiting_list_is_offered_nothing(clinic: Clinic) -> None:
    patient = clinic.takes_on(clinic.refer())
    clinic.ends(patient, "withdraw")
    clinic.schedules("monday")
    assert (clinic.seats_taken(), clinic.programme(patient)["status"]) == (0, "ended")
    assert "offer" not in clinic.told(patient).get("sent", set())


def test_a_clearance_that_is_withdrawn_takes_the_bookings_with_it(clinic: Clinic) -> None:
    clinic.schedules("monday")
    patient = clinic.takes_on(clinic.refer())
    clinic.takes_place(patient)
    assert clinic.screens(patient, UNFIT) != "cleared"
    assert clinic.seats_taken() == 0
    assert {each["status"] for each in clinic.programme(patient)["bookings"]} == {"cancelled"}
