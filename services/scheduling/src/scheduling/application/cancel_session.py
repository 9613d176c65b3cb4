"""Cancel a session: its bookings are cancelled by the provider, offers of it are taken back and others sought."""

from __future__ import annotations

from movewell.contracts.types import Actor, AttendanceCode
from movewell.store.unit import Unit

from scheduling.application.answer_offer import withdraw_offer
from scheduling.application.seats import diary_of
from scheduling.application.seek_place import seek_place
from scheduling.application.settle_booking import cancel_booking
from scheduling.domain.programme import Programme
from scheduling.domain.session import Seat, Session


def cancel_session(unit: Unit, session_id: str) -> Session:
    """Again, it changes nothing. Raises NotFound, SessionOver.

    An offer holds seats on several sessions and says how many; without one of them it is no longer what the
    patient was told. It is withdrawn, and the patient is offered what is free now, or waits.
    """
    session = unit.get(Session, session_id)
    if session.cancelled_at is not None:
        return session
    seats = dict(session.seats)
    session.cancel(unit.now)
    unit.save(session)
    for whose, id in (("instructor", session.instructor_id), ("venue", session.venue_id)):
        diary = diary_of(unit, whose, id)
        diary.leave(session.id)
        unit.save(diary)
    for referral_id, seat in seats.items():
        _give_up(unit, referral_id, seat)
    return session


def _give_up(unit: Unit, referral_id: str, seat: Seat) -> None:
    if seat.booking_id is not None:
        cancel_booking(unit, seat.booking_id, AttendanceCode.CANCELLED_BY_PROVIDER, Actor.STAFF)
        return
    programme = unit.get(Programme, referral_id)
    withdraw_offer(unit, seat.offer_id, programme)
    seek_place(unit, programme)
