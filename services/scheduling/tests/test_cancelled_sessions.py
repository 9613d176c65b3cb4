"""A session is cancelled: nobody keeps a seat on it, and nobody is forgotten."""

from __future__ import annotations

import pytest
from movewell.contracts.types import AttendanceCode
from scheduling.application.cancel_session import cancel_session
from scheduling.application.seats import diary_of
from scheduling.domain.session import Session, SessionOver

from .scene import Site, uid


def first_of(site: Site, series: str = "monday") -> Session:
    return min((each for each in site.sessions() if each.series_id == series), key=lambda each: each.starts_at)


def cancel(site: Site, session: Session) -> Session:
    return site.do(lambda unit: cancel_session(unit, session.id))


def test_its_bookings_are_cancelled_by_the_provider_once(site: Site) -> None:
    site.series()
    site.accepted(1)
    site.accept(1)
    for _ in range(2):
        cancel(site, first_of(site))
    first, *rest = site.bookings(1)
    assert first.code is AttendanceCode.CANCELLED_BY_PROVIDER
    assert {each.status.value for each in rest} == {"booked"}
    assert (first_of(site).seats, first_of(site).full) == ({}, True)
    assert site.events().count("movewell.booking.cancelled.v1") == 1
    assert site.events().count("movewell.session.cancelled.v1") == 1


def test_an_offer_of_it_is_withdrawn_and_what_is_free_is_offered_instead(site: Site) -> None:
    site.series()
    site.accepted(1)
    before, cancelled = site.offer_of(1), first_of(site)
    cancel(site, cancelled)
    assert site.offer_of(1) != before
    assert sum(uid(1) in each.seats for each in site.sessions()) == 8
    assert uid(1) not in first_of(site).seats
    assert site.events()[-2:] == ["movewell.offer.withdrawn.v1", "movewell.place.offered.v1"]


def test_who_had_an_offer_waits_if_nothing_else_is_free(site: Site) -> None:
    site.series(weeks=4)
    site.accepted(1, sessions=4)
    cancel(site, first_of(site))
    assert site.programme(1).status.value == "waiting"
    assert not any(each.seats for each in site.sessions())


def test_instructor_venue_and_patient_are_free_at_that_time(site: Site) -> None:
    site.series()
    site.accepted(1)
    site.accept(1)
    session = first_of(site)
    cancel(site, session)
    whose = {"instructor": session.instructor_id, "venue": session.venue_id, "person": uid(1001)}
    for each, id in whose.items():
        diary = site.do(lambda unit, each=each, id=id: diary_of(unit, each, id))
        assert session.id not in diary.entries and len(diary.entries) >= 7


def test_a_session_that_has_started_is_not_cancelled(site: Site) -> None:
    site.series()
    session = first_of(site)
    site.clock.moment = session.starts_at
    with pytest.raises(SessionOver):
        cancel(site, session)
