"""Each service as its bootstrap puts it together, with things that requests may be about. Everybody is invented."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import notifications.bootstrap
import outcomes.bootstrap
import referral.bootstrap
import reporting.bootstrap
import scheduling.bootstrap
from movewell.contracts import referral as said
from movewell.contracts.scheduling import SessionBooked
from movewell.contracts.types import Intensity, SessionFormat
from movewell.testing.at_the_door import AtTheDoor
from movewell.web.tokens import new_key
from outcomes.application.ask_before_session import ask_before_session, questionnaire_id
from outcomes.domain.measures import INSTRUMENTS
from scheduling.application.follow_referral import accept_programme, note_clearance

HOW_MANY = 6
SERIES = {
    "series_id": "monday",
    "venue_id": "gym",
    "instructor_id": "instructor-1",
    "format": "group",
    "capacity": 100,
    "first_starts_at": "2026-03-09T10:00:00",
    "minutes": 60,
    "weeks": 8,
}


@dataclass(frozen=True)
class Scene:
    """A service behind its doors, ids of what is there by the names that routes give them, idempotency keys used."""

    door: AtTheDoor
    ids: dict[str, list[str]]
    used: set[str] = field(default_factory=set)


def _ids(number: int) -> dict[str, str]:
    return {"referral_id": str(UUID(int=number)), "person_id": str(UUID(int=number + 1000))}


def _referral(folder: Path) -> Scene:
    door = AtTheDoor("referral", referral.bootstrap.assemble)
    ids: dict[str, list[str]] = {"referral_id": [], "person_id": []}
    for number in range(HOW_MANY):
        person = {"family_name": f"Testwell {number}", "birth_date": "1984-03-09"}
        key = {"Idempotency-Key": f"{number:08}"}
        body = {"person": person, "source": "A1"}
        made = door.call("POST", "/api/referrals", "clinician", json=body, headers=key).get_json()
        for name, known in ids.items():
            known.append(made[name])
    vitals = {"systolic": 120, "diastolic": 80, "heart_rate": 70}
    well = {"active": True, "disease": False, "symptoms": False, "contraindications": []}
    for each in ids["referral_id"][:2]:
        door.call("POST", f"/api/referrals/{each}/screening", "clinician", json=vitals | well)
    return Scene(door, ids)


def _scheduling(folder: Path) -> Scene:
    door = AtTheDoor("scheduling", scheduling.bootstrap.assemble)
    door.call("POST", "/api/series", "coordinator", json=SERIES)
    now = door.clock.now()
    for number in range(1, HOW_MANY + 1):
        cleared = said.ClearanceGranted(**_ids(number), ceiling=Intensity.MODERATE, valid_until=date(2027, 3, 1))
        course = {"format": SessionFormat.GROUP, "sessions_planned": 8, "accepted_at": now}
        accepted = said.ReferralAccepted(**_ids(number), **course)
        door.do(lambda unit, cleared=cleared: note_clearance(cleared, unit))
        door.do(lambda unit, accepted=accepted: accept_programme(accepted, unit))
    offers = [row["id"] for row in door.running.store.scan("offers")]
    for each in offers[:2]:
        door.call("POST", f"/api/offers/{each}/accept", "coordinator")
    door.clock.move(days=7, hours=2)  # the first session is over
    bookings = [row["id"] for row in door.running.store.scan("bookings")]
    programmes = [row["id"] for row in door.running.store.scan("programmes")]
    return Scene(door, {"offer_id": offers, "booking_id": bookings, "referral_id": programmes})


def _outcomes(folder: Path) -> Scene:
    door = AtTheDoor("outcomes", outcomes.bootstrap.assemble)
    starts = door.clock.now() + timedelta(days=7)
    times = {"starts_at": starts, "ends_at": starts + timedelta(hours=1)}
    asked = []
    for number in range(1, HOW_MANY + 1):
        of_session = {"booking_id": str(UUID(int=number + 2000)), "session_id": str(UUID(int=3000)), "venue_id": "gym"}
        event = SessionBooked(**_ids(number), **of_session, **times, format=SessionFormat.GROUP, ordinal=1)
        door.do(lambda unit, event=event: ask_before_session(event, unit))
        asked.append(questionnaire_id(of_session["booking_id"]))
    answers = {item.id: 1 for each in INSTRUMENTS.values() for item in each.items}
    for each in asked[:3]:
        door.call("POST", f"/api/questionnaires/{each}/answers", "clinician", json={"answers": answers})
    raised = [row["id"] for row in door.running.store.scan("risk_items")]
    referrals = [_ids(number)["referral_id"] for number in range(1, HOW_MANY + 1)]
    return Scene(door, {"questionnaire_id": asked, "risk_id": raised, "referral_id": referrals})


def _notifications(folder: Path) -> Scene:
    needed: dict[str, Any] = {"sink_dir": folder, "link_private_key": new_key()}
    return Scene(AtTheDoor("notifications", notifications.bootstrap.assemble, **needed), {})


def _reporting(folder: Path) -> Scene:
    return Scene(AtTheDoor("reporting", reporting.bootstrap.assemble), {})


SCENES: dict[str, Callable[[Path], Scene]] = {
    "notifications": _notifications,
    "outcomes": _outcomes,
    "referral": _referral,
    "reporting": _reporting,
    "scheduling": _scheduling,
}
"""Service → its scene; `folder` is for what it writes."""
