"""A rich run: several patients through everything that can happen, so that every event type is on the log."""

from __future__ import annotations

from datetime import timedelta

from tests.journeys.choosing import WEDNESDAY, asks_another_time, moves
from tests.journeys.staff_pages import cancels_a_session, closes_risk, corrects_attendance, reports_adverse_event
from tests.journeys.visitors import UNFIT, Clinic
from tests.journeys.world import World


def run_richly(world: World) -> Clinic:
    """Twelve patients and two weekly series. The group is never full, so that who comes first decides nothing."""
    clinic = Clinic(world)
    waits = clinic.takes_on(clinic.refer("bars"))
    leaves_list = clinic.takes_on(clinic.refer(), "one_to_one")
    clinic.schedules("monday")
    clinic.schedules("wednesday", weeks=4, begins=WEDNESDAY)
    recovers, risky, stays = clinic.refer("bars"), clinic.refer(), clinic.refer()
    declined, signposted, lapses, unsafe, erased = (clinic.refer() for _ in range(5))
    for patient in (recovers, risky, stays, lapses, unsafe, erased):
        clinic.takes_on(patient)
    clinic.screens(declined, UNFIT)
    clinic.ends(declined, "decline", {"reason": "23"})
    clinic.ends(signposted, "signpost", {"activity": "parkrun"})
    for patient in (waits, recovers, risky, stays, unsafe, erased):
        clinic.takes_place(patient)
    busy = clinic.takes_on(clinic.refer())
    asks_another_time(clinic, busy, "wednesday-afternoon")
    clinic.takes_place(busy)
    moves(clinic, busy, ordinal=1, to=3)
    moves(clinic, stays, ordinal=2)
    clinic.says_no(clinic.takes_on(clinic.refer_again(declined)))
    clinic.answers_questions(recovers, phq9=18, gad7=15)
    clinic.answers_questions(risky, phq9=10, gad7=8, item9=1)
    (risk,) = clinic.clinician.get("/api/risks")["items"]
    clinic.clinician.post(f"/api/risks/{risk['risk_id']}/acknowledge")
    closes_risk(clinic, risk["risk_id"])
    clinic.ends(leaves_list, "withdraw")
    clinic.ends(clinic.takes_on(clinic.refer("bars")), "withdraw")
    clinic.screens(unsafe, UNFIT)
    world.move(timedelta(hours=49))
    clinic.after_session(1)
    clinic.attends(recovers, 1)
    clinic.attends(risky, 1, code="3")
    corrects_attendance(clinic, risky, 1, was="3", code="6")
    reports_adverse_event(clinic, risky, 1)
    clinic.cancels(waits)
    clinic.erases(erased)
    clinic.before_session(2)
    clinic.answers_questions(recovers, phq9=6, gad7=5)
    clinic.after_session(2)
    clinic.attends(recovers, 2)
    clinic.attends(risky, 2)
    clinic.reviews(recovers)
    clinic.ends(recovers, "discharge", {"end_code": "46"})
    world.move(timedelta(days=8))
    cancels_a_session(clinic)
    return clinic
