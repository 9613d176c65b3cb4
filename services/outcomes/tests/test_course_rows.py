"""The row of a course: the same whichever topic is heard first, and nothing but ids, codes and times."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st
from movewell.contracts import referral as said
from movewell.contracts import scheduling as scheduled
from movewell.contracts.types import Actor, AttendanceCode, SessionFormat
from outcomes.projections.course_rows import COURSES

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ID, PERSON, OFFER = (str(UUID(int=n)) for n in (1, 2, 3))
OF = {"referral_id": ID}
BOTH = {**OF, "person_id": PERSON}


def booked(ordinal: int) -> scheduled.SessionBooked:
    starts = NOW + timedelta(weeks=ordinal)
    session = {"booking_id": str(UUID(int=10 + ordinal)), "session_id": str(UUID(int=20 + ordinal))}
    times = {"starts_at": starts, "ends_at": starts + timedelta(hours=1)}
    return scheduled.SessionBooked(
        **BOTH, **session, **times, venue_id="gym", format=SessionFormat.GROUP, ordinal=ordinal
    )


def of(booking: scheduled.SessionBooked) -> dict[str, str]:
    return {**OF, "booking_id": booking.booking_id, "session_id": booking.session_id}


FIRST, SECOND = booked(1), booked(2)
REFERRAL = [
    said.ReferralReceived(**BOTH, source="A1", channel="bars", received_at=NOW),
    said.ReferralAccepted(**BOTH, format=SessionFormat.GROUP, sessions_planned=2, accepted_at=NOW),
    said.ReferralDischarged(**BOTH, end_code="46", discharged_at=NOW),
]
SCHEDULING = [
    scheduled.WaitingStarted(**OF, format=SessionFormat.GROUP, since=NOW),
    scheduled.WaitingEnded(**OF, ended_at=NOW),
    scheduled.PlaceOffered(
        **BOTH,
        offer_id=OFFER,
        format=SessionFormat.GROUP,
        venue_id="gym",
        sessions=2,
        first_starts_at=NOW,
        offered_at=NOW,
        expires_at=NOW,
    ),
    scheduled.OfferAccepted(**OF, offer_id=OFFER, by=Actor.PATIENT, accepted_at=NOW),
    FIRST,
    SECOND,
    scheduled.SessionAttended(**of(FIRST), code=AttendanceCode.ATTENDED, starts_at=NOW, recorded_at=NOW),
    scheduled.SessionMissed(**of(SECOND), code=AttendanceCode.DID_NOT_ATTEND, starts_at=NOW, recorded_at=NOW),
    scheduled.AttendanceCorrected(
        **of(FIRST),
        was=AttendanceCode.ATTENDED,
        code=AttendanceCode.ARRIVED_LATE_NOT_SEEN,
        starts_at=NOW,
        corrected_at=NOW,
    ),
    scheduled.ProgrammeDelivered(**BOTH, sessions_booked=2, sessions_attended=1, delivered_at=NOW),
]


def folded(events: list[Any]) -> dict[str, Any]:
    row: dict[str, Any] = {"id": ID, "tenant": "ZT001"}
    for event in events:
        row = COURSES.folds[type(event)](dict(row), event)
    return row


@given(st.permutations([0] * len(REFERRAL) + [1] * len(SCHEDULING)))
def test_topics_come_in_any_order(turns: list[int]) -> None:
    topics = (iter(REFERRAL), iter(SCHEDULING))
    assert folded([next(topics[turn]) for turn in turns]) == folded(REFERRAL + SCHEDULING)


def test_a_row_holds_ids_codes_and_times_only() -> None:
    values = re.findall(r"'[^']*'", str(list(_values(folded(REFERRAL + SCHEDULING)))))
    known = re.compile(r"'([0-9a-f-]{36}|ZT001|discharged|attended|missed|\d{4}-\d\d-\d\dT[\d:.+]+)'")
    assert values and [each for each in values if not known.fullmatch(each)] == []


def _values(thing: Any) -> Any:
    for each in thing.values() if isinstance(thing, dict) else [thing]:
        if isinstance(each, dict):
            yield from _values(each)
        else:
            yield each


def test_a_correction_and_a_move_are_what_is_told() -> None:
    later = SECOND.starts_at + timedelta(days=3)
    moved = scheduled.BookingMoved(
        **{**BOTH, **of(SECOND)},
        moves=1,
        former_starts_at=SECOND.starts_at,
        starts_at=later,
        ends_at=later,
        by=Actor.PATIENT,
        moved_at=NOW,
    )
    told = folded([*SCHEDULING, moved])["bookings"]
    assert told[FIRST.booking_id]["came"] == "missed"
    assert told[SECOND.booking_id]["starts_at"].startswith("2026-03-19T09:00")
    assert told[SECOND.booking_id]["ordinal"] == 2


def test_an_erasure_is_told_whatever_ended_before() -> None:
    assert folded(REFERRAL + [said.ReferralErased(**BOTH, erased_at=NOW)])["ended"] == "erased"


def test_every_event_of_the_course_is_folded_without_changing_the_row_it_was_given() -> None:
    for event in REFERRAL + SCHEDULING:
        before = folded(REFERRAL + SCHEDULING)
        kept = {**before, "bookings": {name: dict(each) for name, each in before["bookings"].items()}}
        COURSES.folds[type(event)](before, event)
        assert before == kept
