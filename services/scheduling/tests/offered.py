"""A patient who was offered a place, behind the doors of scheduling. Everybody here is invented."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from movewell.contracts import referral as said
from movewell.contracts.types import Intensity, SessionFormat
from movewell.testing.at_the_door import AtTheDoor
from scheduling.application.follow_referral import accept_programme, note_clearance
from scheduling.domain.programme import Programme

SERIES: dict[str, Any] = {
    "series_id": "monday",
    "venue_id": "gym",
    "instructor_id": "instructor-1",
    "format": "group",
    "capacity": 100,
    "first_starts_at": "2026-03-09T10:00:00",
    "minutes": 60,
    "weeks": 8,
}


def schedule(door: AtTheDoor, **changes: Any) -> Any:
    return door.call("POST", "/api/series", "coordinator", json={**SERIES, **changes})


def offer(door: AtTheDoor) -> str:
    """The id of a new patient's open offer."""
    number = len(list(door.running.store.scan("programmes"))) + 1
    ids = {"referral_id": str(UUID(int=number)), "person_id": str(UUID(int=number + 1000))}
    cleared = said.ClearanceGranted(**ids, ceiling=Intensity.MODERATE, valid_until=date(2027, 3, 1))
    moment: datetime = door.clock.now()
    accepted = said.ReferralAccepted(**ids, format=SessionFormat.GROUP, sessions_planned=8, accepted_at=moment)
    door.do(lambda unit: note_clearance(cleared, unit))
    door.do(lambda unit: accept_programme(accepted, unit))
    programme = door.do(lambda unit: unit.get(Programme, ids["referral_id"]))
    assert programme.offer_id is not None
    return str(programme.offer_id)
