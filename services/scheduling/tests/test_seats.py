"""A session counts its own seats, and a diary its own hours, whoever asks."""

from __future__ import annotations

from datetime import timedelta

import pytest
from movewell.contracts.types import SessionFormat
from scheduling.domain.session import AlreadyElsewhere, Diary, Session, SessionFull

from .scene import START, TENANT, uid

BEGINS, HOUR = START + timedelta(days=7), timedelta(hours=1)


def session(capacity: int) -> Session:
    return Session.schedule(
        id=uid(1),
        tenant=TENANT,
        series_id="monday",
        venue_id="gym",
        instructor_id="instructor",
        format=SessionFormat.GROUP,
        capacity=capacity,
        starts_at=BEGINS,
        ends_at=BEGINS + HOUR,
    )


def test_a_session_gives_no_seat_beyond_its_capacity() -> None:
    made = session(2)
    for n in (1, 2):
        made.hold(uid(n), uid(100 + n), START)
    with pytest.raises(SessionFull):
        made.hold(uid(3), uid(103), START)
    assert len(made.seats) == 2


def test_nobody_holds_two_seats_of_a_session() -> None:
    made = session(2)
    made.hold(uid(1), uid(101), START)
    with pytest.raises(SessionFull):
        made.hold(uid(1), uid(102), START)
    assert made.seats[uid(1)].offer_id == uid(101)


def test_a_diary_takes_no_hour_twice_and_the_next_one_at_once() -> None:
    diary = Diary(id="d", tenant=TENANT)
    diary.enter("a", BEGINS, BEGINS + HOUR, START)
    with pytest.raises(AlreadyElsewhere):
        diary.enter("b", BEGINS + HOUR / 2, BEGINS + 2 * HOUR, START)
    diary.enter("c", BEGINS + HOUR, BEGINS + 2 * HOUR, START)
    assert set(diary.entries) == {"a", "c"}
