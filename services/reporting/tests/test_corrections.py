"""An attendance that was corrected is reported as it was corrected."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import reduce
from typing import Any

from movewell.contracts.scheduling import AttendanceCorrected, SessionAttended, SessionMissed
from movewell.contracts.types import AttendanceCode
from movewell.wire.schema import time_text
from reporting.projections.booking_rows import BOOKINGS
from reporting.projections.referral_rows import REFERRALS

FIRST = datetime(2026, 3, 9, 10, 0, tzinfo=UTC)
SECOND = FIRST + timedelta(days=7)


def told(starts_at: datetime, code: str, was: str | None = None) -> Any:
    ids = {"referral_id": "r", "booking_id": "b", "session_id": "s", "starts_at": starts_at}
    now = AttendanceCode(code)
    if was is not None:
        return AttendanceCorrected(**ids, was=AttendanceCode(was), code=now, corrected_at=starts_at)
    return (SessionAttended if now.is_attended else SessionMissed)(**ids, code=now, recorded_at=starts_at)


def after(*events: Any) -> dict[str, Any]:
    return reduce(lambda row, event: REFERRALS.folds[type(event)](row, event), events, {"id": "r", "tenant": "T"})


def numbers(row: dict[str, Any]) -> tuple[int, int, str | None]:
    return row.get("sessions_attended", 0), row.get("sessions_missed", 0), row.get("first_attended_at")


def test_an_attendance_taken_back_leaves_the_next_as_the_first() -> None:
    both = (told(FIRST, "5"), told(SECOND, "5"))
    assert numbers(after(*both)) == (2, 0, time_text(FIRST))
    assert numbers(after(*both, told(FIRST, "3", was="5"))) == (1, 1, time_text(SECOND))


def test_the_only_attendance_taken_back_leaves_none() -> None:
    assert numbers(after(told(FIRST, "5"), told(FIRST, "7", was="5"))) == (0, 1, None)


def test_who_came_after_all_is_counted() -> None:
    assert numbers(after(told(FIRST, "3"), told(FIRST, "6", was="3"))) == (1, 0, time_text(FIRST))


def test_another_code_of_the_same_sense_counts_nothing_anew() -> None:
    assert numbers(after(told(FIRST, "5"), told(FIRST, "6", was="5"))) == (1, 0, time_text(FIRST))


def test_a_booking_shows_the_code_that_holds() -> None:
    event = told(FIRST, "3", was="5")
    assert BOOKINGS.folds[AttendanceCorrected]({"id": "b", "code": "5"}, event)["code"] == "3"
