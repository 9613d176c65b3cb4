"""Attendance of booked sessions, with cancellations by patient and by provider apart (domain 7)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from movewell.contracts.types import AttendanceCode

from reporting.figures.rows import Row
from reporting.figures.suppression import Share, shown_count, shown_parts, shown_share

ATTENDED = {AttendanceCode.ATTENDED, AttendanceCode.ARRIVED_LATE_SEEN}
DID_NOT_ATTEND = {AttendanceCode.DID_NOT_ATTEND, AttendanceCode.ARRIVED_LATE_NOT_SEEN}
CANCELLED_BY_PATIENT = {AttendanceCode.CANCELLED_BY_PATIENT}
CANCELLED_BY_PROVIDER = {AttendanceCode.CANCELLED_BY_PROVIDER}


@dataclass(frozen=True)
class Attendance:
    """Bookings by what became of them. The three shares have one denominator, their own sum."""

    bookings: int | None
    attended: Share
    did_not_attend: Share
    cancelled_by_patient: Share
    cancelled_by_provider: int | None
    not_recorded: int | None


def attendance_of(bookings: Iterable[Row], *, published: bool) -> Attendance:
    """The attendance of a group of bookings (those whose sessions started in a period)."""
    codes = Counter(booking.get("code") or None for booking in bookings)
    parts = {
        "attended": _number(codes, ATTENDED),
        "did not attend": _number(codes, DID_NOT_ATTEND),
        "cancelled by patient": _number(codes, CANCELLED_BY_PATIENT),
    }
    expected = sum(parts.values())
    shown = shown_parts(parts, published=published, keep="attended")
    shares = {
        name: shown_share(count, expected, published=published, withheld=shown[name] is None)
        for name, count in parts.items()
    }
    others = shown_parts(
        {
            "expected": expected,
            "cancelled by provider": _number(codes, CANCELLED_BY_PROVIDER),
            "not recorded": codes[None],
        },
        published=published,
        keep="expected",
    )
    return Attendance(
        bookings=shown_count(codes.total(), published=published),
        attended=shares["attended"],
        did_not_attend=shares["did not attend"],
        cancelled_by_patient=shares["cancelled by patient"],
        cancelled_by_provider=others["cancelled by provider"],
        not_recorded=others["not recorded"],
    )


def _number(codes: Counter[str | None], group: set[AttendanceCode]) -> int:
    return sum(codes[code.value] for code in group)
