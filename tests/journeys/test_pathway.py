"""The pathway, from the referrer's message to the figure in the report."""

from __future__ import annotations

from collections import Counter

import pytest
from referral.projections.worklist_rows import flags_of

from tests.journeys.staff_pages import reports_adverse_event
from tests.journeys.visitors import UNFIT, Clinic, Patient


def flow(clinic: Clinic) -> dict[str, int]:
    return {each["key"]: each["count"] for each in clinic.manager.get("/api/report")["flow"]["stages"]}


def subjects(clinic: Clinic, patient: Patient) -> Counter[str]:
    return Counter(str(each["Subject"]) for each in clinic.messages_to(patient))


def test_a_patient_is_referred_exercises_recovers_and_is_in_the_report(clinic: Clinic) -> None:
    clinic.schedules("monday")
    patient = clinic.refer("bars")
    assert clinic.screens(patient) == "cleared"
    clinic.accepts(patient)
    assert clinic.programme(patient)["status"] == "offered"

    clinic.takes_place(patient)
    assert [each["status"] for each in clinic.programme(patient)["bookings"]] == ["booked", "booked"]

    clinic.answers_questions(patient, phq9=18, gad7=15)
    clinic.after_session(1)
    clinic.attends(patient, 1)
    clinic.before_session(2)
    clinic.answers_questions(patient, phq9=6, gad7=5)
    clinic.after_session(2)
    clinic.attends(patient, 2)
    assert clinic.programme(patient)["status"] == "delivered"

    reviewed = clinic.reviews(patient)
    assert (reviewed["phq9"], reviewed["recovered"]) == ({"first": 18, "last": 6}, True)
    assert subjects(clinic, patient) == {
        "Your appointment: we have a place for you": 1,
        "Your appointment: your sessions are booked": 1,
        "Your appointment: some questions first": 2,
        "Your appointment is in two days": 2,
    }
    clinic.ends(patient, "discharge", {"end_code": "46"})
    assert {flow(clinic)[each] for each in ("received", "accepted", "finished")} == {1}


def test_item_9_alerts_the_team_at_once(clinic: Clinic) -> None:
    clinic.schedules("monday")
    patient = clinic.takes_on(clinic.refer())
    clinic.takes_place(patient)
    before = clinic.world.clock.moment
    clinic.answers_questions(patient, phq9=10, gad7=8, item9=1)
    assert clinic.world.clock.moment == before
    (alert,) = clinic.alerts()
    assert patient.referral_id in alert.get_body(("plain",)).get_content()
    (risk,) = clinic.clinician.get("/api/risks")["items"]
    clinic.clinician.post(f"/api/risks/{risk['risk_id']}/acknowledge")
    clinic.world.settle()
    assert clinic.clinician.get("/api/risks")["items"] == []
    assert "risk.acknowledged" in clinic.world.events(patient.referral_id)


@pytest.mark.parametrize(("severity", "raised"), [("serious", 1), ("moderate", 0)])
def test_a_serious_adverse_event_alerts_the_team_at_once(clinic: Clinic, severity: str, raised: int) -> None:
    clinic.schedules("monday")
    patient = clinic.takes_on(clinic.refer())
    clinic.takes_place(patient)
    clinic.after_session(1)
    reports_adverse_event(clinic, patient, 1, severity)
    assert len(clinic.alerts()) == len(clinic.clinician.get("/api/risks")["items"]) == raised
    (row,) = clinic.world.documents("referral", "worklist@1")
    assert flags_of(row) == ["risk_raised"] * raised + ["adverse_event"]


def test_a_patient_who_does_not_attend_is_counted_as_missed(clinic: Clinic) -> None:
    clinic.schedules("monday")
    patient = clinic.takes_on(clinic.refer())
    clinic.takes_place(patient)
    clinic.after_session(1)
    clinic.attends(patient, 1, code="3")
    clinic.after_session(2)
    clinic.attends(patient, 2)
    assert [each["code"] for each in clinic.programme(patient)["bookings"]] == ["3", "5"]
    (row,) = clinic.world.documents("reporting", "referrals@1")
    assert (row["sessions_missed"], row["sessions_attended"]) == (1, 1)
    (case,) = clinic.world.documents("outcomes", "cases")
    assert case["attended"] == 1


def test_a_patient_who_is_not_cleared_is_declined_and_nothing_is_offered(clinic: Clinic) -> None:
    clinic.schedules("monday")
    patient = clinic.refer()
    assert clinic.screens(patient, UNFIT) != "cleared"
    clinic.ends(patient, "decline", {"reason": "23"})
    assert "place.offered" not in clinic.world.events(patient.referral_id)
    assert clinic.seats_taken() == 0


def test_a_patient_is_signposted_and_told_of_the_activity(clinic: Clinic) -> None:
    patient = clinic.refer("bars")
    clinic.screens(patient)
    clinic.ends(patient, "signpost", {"activity": "parkrun"})
    (message,) = clinic.messages_to(patient)
    assert "parkrun" in message.get_body(("plain",)).get_content()
