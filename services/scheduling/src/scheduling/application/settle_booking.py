"""Cancel a booking, record attendance, and notice that a programme is delivered."""

from __future__ import annotations

from movewell.contracts.types import Actor, AttendanceCode
from movewell.store.unit import Unit

from scheduling.application.seats import give_back
from scheduling.domain.booking import Booking, BookingStatus
from scheduling.domain.programme import Programme, ProgrammeStatus

MOST_BOOKINGS = 200


def bookings_of(unit: Unit, referral_id: str) -> list[Booking]:
    """Every booking of a referral, in order of time."""
    where = {"referral_id": referral_id}
    return unit.find(Booking, where, order=("starts_at",), limit=MOST_BOOKINGS)


def cancel_booking(unit: Unit, booking_id: str, code: AttendanceCode, by: Actor) -> Booking:
    """Free the seat. A patient can until the session begins. Raises NotFound, BookingSettled, SessionBegun."""
    booking = unit.get(Booking, booking_id)
    if booking.status is BookingStatus.CANCELLED and booking.code is code:
        return booking
    if by is Actor.PATIENT:
        booking.require_ahead(unit.now)
    booking.cancel(code, by, unit.now)
    unit.save(booking)
    give_back(unit, [booking.session_id], booking.referral_id, booking.person_id)
    _notice_delivery(unit, booking.referral_id)
    return booking


def cancel_the_rest(unit: Unit, referral_id: str, code: AttendanceCode, by: Actor) -> int:
    """Cancel every session that has not begun, and free the seats; how many they were."""
    ahead = [each for each in bookings_of(unit, referral_id) if each.is_ahead(unit.now)]
    for booking in ahead:
        booking.cancel(code, by, unit.now)
        unit.save(booking)
        give_back(unit, [booking.session_id], booking.referral_id, booking.person_id)
    if ahead:
        _notice_delivery(unit, referral_id)
    return len(ahead)


def record_attendance(unit: Unit, booking_id: str, code: AttendanceCode, by: str) -> Booking:
    """`by` is the subject of who signed in. Raises NotFound, BookingSettled, TooEarly."""
    booking = unit.get(Booking, booking_id)
    booking.record_attendance(code, by, unit.now)
    unit.save(booking)
    _notice_delivery(unit, booking.referral_id)
    return booking


def correct_attendance(unit: Unit, booking_id: str, was: AttendanceCode, code: AttendanceCode, by: str) -> Booking:
    """`was` is what who corrects it has seen. Raises NotFound, BookingSettled, TooLateToCorrect.

    A programme that is delivered stays so: the correction follows as its own event.
    """
    booking = unit.get(Booking, booking_id)
    booking.correct_attendance(was, code, by, unit.now)
    unit.save(booking)
    return booking


def cancel_bookings_ahead(unit: Unit, referral_id: str, code: AttendanceCode, by: Actor) -> None:
    """Cancel whatever is still booked, and free the seats."""
    for booking in bookings_of(unit, referral_id):
        if booking.status is BookingStatus.BOOKED:
            booking.cancel(code, by, unit.now)
            unit.save(booking)
            give_back(unit, [booking.session_id], booking.referral_id, booking.person_id)


def _notice_delivery(unit: Unit, referral_id: str) -> None:
    programme = unit.get(Programme, referral_id)
    bookings = bookings_of(unit, referral_id)
    if programme.status is not ProgrammeStatus.BOOKED or any(each.status is BookingStatus.BOOKED for each in bookings):
        return
    attended = sum(each.status is BookingStatus.ATTENDED for each in bookings)
    programme.deliver(len(bookings), attended, unit.now)
    unit.save(programme)
