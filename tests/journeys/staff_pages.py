"""What staff do by their pages: an adverse event, a correction, a risk item closed, a session cancelled."""

from __future__ import annotations

import uuid
from datetime import timedelta

from tests.journeys.visitors import Clinic, Patient, Visitor


def _sends(visitor: Visitor, path: str, **fields: str) -> None:
    form = {**fields, "idempotency_key": str(uuid.uuid4())}
    assert visitor.call("POST", path, data=form).status_code == 303


def reports_adverse_event(clinic: Clinic, patient: Patient, ordinal: int, severity: str = "serious") -> None:
    booking = clinic.booking(patient, ordinal)
    path = f"/register/{booking['session_id']}/adverse-events/{booking['booking_id']}"
    what = {"kind": "dizziness_or_faint", "severity": severity, "relatedness": "not_known", "action": "stopped"}
    _sends(clinic.coordinator, path, **what)
    clinic.world.settle()


def corrects_attendance(clinic: Clinic, patient: Patient, ordinal: int, was: str, code: str) -> None:
    """Who came late was taken for absent."""
    booking = clinic.booking(patient, ordinal)
    path = f"/register/{booking['session_id']}/attendance"
    _sends(clinic.coordinator, path, booking_id=booking["booking_id"], was=was, code=code)
    clinic.world.settle()


def closes_risk(clinic: Clinic, risk_id: str) -> None:
    _sends(clinic.clinician, f"/risks/{risk_id}/close", outcome="safety_plan_agreed", note="Spoke to them.")
    clinic.world.settle()


def cancels_a_session(clinic: Clinic) -> None:
    """One of a series of its own, in which nobody has a seat."""
    clinic.schedules("friday", begins=clinic.world.clock.now().replace(tzinfo=None) + timedelta(days=20))
    session = clinic.coordinator.get("/api/sessions")["items"][-1]
    _sends(clinic.coordinator, f"/sessions/{session['session_id']}/cancel")
    clinic.world.settle()
