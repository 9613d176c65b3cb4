"""Scheduling on a store of its own, driven by hand, for the tests of places. Everybody here is invented."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from movewell.contracts import referral as said
from movewell.contracts.types import Actor, Intensity, SessionFormat
from movewell.log.sqlite import SqliteLog
from movewell.service import Running
from movewell.store.sqlite import SqliteStore
from movewell.store.unit import Cause
from movewell.testing.hand_clock import HandClock
from scheduling.application.answer_offer import accept_offer
from scheduling.application.follow_referral import (
    accept_programme,
    close_programme,
    note_clearance,
)
from scheduling.application.schedule_series import Series, schedule_series
from scheduling.application.settle_booking import bookings_of
from scheduling.bootstrap import SERVICE
from scheduling.domain.programme import Programme
from scheduling.domain.session import Session

TENANT = "ZT001"
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def uid(number: int) -> str:
    return str(UUID(int=number))


class Site:
    """Scheduling on a store of its own, driven by hand."""

    def __init__(self, store: SqliteStore) -> None:
        self.clock = HandClock(START)
        self.running = Running(SERVICE, store, SqliteLog(None), self.clock)
        self.running.prepare()

    def do(self, work: Any) -> Any:
        return self.running.units.run(TENANT, Cause("c"), work)

    def series(self, name: str = "monday", capacity: int = 1, weeks: int = 10, **changes: Any) -> None:
        given = {
            "series_id": name,
            "venue_id": f"{name}-gym",
            "instructor_id": f"{name}-instructor",
            "format": SessionFormat.GROUP if capacity > 1 else SessionFormat.ONE_TO_ONE,
            "capacity": capacity,
            "first_starts_at": datetime(2026, 3, 9, 10, 0),  # noqa: DTZ001
            "minutes": 60,
            "weeks": weeks,
        }
        self.do(lambda unit: schedule_series(unit, Series(**{**given, **changes})))

    def accepted(self, n: int, format: SessionFormat = SessionFormat.ONE_TO_ONE, sessions: int = 8) -> None:
        ids = {"referral_id": uid(n), "person_id": uid(1000 + n)}
        until = date(2027, 3, 1)
        granted = said.ClearanceGranted(**ids, ceiling=Intensity.MODERATE, valid_until=until)
        decided = said.ReferralAccepted(**ids, format=format, sessions_planned=sessions, accepted_at=START)
        self.do(lambda unit: note_clearance(granted, unit))
        self.do(lambda unit: accept_programme(decided, unit))

    def withdrawn(self, n: int) -> None:
        event = said.ReferralWithdrawn(referral_id=uid(n), person_id=uid(1000 + n), withdrawn_at=START)
        self.do(lambda unit: close_programme(event, unit))

    def programme(self, n: int) -> Programme:
        return self.do(lambda unit: unit.get(Programme, uid(n)))

    def offer_of(self, n: int) -> str:
        offer_id = self.programme(n).offer_id
        assert offer_id is not None
        return offer_id

    def accept(self, n: int) -> None:
        offer_id = self.offer_of(n)
        self.do(lambda unit: accept_offer(unit, offer_id, Actor.PATIENT))

    def bookings(self, n: int) -> list:
        return self.do(lambda unit: bookings_of(unit, uid(n)))

    def sessions(self) -> list[Session]:
        return self.do(lambda unit: [unit.get(Session, each["id"]) for each in self.running.store.scan("sessions")])

    def events(self) -> list[str]:
        rows = sorted(self.running.store.scan("outbox"), key=lambda row: row["id"])
        return [row["headers"]["ce_type"] for row in rows]

    def fire(self) -> None:
        loop = self.running.timers()
        while loop.step():
            pass
