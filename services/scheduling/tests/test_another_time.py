"""Who asks for another time gives the place back and is offered one that suits, or waits for it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from movewell.contracts.types import Actor, SessionFormat
from movewell.kernel import Invalid
from scheduling.application.answer_offer import agree_times, ask_another_time
from scheduling.domain.offer import Offer, OfferClosed
from scheduling.domain.preference import TIMES, Preference, SameTimeAsked, time_of
from scheduling.domain.programme import MOST_ASKED, Programme, ProgrammeEnded

from .scene import START, Site, uid

WEDNESDAY = datetime(2026, 3, 11, 14, 0)  # noqa: DTZ001
AFTERNOONS = Preference.of(["wednesday-afternoon"])
NEVER = Preference.of(["sunday-evening"])


def ask(site: Site, n: int, preference: Preference) -> Programme:
    offer_id = site.offer_of(n)
    made: Programme = site.do(lambda unit: ask_another_time(unit, offer_id, preference, Actor.PATIENT))
    return made


def offered(site: Site, n: int) -> Offer:
    offer_id = site.offer_of(n)
    found: Offer = site.do(lambda unit: unit.get(Offer, offer_id))
    return found


def seats(site: Site, series: str) -> int:
    return sum(len(each.seats) for each in site.sessions() if each.series_id == series)


def test_the_place_is_free_again_and_one_that_suits_is_offered_at_once(site: Site) -> None:
    site.series("monday")
    site.series("wednesday", first_starts_at=WEDNESDAY)
    site.accepted(1)
    before = offered(site, 1)
    assert ask(site, 1, AFTERNOONS).status.value == "offered"
    assert (seats(site, "monday"), seats(site, "wednesday")) == (0, 8)
    assert site.do(lambda unit: unit.get(Offer, before.id)).status.value == "returned"
    assert offered(site, 1).venue_id == "wednesday-gym"
    said = [each for each in site.events() if "offer" in each]
    assert said == [f"movewell.{each}.v1" for each in ("place.offered", "offer.returned", "place.offered")]


def test_where_nothing_suits_they_wait_and_the_wish_is_kept(site: Site) -> None:
    site.series("monday")
    site.accepted(1)
    programme = ask(site, 1, AFTERNOONS)
    assert (programme.status.value, programme.preference, programme.to_call) == ("waiting", AFTERNOONS, False)
    site.fire()
    assert site.programme(1).status.value == "waiting", "the place that was given back does not suit"
    site.series("wednesday", first_starts_at=WEDNESDAY)
    site.fire()
    assert site.programme(1).status.value == "offered"


def test_the_place_that_is_given_back_goes_to_who_waits(site: Site) -> None:
    site.series("monday", weeks=8)
    site.accepted(1)
    site.accepted(2)
    ask(site, 1, AFTERNOONS)
    site.fire()
    assert [site.programme(n).status.value for n in (1, 2)] == ["waiting", "offered"]


def test_whom_nothing_suits_stands_in_nobodys_way(site: Site) -> None:
    """More of them than are looked at in one transaction, and who comes after them is offered the place."""
    site.series("monday", weeks=8)
    for n in range(1, 26):
        site.accepted(n)
        ask(site, n, NEVER)
        site.clock.moment += timedelta(seconds=1)
    site.accepted(50)
    site.accepted(99)
    assert [site.programme(n).status.value for n in (50, 99)] == ["offered", "waiting"]
    site.series("wednesday", first_starts_at=WEDNESDAY)
    site.fire()
    assert {site.programme(n).status.value for n in range(1, 26)} == {"waiting"}
    assert site.programme(99).status.value == "offered"


def test_another_format_may_be_asked_for(site: Site) -> None:
    site.series("monday")
    site.series("group", capacity=8)
    site.accepted(1)
    ask(site, 1, Preference.of(["monday-morning"], SessionFormat.GROUP))
    assert offered(site, 1).format is SessionFormat.GROUP


def test_asked_twice_for_the_same_offer_it_is_given_back_once(site: Site) -> None:
    site.series("monday")
    site.accepted(1)
    offer_id = site.offer_of(1)
    for _ in range(2):
        programme = site.do(lambda unit: ask_another_time(unit, offer_id, AFTERNOONS, Actor.PATIENT))
    assert programme.times_asked == 1
    assert site.events().count("movewell.offer.returned.v1") == 1


def test_the_time_of_the_offer_itself_cannot_be_asked_for(site: Site) -> None:
    site.series("monday")
    site.accepted(1)
    with pytest.raises(SameTimeAsked):
        ask(site, 1, Preference.of(["monday-morning", "sunday-evening"]))
    assert (site.programme(1).status.value, seats(site, "monday")) == ("offered", 8)


def test_an_offer_that_was_answered_is_not_given_back(site: Site) -> None:
    site.series("monday")
    site.accepted(1)
    offer_id = site.offer_of(1)
    site.accept(1)
    with pytest.raises(OfferClosed):
        site.do(lambda unit: ask_another_time(unit, offer_id, AFTERNOONS, Actor.PATIENT))
    assert seats(site, "monday") == 8


def test_who_has_left_is_sought_no_place(site: Site) -> None:
    site.series("monday")
    site.accepted(1)
    offer_id = site.offer_of(1)
    site.withdrawn(1)
    with pytest.raises(ProgrammeEnded):
        site.do(lambda unit: ask_another_time(unit, offer_id, AFTERNOONS, Actor.PATIENT))


def asked_too_often(site: Site) -> Programme:
    """Mornings and afternoons in turn: each time there is a place, and each time it is given back."""
    site.series("monday")
    site.series("wednesday", first_starts_at=WEDNESDAY)
    site.accepted(1)
    for n in range(MOST_ASKED + 1):
        programme = ask(site, 1, AFTERNOONS if n % 2 == 0 else Preference.of(["monday-morning"]))
        if n < MOST_ASKED:
            assert programme.status.value == "offered"
    return programme


def test_who_asks_a_fourth_time_is_called_and_offered_nothing_until_then(site: Site) -> None:
    programme = asked_too_often(site)
    site.fire()
    assert (programme.to_call, site.programme(1).status.value) == (True, "waiting")
    assert seats(site, "monday") == seats(site, "wednesday") == 0


def test_after_the_call_a_place_is_sought_by_what_was_agreed(site: Site) -> None:
    asked_too_often(site)
    programme = site.do(lambda unit: agree_times(unit, uid(1), AFTERNOONS))
    assert (programme.status.value, programme.to_call, programme.times_asked) == ("offered", False, 0)


def test_who_accepts_may_ask_again_as_if_for_the_first_time(site: Site) -> None:
    site.series("monday")
    site.series("wednesday", first_starts_at=WEDNESDAY)
    site.accepted(1)
    ask(site, 1, AFTERNOONS)
    site.accept(1)
    assert site.programme(1).times_asked == 0
    assert site.programme(1).last_starts_at == max(each.starts_at for each in site.bookings(1))


@pytest.mark.parametrize("times", [[], ["monday"], ["monday-morning", "someday-morning"]])
def test_only_times_of_the_week_can_be_asked_for(times: list[str]) -> None:
    with pytest.raises(Invalid):
        Preference.of(times)


@pytest.mark.parametrize(
    ("moment", "time"),
    [
        ((2026, 3, 9, 11, 59), "monday-morning"),
        ((2026, 3, 9, 12, 0), "monday-afternoon"),
        ((2026, 3, 9, 16, 59), "monday-afternoon"),
        ((2026, 3, 9, 17, 0), "monday-evening"),
        ((2026, 6, 1, 11, 0), "monday-afternoon"),
        ((2026, 6, 7, 23, 0), "monday-morning"),
    ],
)
def test_parts_of_the_day_are_londons(moment: tuple[int, ...], time: str) -> None:
    assert time_of(datetime(*moment, tzinfo=UTC)) == time


@given(st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_every_moment_belongs_to_one_time_of_the_week(moment: datetime) -> None:
    assert [each for each in TIMES if Preference.of([each]).suits(moment)] == [time_of(moment)]


def test_a_session_of_the_past_is_not_what_is_offered(site: Site) -> None:
    """The wish is for a part of the week, whenever that is next."""
    site.series("monday")
    site.series("wednesday", first_starts_at=WEDNESDAY, weeks=12)
    site.accepted(1)
    site.clock.moment = START + timedelta(weeks=1, days=6)
    ask(site, 1, AFTERNOONS)
    assert offered(site, 1).first_starts_at >= site.clock.moment + timedelta(hours=72)
