"""Move a booking to another session: the new seat taken and the old one free in one transaction."""

from __future__ import annotations

from datetime import datetime, timedelta

from movewell.contracts.types import Actor
from movewell.kernel import DomainError
from movewell.store.port import Between
from movewell.store.unit import Unit
from movewell.wire.schema import time_text

from scheduling.application.seats import diary_of
from scheduling.application.settle_booking import bookings_of
from scheduling.domain.booking import Booking, BookingStatus
from scheduling.domain.programme import Programme, end_of_moves
from scheduling.domain.session import Session

NOTICE_TO_JOIN = timedelta(hours=24)
"""How long before a session somebody may still be moved to it, so that its instructor knows whom to expect."""
_LOOK_AT = 400


class OutsideProgramme(DomainError):
    """The session is of another format, or at a time that the programme does not reach."""

    code = "outside-programme"


def move_booking(unit: Unit, booking_id: str, session_id: str, by: Actor) -> Booking:
    """To a session with a free seat. Moved there before, nothing happens.

    Raises NotFound, BookingSettled, SessionBegun, ProgrammeEnded, ClearanceMissing, OutsideProgramme, SessionFull,
    SessionOver, AlreadyElsewhere.
    """
    booking = unit.get(Booking, booking_id)
    if booking.session_id == session_id and booking.status is BookingStatus.BOOKED:
        return booking
    booking.require_ahead(unit.now)
    programme = unit.get(Programme, booking.referral_id)
    former, session = unit.get(Session, booking.session_id), unit.get(Session, session_id)
    programme.require_open()
    begins, ends = window(unit, programme)
    if session.format is not former.format or not begins <= session.starts_at < ends:
        raise OutsideProgramme("This session is not one that the booking can be moved to.")
    _change_seats(unit, booking, former, session)
    booking.move(session.id, session.starts_at, session.ends_at, by, unit.now)
    unit.save(booking)
    unit.touch(programme)  # the clearance may be withdrawn at the same moment
    return booking


def _change_seats(unit: Unit, booking: Booking, former: Session, session: Session) -> None:
    offer_id = former.seats[booking.referral_id].offer_id
    diary = diary_of(unit, "person", booking.person_id)
    former.release(booking.referral_id)
    unit.save(former)
    diary.leave(former.id)
    session.hold(booking.referral_id, offer_id, unit.now)
    session.book(booking.referral_id, booking.id)
    diary.enter(session.id, session.starts_at, session.ends_at, unit.now)
    unit.save(session)
    unit.save(diary)
    unit.later("places.freed", former.format.value, unit.now)


def window(unit: Unit, programme: Programme) -> tuple[datetime, datetime]:
    """From when until when sessions may be moved to: the first moment within, and the first beyond.

    Raises ClearanceMissing.
    """
    last = programme.last_starts_at or max(
        (each.starts_at for each in bookings_of(unit, programme.id)), default=unit.now
    )
    return unit.now + NOTICE_TO_JOIN, min(end_of_moves(last), programme.clearance_ends)


def sessions_to_move_to(unit: Unit, booking: Booking) -> list[Session]:
    """Sessions with a free seat that the booking can be moved to, in order of time. Raises ClearanceMissing."""
    programme = unit.get(Programme, booking.referral_id)
    begins, ends = window(unit, programme)
    former, diary = unit.get(Session, booking.session_id), diary_of(unit, "person", booking.person_id)
    free = unit.find(
        Session,
        {
            "format": former.format.value,
            "full": False,
            "starts_at": Between(at_least=time_text(begins), below=time_text(ends)),
        },
        order=("starts_at",),
        limit=_LOOK_AT,
    )
    diary.leave(former.id)
    taken = booking.referral_id
    return [each for each in free if taken not in each.seats and diary.is_free(each.starts_at, each.ends_at)]
