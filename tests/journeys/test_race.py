"""The race of a referral that is cancelled with its offer being accepted, in every order of delivery."""

from __future__ import annotations

from datetime import timedelta
from itertools import permutations

import pytest

from tests.journeys.visitors import Clinic, Patient, Refused

SERVICES = ("scheduling", "outcomes", "notifications")
BETWEEN = {
    "nothing": (),
    "both published": ("publish referral", "publish scheduling"),
    "only notifications has heard": (
        "publish referral",
        "publish scheduling",
        "consume notifications",
        "ring notifications",
    ),
    "only scheduling has heard": ("publish referral", "publish scheduling", "consume scheduling", "ring scheduling"),
    "only outcomes has heard": ("publish referral", "publish scheduling", "consume outcomes", "publish outcomes"),
}


def step(clinic: Clinic, what: str) -> None:
    verb, service = what.split()
    getattr(clinic.world, verb)(service)


def accepts(clinic: Clinic, patient: Patient, offer_id: str) -> None:
    """By the coordinator, on the phone. It may be too late."""
    try:
        clinic.coordinator.post(f"/api/offers/{offer_id}/accept")
    except Refused as refused:
        assert refused.status == 409


def commands(clinic: Clinic, patient: Patient, first: str, between: tuple[str, ...]) -> None:
    offer_id = clinic.programme(patient)["offer_id"]
    both = [lambda: clinic.cancels(patient), lambda: accepts(clinic, patient, offer_id)]
    for command in both if first == "cancelled" else both[::-1]:
        command()
        for each in between:
            step(clinic, each)


def deliver(clinic: Clinic, order: tuple[str, ...]) -> None:
    """Each service hears and acts on all that there is, in this order, before the next hears anything."""
    clinic.world.publish("referral")
    for service in order:
        clinic.world.publish(service)
    for service in order:
        clinic.world.consume(service)
        clinic.world.ring(service)
        clinic.world.publish(service)
    clinic.world.settle()


def nothing_is_left(clinic: Clinic, patient: Patient) -> None:
    programme = clinic.programme(patient)
    assert (clinic.seats_taken(), programme["status"], programme["offer_id"]) == (0, "ended", None)
    assert {each["status"] for each in programme["bookings"]} <= {"cancelled"}
    assert {each["status"] for each in clinic.world.documents("outcomes", "questionnaires")} <= {"closed"}
    clinic.world.move(timedelta(minutes=1))  # so long what is cancelled is gathered for one message
    told = clinic.told(patient)
    assert set(told) <= {"sent", "stopped"}
    if "confirmation" in told.get("sent", set()):
        assert "cancellation" in told["sent"], "told of a booking, and never that it is no more"


@pytest.mark.parametrize("order", list(permutations(SERVICES)), ids="-".join)
@pytest.mark.parametrize("first", ["cancelled", "accepted"])
def test_both_commands_first_and_the_events_after(clinic: Clinic, first: str, order: tuple[str, ...]) -> None:
    clinic.schedules("monday")
    patient = clinic.takes_on(clinic.refer("bars"))
    commands(clinic, patient, first, between=())
    deliver(clinic, order)
    nothing_is_left(clinic, patient)


@pytest.mark.parametrize(
    ("first", "between"),
    [(first, each) for first in ("cancelled", "accepted") for each in BETWEEN],
)
def test_some_have_heard_of_the_first_when_the_second_comes(clinic: Clinic, first: str, between: str) -> None:
    clinic.schedules("monday")
    patient = clinic.takes_on(clinic.refer("bars"))
    commands(clinic, patient, first, BETWEEN[between])
    clinic.world.settle()
    nothing_is_left(clinic, patient)


def test_the_place_goes_to_who_waits_whoever_won_the_race(clinic: Clinic) -> None:
    clinic.schedules("monday", "one_to_one", capacity=1)
    patient = clinic.takes_on(clinic.refer("bars"), "one_to_one")
    waits = clinic.takes_on(clinic.refer(), "one_to_one")
    commands(clinic, patient, "accepted", between=())
    clinic.world.settle()
    assert clinic.programme(waits)["status"] == "offered"
    assert clinic.seats_taken() == 2
