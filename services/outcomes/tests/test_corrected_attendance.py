"""A contact counts towards a course of treatment as its attendance was corrected."""

from __future__ import annotations

from datetime import UTC, datetime

from movewell.contracts import scheduling as scheduled
from movewell.contracts.types import AttendanceCode
from movewell.log.sqlite import SqliteLog
from movewell.service import Running
from movewell.store.sqlite import SqliteStore
from movewell.store.unit import Cause
from movewell.testing.hand_clock import HandClock
from outcomes.bootstrap import SERVICE
from outcomes.domain.case import Case

NOW = datetime(2026, 3, 9, 11, 0, tzinfo=UTC)
REFERRAL = "00000000-0000-0000-0000-000000000001"
BOOKING = {"referral_id": REFERRAL, "booking_id": REFERRAL, "session_id": REFERRAL, "starts_at": NOW}


def test_a_correction_takes_a_contact_away_or_adds_one() -> None:
    running = Running(SERVICE, SqliteStore(None), SqliteLog(None), HandClock(NOW))
    running.prepare()

    def attended_after(event: object) -> int:
        running.units.run("ZT001", Cause("c"), lambda unit: SERVICE.reactions[type(event)](event, unit))
        return running.units.read("ZT001", lambda unit: unit.get(Case, REFERRAL)).attended

    def corrected(was: str, code: str) -> scheduled.AttendanceCorrected:
        codes = {"was": AttendanceCode(was), "code": AttendanceCode(code)}
        return scheduled.AttendanceCorrected(**BOOKING, **codes, corrected_at=NOW)

    first = scheduled.SessionAttended(**BOOKING, code=AttendanceCode.ATTENDED, recorded_at=NOW)
    told = (first, corrected("5", "6"), corrected("6", "3"), corrected("3", "7"), corrected("7", "5"))
    assert [attended_after(each) for each in told] == [1, 1, 0, 0, 1]
