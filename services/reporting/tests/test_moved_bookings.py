"""A booking that moves stays one booking, at its new time."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from movewell.contracts import scheduling as scheduled
from movewell.contracts.types import Actor, AttendanceCode
from movewell.wire.schema import time_text

from .test_projections import DAY, SESSION, START, Bench, booking, programme, uid, until_acceptance


def moved(ordinal: int, to: datetime) -> scheduled.BookingMoved:
    return scheduled.BookingMoved(
        **{**booking(1, ordinal), "session_id": uid(999)},
        person_id=uid(1001),
        moves=1,
        former_starts_at=SESSION,
        starts_at=to,
        ends_at=to + timedelta(hours=1),
        by=Actor.PATIENT,
        moved_at=START,
    )


@pytest.fixture
def bench() -> Bench:
    """Two sessions are booked."""
    made = Bench()
    offer_and_bookings = [
        each for each in programme(1) if not isinstance(each, scheduled.BookingCancelled | scheduled.SessionAttended)
    ]
    made.publish(*until_acceptance(1), *offer_and_bookings)
    return made


def test_a_moved_booking_is_the_same_row_at_another_time(bench: Bench) -> None:
    to = SESSION + 2 * DAY
    attended = scheduled.SessionAttended(
        **{**booking(1, 1), "session_id": uid(999)}, code=AttendanceCode.ATTENDED, starts_at=to, recorded_at=to
    )
    bench.publish(moved(1, to), attended)
    bench.follow()
    row = bench.rows("bookings")[booking(1, 1)["booking_id"]]
    told = {field: row[field] for field in ("session_id", "starts_at", "ordinal", "moves", "code")}
    assert told == {"session_id": uid(999), "starts_at": time_text(to), "ordinal": 1, "moves": 1, "code": "5"}


def test_a_move_is_no_further_booking(bench: Bench) -> None:
    bench.publish(moved(1, SESSION + 2 * DAY))
    bench.follow()
    row = bench.rows("referrals")[uid(1)]
    assert (row["sessions_booked"], row["sessions_moved"]) == (2, 1)


@pytest.mark.parametrize(
    ("ordinal", "to", "first"),
    [
        (1, SESSION + 2 * DAY, SESSION + 2 * DAY),
        (1, SESSION + 9 * DAY, SESSION + 7 * DAY),
        (2, SESSION - DAY, SESSION - DAY),
    ],
    ids=["the first, a little", "the first, behind the second", "the second, before the first"],
)
def test_the_first_session_is_the_earliest_of_those_that_are(
    bench: Bench, ordinal: int, to: datetime, first: datetime
) -> None:
    bench.publish(moved(ordinal, to))
    bench.follow()
    assert bench.rows("referrals")[uid(1)]["first_session_at"] == time_text(first)


def test_asking_for_another_time_is_counted(bench: Bench) -> None:
    asked = scheduled.OfferReturned(
        referral_id=uid(1), offer_id=uid(3001), times=1, by=Actor.PATIENT, returned_at=START
    )
    bench.publish(asked)
    bench.follow()
    assert bench.rows("referrals")[uid(1)]["other_times_asked"] == 1
