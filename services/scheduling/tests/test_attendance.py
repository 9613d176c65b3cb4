"""Attendance is recorded once, and ends a programme."""

from __future__ import annotations

import pytest
from movewell.contracts.types import Actor, AttendanceCode
from scheduling.application.settle_booking import cancel_booking, record_attendance
from scheduling.domain.booking import BookingSettled, TooEarly
from scheduling.domain.programme import ProgrammeStatus

from .scene import Site


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
