"""Attendance is recorded once, and ends a programme."""

from __future__ import annotations

from datetime import timedelta

import pytest
from movewell.contracts.types import Actor, AttendanceCode
from scheduling.application.settle_booking import cancel_booking, correct_attendance, record_attendance
from scheduling.domain.booking import Booking, BookingSettled, TooEarly, TooLateToCorrect
from scheduling.domain.programme import ProgrammeStatus

from .scene import Site


def test_attendance_is_recorded_from_the_start_on_and_once(site: Site) -> None:
    site.series()
    site.accepted(1)
    site.accept(1)
    first = site.bookings(1)[0]
    with pytest.raises(TooEarly):
        site.do(lambda unit: record_attendance(unit, first.id, AttendanceCode.ATTENDED, "sam"))
    site.clock.moment = first.starts_at
    for _ in range(2):
        site.do(lambda unit: record_attendance(unit, first.id, AttendanceCode.ATTENDED, "sam"))
    with pytest.raises(BookingSettled):
        site.do(lambda unit: record_attendance(unit, first.id, AttendanceCode.DID_NOT_ATTEND, "sam"))
    assert site.events().count("movewell.session.attended.v1") == 1


def test_a_programme_is_delivered_when_every_booking_is_settled(site: Site) -> None:
    site.series()
    site.accepted(1, sessions=4)
    site.accept(1)
    first, *rest = site.bookings(1)
    site.do(lambda unit: cancel_booking(unit, first.id, AttendanceCode.CANCELLED_BY_PATIENT, Actor.PATIENT))
    for each in rest:
        site.clock.moment = each.ends_at
        site.do(lambda unit, each=each: record_attendance(unit, each.id, AttendanceCode.ATTENDED, "sam"))
    assert site.programme(1).status is ProgrammeStatus.DELIVERED


ATTENDED, MISSED = AttendanceCode.ATTENDED, AttendanceCode.DID_NOT_ATTEND


@pytest.fixture
def attended(site: Site) -> Booking:
    """A booking of a session that begins at 10am and was attended, as Sam says."""
    site.series()
    site.accepted(1)
    site.accept(1)
    first = site.bookings(1)[0]
    site.clock.moment = first.starts_at
    return site.do(lambda unit: record_attendance(unit, first.id, ATTENDED, "sam"))


def test_an_attendance_is_corrected_by_an_event_of_its_own_and_says_by_whom(site: Site, attended: Booking) -> None:
    for _ in range(2):
        site.do(lambda unit: correct_attendance(unit, attended.id, ATTENDED, MISSED, "kit"))
    corrected = site.bookings(1)[0]
    assert (corrected.status.value, corrected.code) == ("missed", MISSED)
    assert [(mark.code, mark.by) for mark in corrected.marks] == [(ATTENDED, "sam"), (MISSED, "kit")]
    assert site.events()[-1] == "movewell.attendance.corrected.v1"
    assert site.events().count("movewell.attendance.corrected.v1") == 1
    assert "movewell.session.missed.v1" not in site.events()


def test_who_has_not_seen_what_holds_corrects_nothing(site: Site, attended: Booking) -> None:
    with pytest.raises(BookingSettled):
        site.do(lambda unit: correct_attendance(unit, attended.id, MISSED, AttendanceCode.ARRIVED_LATE_SEEN, "kit"))
    assert site.bookings(1)[0].code is ATTENDED


@pytest.mark.parametrize(("after", "taken"), [(timedelta(hours=13, minutes=59), True), (timedelta(hours=14), False)])
def test_an_attendance_is_corrected_until_midnight_in_london(
    site: Site, attended: Booking, after: timedelta, taken: bool
) -> None:
    site.clock.moment += after
    if taken:
        site.do(lambda unit: correct_attendance(unit, attended.id, ATTENDED, MISSED, "sam"))
        return
    with pytest.raises(TooLateToCorrect):
        site.do(lambda unit: correct_attendance(unit, attended.id, ATTENDED, MISSED, "sam"))


def test_what_was_never_recorded_is_not_corrected(site: Site, attended: Booking) -> None:
    second = site.bookings(1)[1]
    with pytest.raises(BookingSettled):
        site.do(lambda unit: correct_attendance(unit, second.id, ATTENDED, MISSED, "sam"))
