"""A questionnaire goes with its session, and a link that a patient has works until the session that it is for."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from movewell.contracts import scheduling as scheduled
from movewell.contracts.types import Actor, AttendanceCode
from outcomes.application.ask_before_session import questionnaire_id

from .test_questionnaires import START, Site, answers, uid, withdrawn

WEEK = timedelta(weeks=1)
THIRD = uid(103)


def moved(starts_at: datetime, ordinal: int = 3, moves: int = 1) -> scheduled.BookingMoved:
    return scheduled.BookingMoved(
        referral_id=uid(1),
        person_id=uid(2),
        booking_id=uid(100 + ordinal),
        session_id=uid(300 + moves),
        moves=moves,
        former_starts_at=START + ordinal * WEEK,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=1),
        by=Actor.PATIENT,
        moved_at=START,
    )


def at(site: Site, moment: datetime) -> None:
    site.clock.moment = moment
    site.fire()


def timers(site: Site) -> dict[str, Any]:
    """Kind and subject → due."""
    rows = site.running.store.scan("timers")
    return {(row["kind"], row["subject"]): datetime.fromisoformat(row["due"]) for row in rows}


@pytest.fixture
def site() -> Site:
    return Site()


@pytest.mark.parametrize("to", [START + 2 * WEEK, START + 5 * WEEK], ids=["earlier", "later"])
def test_a_planned_questionnaire_opens_72_hours_before_the_new_time(site: Site, to: datetime) -> None:
    third = site.booked(3)
    site.hear(moved(to))
    at(site, to - timedelta(hours=72, seconds=1))
    assert site.status(third) == "planned"
    at(site, to - timedelta(hours=72))
    assert site.status(third) == "open"
    assert site.events().count("questionnaire.opened.v1") == 1
    at(site, to + WEEK)
    assert site.status(third) == "closed"


def test_a_session_moved_to_less_than_72_hours_ahead_asks_at_once(site: Site) -> None:
    third = site.booked(3)
    site.hear(moved(START + timedelta(hours=30)))
    assert site.status(third) == "open"
    assert ("questionnaire.opens", third) not in timers(site)


def test_an_open_questionnaire_stays_while_its_link_works(site: Site) -> None:
    third = site.booked(3)
    at(site, START + 3 * WEEK - timedelta(hours=72))
    site.hear(moved(START + 4 * WEEK))
    assert site.status(third) == "open"
    assert timers(site)["questionnaire.overdue", third] == START + 5 * WEEK
    site.answer(third, answers(9, 9))
    assert site.events().count("questionnaire.opened.v1") == 1


def test_an_open_questionnaire_whose_link_ends_too_soon_is_asked_anew(site: Site) -> None:
    third = site.booked(3)
    at(site, START + 3 * WEEK - timedelta(hours=72))
    site.hear(moved(START + 4 * WEEK))
    site.hear(moved(START + 5 * WEEK, moves=2))
    another = questionnaire_id(THIRD, 2)
    assert (site.status(third), site.status(another)) == ("closed", "planned")
    at(site, START + 5 * WEEK - timedelta(hours=72))
    assert site.status(another) == "open"
    (closed,) = [row for row in site.running.store.scan("outbox") if "questionnaire.closed" in str(row["headers"])]
    assert "booking_moved" in str(closed["value"])


def test_the_first_questionnaire_is_open_at_once_after_a_move_too(site: Site) -> None:
    first = site.booked(1)
    site.hear(moved(START + 4 * WEEK, ordinal=1))
    assert (site.status(first), site.status(questionnaire_id(uid(101), 1))) == ("closed", "open")


def test_what_was_answered_stays_answered_and_is_not_asked_again(site: Site) -> None:
    first = site.booked(1)
    site.answer(first, answers(9, 9))
    site.hear(moved(START + 5 * WEEK, ordinal=1))
    assert [row["id"] for row in site.running.store.scan("questionnaires")] == [first]
    assert site.status(first) == "answered"


def test_a_moved_session_that_is_cancelled_asks_nothing(site: Site) -> None:
    first = site.booked(1)
    site.hear(moved(START + 4 * WEEK, ordinal=1))
    site.hear(
        scheduled.BookingCancelled(
            referral_id=uid(1),
            booking_id=uid(101),
            session_id=uid(301),
            code=AttendanceCode.CANCELLED_BY_PATIENT,
            by=Actor.PATIENT,
            cancelled_at=START,
        )
    )
    assert {site.status(first), site.status(questionnaire_id(uid(101), 1))} == {"closed"}
    assert timers(site) == {}


@pytest.mark.parametrize("ended", ["before the booking", "after the booking"])
def test_after_an_ending_a_move_asks_nothing(site: Site, ended: str) -> None:
    if ended == "before the booking":
        site.hear(withdrawn())
    site.booked(3)
    if ended == "after the booking":
        site.hear(withdrawn())
    site.hear(moved(START + 5 * WEEK))
    assert {row["status"] for row in site.running.store.scan("questionnaires")} <= {"closed"}
    assert timers(site) == {}
