"""A coordinator offers the place that a patient chose on the phone, where one can be offered at all."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from movewell.contracts.types import Actor
from scheduling.application.answer_offer import decline_offer
from scheduling.application.offer_place import PlaceTaken, offer_place, places_to_choose
from scheduling.domain.offer import Offer
from scheduling.domain.programme import Hindrance, NotSeeking, Programme

from .scene import Site, uid


def choices(site: Site, n: int) -> list[str]:
    found = site.do(lambda unit: places_to_choose(unit, unit.get(Programme, uid(n))))
    return [each[0].series_id for each in found]


@pytest.fixture
def declined(site: Site) -> Site:
    """Patient 1 said no to the first series; there is a second."""
    site.series("monday")
    site.series("tuesday", first_starts_at=datetime(2026, 3, 10, 10, 0))  # noqa: DTZ001
    site.accepted(1)
    offer_id = site.offer_of(1)
    site.clock.moment += timedelta(hours=1)
    site.do(lambda unit: decline_offer(unit, offer_id, Actor.PATIENT))
    return site


def test_who_said_no_is_offered_the_series_that_they_choose(declined: Site) -> None:
    assert declined.programme(1).unanswered_since == declined.clock.moment
    assert choices(declined, 1) == ["monday", "tuesday"]
    declined.do(lambda unit: offer_place(unit, uid(1), "tuesday"))
    offer_id = declined.offer_of(1)
    offer = declined.do(lambda unit: unit.get(Offer, offer_id))
    assert offer.venue_id == "tuesday-gym" and len(offer.session_ids) == 8
    assert (declined.programme(1).status.value, declined.programme(1).unanswered_since) == ("offered", None)


def test_a_series_that_is_full_meanwhile_is_not_offered(declined: Site) -> None:
    declined.accepted(2)
    with pytest.raises(PlaceTaken):
        declined.do(lambda unit: offer_place(unit, uid(1), "monday"))
    assert declined.programme(1).status.value == "unanswered"


def test_who_has_an_offer_is_offered_nothing_else(site: Site) -> None:
    site.series()
    site.accepted(1)
    assert site.programme(1).hindrance is Hindrance.OFFERED and choices(site, 1) == []
    with pytest.raises(NotSeeking):
        site.do(lambda unit: offer_place(unit, uid(1), "monday"))


def test_after_the_end_nothing_is_offered(declined: Site) -> None:
    declined.withdrawn(1)
    assert declined.programme(1).hindrance is Hindrance.ENDED
    assert declined.programme(1).unanswered_since is None
