"""What patients do about their sessions by the pages behind the links: another time, a move, a cancellation."""

from __future__ import annotations

from datetime import timedelta

from tests.journeys.visitors import FIRST_SESSION, Clinic, Patient

WEDNESDAY = FIRST_SESSION + timedelta(days=2, hours=4)


def asks_another_time(clinic: Clinic, patient: Patient, *times: str) -> None:
    assert clinic.opens_link(patient, "offer", "/another-time").send({"times": list(times)}) == 200
    clinic.world.settle()


def moves(clinic: Clinic, patient: Patient, ordinal: int, to: int = 1) -> None:
    """To the nth of the times that the page shows."""
    booking = clinic.booking(patient, ordinal)
    form = clinic.opens_link(patient, "booking", f"/{booking['booking_id']}/move")
    assert form.send({"session": form.choices("session")[to - 1]}) == 200
    clinic.world.settle()


def cancels_session(clinic: Clinic, patient: Patient, ordinal: int) -> None:
    booking = clinic.booking(patient, ordinal)
    assert clinic.opens_link(patient, "booking", f"/{booking['booking_id']}/cancel").send({}) == 200
    clinic.world.settle()


def cancels_all_sessions(clinic: Clinic, patient: Patient) -> None:
    assert clinic.opens_link(patient, "booking", "/cancel").send({}) == 200
    clinic.world.settle()
