"""Patients of outcomes in every state, at the doors of the service."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from movewell.contracts import people
from movewell.contracts import referral as said
from movewell.contracts import scheduling as scheduled
from movewell.contracts.types import Actor, AttendanceCode, SessionFormat
from movewell.keyring.sealing import seal
from movewell.keyring.sqlite import SqliteKeyring
from movewell.projections import rows_of
from movewell.store.unit import new_id
from movewell.testing.at_the_door import TENANT, AtTheDoor
from outcomes.application.answer_questionnaire import answer_questionnaire
from outcomes.application.ask_before_session import questionnaire_id
from outcomes.bootstrap import SERVICE
from outcomes.domain.measures import INSTRUMENTS
from outcomes.domain.questionnaire import Questionnaire
from outcomes.projections.course_rows import COURSES

ITEMS = [item.id for each in INSTRUMENTS.values() for item in each.items]
WEEK = timedelta(weeks=1)


def answers(phq9: int, gad7: int, item9: int = 0) -> dict[str, int]:
    """Answers that come to these totals; item 9 as given."""
    made = {"phq9_9": item9}
    for name, total, items in (("phq9", phq9 - item9, 8), ("gad7", gad7, 7)):
        for n in range(1, items + 1):
            made[f"{name}_{n}"] = min(3, total)
            total -= made[f"{name}_{n}"]
    return made


class Patient:
    """A referral of which the service hears by events; reactions and projections are told at once."""

    def __init__(self, door: AtTheDoor) -> None:
        self.door, self.ids = door, {"referral_id": new_id(), "person_id": new_id()}
        self.referral_id, self.person_id = self.ids["referral_id"], self.ids["person_id"]
        self.bookings: list[dict[str, Any]] = []

    def hear(self, *events: Any) -> None:
        for event in events:
            self.door.do(lambda unit, event=event: self._tell(unit, event))

    def _tell(self, unit: Any, event: Any) -> None:
        if reaction := SERVICE.reactions.get(type(event)):
            reaction(event, unit)
        if fold := COURSES.folds.get(type(event)):
            name = rows_of(COURSES.collection, 1).name
            row = unit.tx.get(name, event.referral_id)
            if row is None:
                unit.tx.add(name, fold({"id": event.referral_id, "tenant": unit.tenant}, event))
            else:
                unit.tx.replace(name, fold(dict(row), event), row["version"])

    def received(self) -> None:
        now = self.door.clock.now()
        self.hear(said.ReferralReceived(**self.ids, source="A1", channel="bars", received_at=now))

    def accepted(self) -> None:
        now = self.door.clock.now()
        self.hear(said.ReferralAccepted(**self.ids, format=SessionFormat.GROUP, sessions_planned=8, accepted_at=now))

    def booked(self, ordinal: int = 1, starts_at: datetime | None = None) -> str:
        """The id of the questionnaire that is asked before it."""
        starts_at = starts_at or self.door.clock.now() + ordinal * WEEK
        booking = {"referral_id": self.referral_id, "booking_id": new_id(), "session_id": new_id()}
        self.bookings.append(booking | {"starts_at": starts_at})
        times = {"starts_at": starts_at, "ends_at": starts_at + timedelta(hours=1)}
        self.hear(
            scheduled.SessionBooked(
                **booking,
                **times,
                person_id=self.person_id,
                venue_id="gym",
                format=SessionFormat.GROUP,
                ordinal=ordinal,
            )
        )
        return questionnaire_id(booking["booking_id"])

    def attended(self, place: int = 0) -> None:
        booking, now = self.bookings[place], self.door.clock.now()
        self.hear(scheduled.SessionAttended(**booking, code=AttendanceCode.ATTENDED, recorded_at=now))

    def missed(self, place: int = 0) -> None:
        booking, now = self.bookings[place], self.door.clock.now()
        self.hear(scheduled.SessionMissed(**booking, code=AttendanceCode.DID_NOT_ATTEND, recorded_at=now))

    def answered(self, phq9: int, gad7: int, item9: int = 0, ordinal: int = 1, by: Actor = Actor.PATIENT) -> str:
        """Booked and asked at once, and answered."""
        id = self.booked(ordinal, self.door.clock.now() + timedelta(days=2))
        self.door.do(lambda unit: answer_questionnaire(unit, id, answers(phq9, gad7, item9), by))
        return id

    def named(self, given: str, family: str, keys: SqliteKeyring) -> None:
        """Referral has registered the person."""
        keys.create(TENANT, self.person_id)
        names = {"given_names": [given], "family_name": family}
        identity = seal(keys, TENANT, self.person_id, "identity", names)
        told = {"person_id": self.person_id, "identity": identity, "contact": identity}
        self.hear(people.PersonRegistered(**told, registered_at=self.door.clock.now()))


def questionnaire(door: AtTheDoor, id: str) -> Questionnaire:
    return door.do(lambda unit: unit.get(Questionnaire, id))
