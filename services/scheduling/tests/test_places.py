"""The story of a place: sought, offered, held, booked, freed; never over-filled, nobody in two places."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from movewell.contracts import referral as said
from movewell.contracts.types import Actor, AttendanceCode, Intensity, ScreeningOutcome, SessionFormat
from movewell.kernel import DomainError
from movewell.log.sqlite import SqliteLog
from movewell.service import Running
from movewell.store.sqlite import SqliteStore
from movewell.store.unit import Cause, Unit
from scheduling.application.answer_offer import accept_offer, decline_offer
from scheduling.application.follow_referral import (
    accept_programme,
    close_programme,
    note_clearance,
    withdraw_clearance,
)
from scheduling.application.schedule_series import Series, SeriesExists, schedule_series
from scheduling.application.settle_booking import bookings_of, cancel_booking, record_attendance
from scheduling.bootstrap import SERVICE
from scheduling.domain.booking import BookingSettled, TooEarly
from scheduling.domain.offer import Offer, OfferClosed
from scheduling.domain.programme import Programme, ProgrammeStatus
from scheduling.domain.session import AlreadyElsewhere, Session

TENANT = "ZT001"
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


class HandClock:
    def __init__(self) -> None:
        self.moment = START

    def now(self) -> datetime:
        return self.moment


def uid(number: int) -> str:
    return str(UUID(int=number))


class Site:
    """Scheduling on a store of its own, driven by hand."""

    def __init__(self, store: SqliteStore) -> None:
        self.clock = HandClock()
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


@pytest.fixture
def site() -> Iterator[Site]:
    yield Site(SqliteStore(None))


def test_an_accepted_and_cleared_referral_is_offered_a_course_of_sessions(site: Site) -> None:
    site.series()
    site.accepted(1)
    offer_id = site.offer_of(1)
    offer = site.do(lambda unit: unit.get(Offer, offer_id))
    assert (len(offer.session_ids), offer.expires_at) == (8, START + timedelta(hours=48))


def test_clearance_may_come_after_the_decision(site: Site) -> None:
    site.series()
    ids = {"referral_id": uid(1), "person_id": uid(1001)}
    decided = said.ReferralAccepted(**ids, format=SessionFormat.ONE_TO_ONE, sessions_planned=8, accepted_at=START)
    site.do(lambda unit: accept_programme(decided, unit))
    assert site.programme(1).status is ProgrammeStatus.SEEKING
    granted = said.ClearanceGranted(**ids, ceiling=Intensity.LIGHT, valid_until=date(2027, 3, 1))
    site.do(lambda unit: note_clearance(granted, unit))
    assert site.programme(1).status is ProgrammeStatus.OFFERED


def test_accepting_books_every_session_once(site: Site) -> None:
    site.series()
    site.accepted(1)
    offer_id = site.offer_of(1)
    for _ in range(2):
        site.do(lambda unit: accept_offer(unit, offer_id, Actor.PATIENT))
    assert [each.ordinal for each in site.bookings(1)] == list(range(1, 9))
    assert site.events().count("movewell.session.booked.v1") == 8


def test_who_finds_no_place_waits_and_the_longest_waiting_is_offered_first(site: Site) -> None:
    site.series(weeks=8)
    for n in (1, 2, 3):
        site.accepted(n)
        site.clock.moment += timedelta(minutes=1)
    assert [site.programme(n).status.value for n in (1, 2, 3)] == ["offered", "waiting", "waiting"]
    offer_id = site.offer_of(1)
    site.do(lambda unit: decline_offer(unit, offer_id, Actor.PATIENT))
    site.fire()
    assert [site.programme(n).status.value for n in (1, 2, 3)] == ["unanswered", "offered", "waiting"]


def test_an_expired_offer_frees_the_place(site: Site) -> None:
    site.series()
    site.accepted(1)
    offer_id = site.offer_of(1)
    site.clock.moment += timedelta(hours=49)
    with pytest.raises(OfferClosed):
        site.do(lambda unit: accept_offer(unit, offer_id, Actor.PATIENT))
    site.fire()
    assert site.programme(1).status is ProgrammeStatus.UNANSWERED
    assert not any(each.seats for each in site.sessions())


def test_withdrawal_frees_seats_and_stops_the_offer(site: Site) -> None:
    site.series()
    site.accepted(1)
    offer_id = site.offer_of(1)
    site.withdrawn(1)
    with pytest.raises(DomainError):
        site.do(lambda unit: accept_offer(unit, offer_id, Actor.PATIENT))
    assert not any(each.seats for each in site.sessions())
    assert "movewell.offer.withdrawn.v1" in site.events()


def test_withdrawal_after_booking_cancels_what_lies_ahead(site: Site) -> None:
    site.series()
    site.accepted(1)
    site.accept(1)
    site.withdrawn(1)
    assert {each.status.value for each in site.bookings(1)} == {"cancelled"}
    assert not any(each.seats for each in site.sessions())


def test_a_withdrawn_clearance_takes_the_bookings_back(site: Site) -> None:
    site.series()
    site.accepted(1)
    site.accept(1)
    event = said.ClearanceWithdrawn(
        referral_id=uid(1),
        person_id=uid(1001),
        outcome=ScreeningOutcome.CONTRAINDICATED,
        withdrawn_at=START,
    )
    site.do(lambda unit: withdraw_clearance(event, unit))
    assert {each.code for each in site.bookings(1)} == {AttendanceCode.CANCELLED_BY_PROVIDER}
    site.fire()
    assert site.programme(1).status is ProgrammeStatus.SEEKING


def test_sessions_after_the_end_of_clearance_are_not_offered(site: Site) -> None:
    site.series()
    ids = {"referral_id": uid(1), "person_id": uid(1001)}
    granted = said.ClearanceGranted(**ids, ceiling=Intensity.LIGHT, valid_until=date(2026, 4, 6))
    decided = said.ReferralAccepted(**ids, format=SessionFormat.ONE_TO_ONE, sessions_planned=8, accepted_at=START)
    site.do(lambda unit: note_clearance(granted, unit))
    site.do(lambda unit: accept_programme(decided, unit))
    offer_id = site.offer_of(1)
    offer = site.do(lambda unit: unit.get(Offer, offer_id))
    assert len(offer.session_ids) == 5


def test_nobody_is_offered_two_places_at_the_same_time(site: Site) -> None:
    site.series("monday")
    site.series("also-monday")
    ids = {"person_id": uid(1001)}
    for n in (1, 2):
        granted = said.ClearanceGranted(
            referral_id=uid(n), **ids, ceiling=Intensity.LIGHT, valid_until=date(2027, 3, 1)
        )
        decided = said.ReferralAccepted(
            referral_id=uid(n),
            **ids,
            format=SessionFormat.ONE_TO_ONE,
            sessions_planned=8,
            accepted_at=START,
        )
        site.do(lambda unit, granted=granted: note_clearance(granted, unit))
        site.do(lambda unit, decided=decided: accept_programme(decided, unit))
    assert [site.programme(n).status.value for n in (1, 2)] == ["offered", "waiting"]


def test_an_instructor_cannot_be_scheduled_twice_at_once(site: Site) -> None:
    site.series("monday")
    with pytest.raises(AlreadyElsewhere):
        site.series("other", instructor_id="monday-instructor")
    with pytest.raises(SeriesExists):
        site.series("monday")


def test_a_weekly_series_keeps_its_local_time_over_the_change_of_clocks(site: Site) -> None:
    site.series()
    hours = {each.starts_at.date(): each.starts_at.hour for each in site.sessions()}
    assert hours[date(2026, 3, 23)] == 10
    assert hours[date(2026, 3, 30)] == 9


def test_attendance_is_recorded_from_the_start_on_and_once(site: Site) -> None:
    site.series()
    site.accepted(1)
    site.accept(1)
    first = site.bookings(1)[0]
    with pytest.raises(TooEarly):
        site.do(lambda unit: record_attendance(unit, first.id, AttendanceCode.ATTENDED))
    site.clock.moment = first.starts_at
    for _ in range(2):
        site.do(lambda unit: record_attendance(unit, first.id, AttendanceCode.ATTENDED))
    with pytest.raises(BookingSettled):
        site.do(lambda unit: record_attendance(unit, first.id, AttendanceCode.DID_NOT_ATTEND))
    assert site.events().count("movewell.session.attended.v1") == 1


def test_a_programme_is_delivered_when_every_booking_is_settled(site: Site) -> None:
    site.series()
    site.accepted(1, sessions=4)
    site.accept(1)
    first, *rest = site.bookings(1)
    site.do(lambda unit: cancel_booking(unit, first.id, AttendanceCode.CANCELLED_BY_PATIENT, Actor.PATIENT))
    for each in rest:
        site.clock.moment = each.ends_at
        site.do(lambda unit, each=each: record_attendance(unit, each.id, AttendanceCode.ATTENDED))
    assert site.programme(1).status is ProgrammeStatus.DELIVERED


def test_sixteen_clients_on_a_hot_series_take_its_seats_and_no_more(tmp_path: Path) -> None:
    site = Site(SqliteStore(str(tmp_path / "scheduling.sqlite")))
    site.series("hot", capacity=5, weeks=8)
    clients = [threading.Thread(target=site.accepted, args=(n, SessionFormat.GROUP)) for n in range(16)]
    for each in clients:
        each.start()
    for each in clients:
        each.join()
    statuses = [site.programme(n).status.value for n in range(16)]
    assert (statuses.count("offered"), statuses.count("waiting")) == (5, 11)
    assert {len(each.seats) for each in site.sessions()} == {5}


def test_the_race_of_cancel_and_accept_leaves_no_seat_behind(tmp_path: Path) -> None:
    site = Site(SqliteStore(str(tmp_path / "scheduling.sqlite")))
    site.series("race", capacity=8, weeks=8)
    for n in range(8):
        site.accepted(n, SessionFormat.GROUP)

    def accept(unit: Unit, n: int) -> None:
        accept_offer(unit, offers[n], Actor.PATIENT)

    offers = [site.offer_of(n) for n in range(8)]

    def try_accept(n: int) -> None:
        try:
            site.do(lambda unit: accept(unit, n))
        except DomainError:
            refused.append(n)

    refused: list[int] = []
    racers = [threading.Thread(target=site.withdrawn, args=(n,)) for n in range(8)]
    racers += [threading.Thread(target=try_accept, args=(n,)) for n in range(8)]
    for each in racers:
        each.start()
    for each in racers:
        each.join()
    assert not any(each.seats for each in site.sessions())
    for n in range(8):
        assert (n in refused) == (site.bookings(n) == [])
        assert {each.status.value for each in site.bookings(n)} <= {"cancelled"}
