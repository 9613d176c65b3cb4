"""The story of a place: sought, offered, held, booked, freed; nobody in two places."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from movewell.contracts import referral as said
from movewell.contracts.types import Actor, AttendanceCode, Intensity, ScreeningOutcome, SessionFormat
from movewell.kernel import DomainError
from scheduling.application.answer_offer import accept_offer, decline_offer
from scheduling.application.follow_referral import (
    accept_programme,
    note_clearance,
    withdraw_clearance,
)
from scheduling.domain.offer import Offer, OfferClosed
from scheduling.domain.programme import ProgrammeStatus

from .scene import START, Site, uid


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
