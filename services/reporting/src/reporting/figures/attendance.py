"""Attendance of booked sessions, with cancellations by patient and by provider apart (domain 7)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from movewell.contracts.types import AttendanceCode

from reporting.figures.protection import Structure, as_shown
from reporting.figures.rows import Row
from reporting.figures.sums import Whole
from reporting.figures.suppression import Share, share_of_shown

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


_GROUPS = {
    "attended": ATTENDED,
    "did not attend": DID_NOT_ATTEND,
    "cancelled by patient": CANCELLED_BY_PATIENT,
    "cancelled by provider": CANCELLED_BY_PROVIDER,
}
_EXPECTED = ("attended", "did not attend", "cancelled by patient")
KEEP = frozenset({"bookings", "bookings expected", "bookings attended"})
WHOLES = (
    Whole("bookings", ("bookings expected", "bookings cancelled by provider", "bookings not recorded")),
    Whole("bookings expected", tuple(f"bookings {name}" for name in _EXPECTED)),
)


def cells_of(codes: Mapping[str | None, int]) -> dict[str, int]:
    """Every number of attendance by its name, from how many bookings have which code."""
    groups = {name: sum(codes.get(code.value, 0) for code in group) for name, group in _GROUPS.items()}
    cells = {f"bookings {name}": count for name, count in groups.items()}
    return {
        **cells,
        "bookings": sum(codes.values()),
        "bookings expected": sum(groups[name] for name in _EXPECTED),
        "bookings not recorded": codes.get(None, 0),
    }


def attendance_from(shown: Mapping[str, int | None], *, published: bool) -> Attendance:
    """Attendance in the numbers that may be shown."""
    shares = {
        name: share_of_shown(shown[f"bookings {name}"], shown["bookings expected"], published=published)
        for name in _EXPECTED
    }
    return Attendance(
        bookings=shown["bookings"],
        attended=shares["attended"],
        did_not_attend=shares["did not attend"],
        cancelled_by_patient=shares["cancelled by patient"],
        cancelled_by_provider=shown["bookings cancelled by provider"],
        not_recorded=shown["bookings not recorded"],
    )


def attendance_of(bookings: Iterable[Row], *, published: bool) -> Attendance:
    """The attendance of a group of bookings (those whose sessions started in a period)."""
    cells = cells_of(Counter(booking.get("code") or None for booking in bookings))
    return attendance_from(as_shown(cells, Structure(WHOLES, KEEP), published=published), published=published)
