"""Endings propagate: seats freed, timers and unsent messages stopped, questionnaires closed, keys destroyed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from movewell.keyring.port import KeyDestroyed

from deploy.local.people import answers
from tests.journeys.visitors import UNFIT, Clinic, Patient, Refused

END: dict[str, Callable[[Clinic, Patient], None]] = {
    "cancelled by the referrer": Clinic.cancels,
    "withdrawn by the patient": lambda clinic, patient: clinic.ends(patient, "withdraw"),
    "discharged": lambda clinic, patient: clinic.ends(patient, "discharge", {"end_code": "47"}),
    "erased": Clinic.erases,
}


def booked(clinic: Clinic) -> Patient:
    """Two sessions booked: reminders, and one questionnaire open and one planned."""
    clinic.schedules("monday")
    patient = clinic.takes_on(clinic.refer("bars"))
    clinic.takes_place(patient)
    assert clinic.seats_taken() == 2
    return patient


def timers_about(clinic: Clinic, patient: Patient) -> list[str]:
    """Kinds of the timers about anything of the patient's, in any service."""
    world = clinic.world
    own = {patient.referral_id, patient.person_id}
    for service, collection in (
        ("scheduling", "offers"),
        ("scheduling", "bookings"),
        ("outcomes", "questionnaires"),
        ("notifications", "messages"),
    ):
        own |= {each["id"] for each in world.documents(service, collection)}
    return [
        each["kind"] for name in world.running for each in world.documents(name, "timers") if each["subject"] in own
    ]


def let_be_told(clinic: Clinic) -> None:
    """The message about what was cancelled waits a minute for more of it."""
    clinic.world.settle()
    clinic.world.move(timedelta(minutes=1))


@pytest.mark.parametrize("how", END)
def test_an_ending_frees_the_seats_and_stops_all_that_was_to_come(clinic: Clinic, how: str) -> None:
    patient = booked(clinic)
    assert timers_about(clinic, patient) != []
    END[how](clinic, patient)
    let_be_told(clinic)
    assert clinic.seats_taken() == 0
    assert {each["status"] for each in clinic.programme(patient)["bookings"]} == {"cancelled"}
    assert {each["status"] for each in clinic.world.documents("outcomes", "questionnaires")} == {"closed"}
    assert set(clinic.told(patient)) <= {"sent", "stopped"}
    assert timers_about(clinic, patient) == []


@pytest.mark.parametrize("how", END)
def test_nothing_is_sent_about_sessions_after_an_ending(clinic: Clinic, how: str) -> None:
    patient = booked(clinic)
    END[how](clinic, patient)
    let_be_told(clinic)
    sent = set(clinic.world.messages())
    clinic.after_session(2)
    assert set(clinic.world.messages()) == sent
    assert "reminder" not in clinic.told(patient)["sent"]


def test_an_ending_takes_an_open_offer_back(clinic: Clinic) -> None:
    clinic.schedules("monday")
    patient = clinic.takes_on(clinic.refer("bars"))
    form = clinic.opens_link(patient, "offer")
    clinic.cancels(patient)
    clinic.world.settle()
    assert clinic.seats_taken() == 0
    assert "offer.withdrawn" in clinic.world.events(patient.referral_id)
    assert form.send({"answer": "accept"}) == 409
    clinic.world.settle()
    assert clinic.seats_taken() == 0


@pytest.mark.parametrize("how", ["clearance withdrawn", "discharged", "withdrawn by the patient"])
def test_what_is_cancelled_at_once_is_told_in_one_message(clinic: Clinic, how: str) -> None:
    """Of two sessions; a patient who leaves by themselves is told of the one that they were written to about."""
    patient = booked(clinic)
    if how == "clearance withdrawn":
        clinic.screens(patient, UNFIT)
    else:
        END[how](clinic, patient)
    let_be_told(clinic)
    texts = [text.decode() for text in clinic.world.messages().values() if b"is cancelled\r\n" in text]
    assert len(texts) == 1
    assert ("These sessions are cancelled." in texts[0]) == (how != "withdrawn by the patient")


def test_a_questionnaire_of_an_ended_referral_is_not_answered(clinic: Clinic) -> None:
    patient = booked(clinic)
    form = clinic.opens_link(patient, "questionnaire")
    clinic.cancels(patient)
    clinic.world.settle()
    assert form.send(answers(10, 8, item9=1)) == 410
    assert clinic.clinician.get("/api/risks")["items"] == []


def test_what_was_attended_stays_attended(clinic: Clinic) -> None:
    patient = booked(clinic)
    clinic.after_session(1)
    clinic.attends(patient, 1)
    clinic.ends(patient, "withdraw")
    assert [each["code"] for each in clinic.programme(patient)["bookings"]] == ["5", "2"]


def test_an_erased_person_is_gone_everywhere(clinic: Clinic) -> None:
    patient = booked(clinic)
    clinic.answers_questions(patient, phq9=10, gad7=8)
    clinic.erases(patient)
    world = clinic.world
    (person,) = world.documents("referral", "people")
    assert (person["identity"], person["contact"], person["nhs_number_mark"]) == (None, None, None)
    (addressee,) = world.documents("notifications", "addressees")
    assert (addressee["contact"], addressee["erased"]) == (None, True)
    assert [each["answers"] for each in world.documents("outcomes", "questionnaires")] == [{}, {}]


def test_an_erased_persons_key_is_destroyed_and_no_other(clinic: Clinic) -> None:
    erased, stays = clinic.refer("bars"), clinic.refer()
    clinic.erases(erased)
    keyring = clinic.world.keyring("notifications")
    with pytest.raises(KeyDestroyed):
        keyring.key("ZT001", erased.person_id)
    assert len(keyring.key("ZT001", stays.person_id)) == 32
    keyring.close()


def test_who_was_erased_may_be_referred_again_as_somebody_new(clinic: Clinic) -> None:
    patient = clinic.refer()
    before = patient.person_id
    clinic.erases(patient)
    assert clinic.refer_again(patient).person_id != before


def test_an_ended_referral_is_not_decided_again(clinic: Clinic) -> None:
    patient = clinic.refer()
    clinic.screens(patient)
    clinic.ends(patient, "withdraw")
    with pytest.raises(Refused) as refused:
        clinic.accepts(patient)
    assert refused.value.status == 409
