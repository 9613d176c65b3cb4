"""A patient who was offered a place, behind the doors of scheduling. Everybody here is invented."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from movewell.contracts import referral as said
from movewell.contracts.types import Actor, Intensity, SessionFormat
from movewell.testing.at_the_door import AtTheDoor, words_of
from scheduling.application.answer_offer import accept_offer
from scheduling.application.follow_referral import accept_programme, note_clearance
from scheduling.application.settle_booking import bookings_of
from scheduling.domain.booking import Booking
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


def booked(door: AtTheDoor) -> str:
    """The id of a new patient's referral, whose eight sessions are booked."""
    offer_id = offer(door)
    accepted = door.do(lambda unit: accept_offer(unit, offer_id, Actor.STAFF))
    return str(accepted.referral_id)


def bookings(door: AtTheDoor, referral_id: str) -> list[Booking]:
    found: list[Booking] = door.do(lambda unit: bookings_of(unit, referral_id))
    return found


def words(page: str) -> str:
    """What a page says in its main part."""
    return words_of(page)
