"""What is told of a booking: that it is made, when it is near, that it has moved, that it is no more."""

from __future__ import annotations

from datetime import timedelta

from movewell.contracts import scheduling as scheduled
from movewell.contracts.types import AttendanceCode, MessageKind, StopReason
from movewell.store.unit import Unit
from movewell.wire.schema import time_text

from notifications.application.plan_message import messages_of_referral, plan_message, stop_message
from notifications.domain.message import Message, MessageStatus, message_id

REMIND_BEFORE = timedelta(hours=48)
GATHER = timedelta(minutes=1)
"""What is cancelled at one moment comes as an event for each booking; so long a message waits for the others."""
_OF_A_BOOKING = (MessageKind.CONFIRMATION, MessageKind.MOVE, MessageKind.REMINDER)
Facts = dict[str, str | int]


def tell_booking(event: scheduled.SessionBooked, unit: Unit) -> None:
    """Confirm the programme with its first session; remind 48 hours before each."""
    facts: Facts = {"starts_at": time_text(event.starts_at)}
    if event.ordinal == 1:
        _plan_now(unit, MessageKind.CONFIRMATION, event, event.booking_id, facts)
    _remind(unit, event, event.booking_id, facts)


def tell_move(event: scheduled.BookingMoved, unit: Unit) -> None:
    """What was not sent yet is true no more and is planned anew; who may know the former time is told the new one."""
    occasion = f"{event.booking_id}/{event.moves}"
    about = _about(unit, event.referral_id, event.booking_id)
    if any(each.occasion == occasion for each in about):
        return
    unsent = [each for each in about if each.is_unsent]
    for each in unsent:
        stop_message(unit, each, StopReason.NO_LONGER_TRUE)
    facts: Facts = {"starts_at": time_text(event.starts_at)}
    if any(each.kind is MessageKind.CONFIRMATION for each in unsent):
        _plan_now(unit, MessageKind.CONFIRMATION, event, occasion, facts)
    else:
        earlier = [each.facts["former_starts_at"] for each in unsent if each.kind is MessageKind.MOVE]
        former = earlier[0] if earlier else time_text(event.former_starts_at)
        _plan_now(unit, MessageKind.MOVE, event, occasion, {**facts, "former_starts_at": former})
    _remind(unit, event, occasion, facts)


def booking_is_over(event: scheduled.BookingCancelled, unit: Unit) -> None:
    """A cancelled session is not reminded of; who may think of coming to it is told not to.

    That is everybody where the provider cancels: they accepted the place. A patient who cancels knows of it, and is
    written to only if they were told to come to this session.
    """
    about = _about(unit, event.referral_id, event.booking_id)
    for each in about:
        if each.is_unsent:
            stop_message(unit, each, StopReason.NO_LONGER_TRUE)
    if event.starts_at and event.starts_at <= event.cancelled_at:
        return  # it has begun: nobody can be kept from coming
    told = any(each.status in (MessageStatus.SENDING, MessageStatus.SENT) for each in about)
    if told or event.code is AttendanceCode.CANCELLED_BY_PROVIDER:
        _tell_cancellation(unit, event, about)


def _tell_cancellation(unit: Unit, event: scheduled.BookingCancelled, about: list[Message]) -> None:
    """One message for all that is cancelled at a moment; another one for what comes after it was sent."""
    person_id = event.person_id or next((each.person_id for each in about), None)
    starts_at = time_text(event.starts_at) if event.starts_at else next((each.facts["starts_at"] for each in about), "")
    if not person_id or not starts_at:
        return  # an event of before it named both, about a session that no message was planned for
    occasion = f"{event.referral_id}/{time_text(event.cancelled_at)}"
    planned = unit.find_one(Message, message_id(unit.tenant, MessageKind.CANCELLATION, occasion))
    times = str(planned.facts["times"]).split() if planned else []
    if starts_at in times:
        return
    if planned and planned.is_unsent:
        planned.facts = {"times": " ".join(sorted([*times, str(starts_at)]))}
        unit.save(planned)
        return
    plan_message(
        unit,
        MessageKind.CANCELLATION,
        event.booking_id if planned else occasion,
        referral_id=event.referral_id,
        person_id=person_id,
        due_at=unit.now + GATHER,
        facts={"times": str(starts_at)},
    )


def _about(unit: Unit, referral_id: str, booking_id: str) -> list[Message]:
    """The messages that tell when this booking is. Those of a booking that was moved name the move too."""
    return [
        each
        for each in messages_of_referral(unit, referral_id)
        if each.kind in _OF_A_BOOKING and each.occasion.partition("/")[0] == booking_id
    ]


def _plan_now(
    unit: Unit,
    kind: MessageKind,
    event: scheduled.SessionBooked | scheduled.BookingMoved,
    occasion: str,
    facts: Facts,
) -> None:
    about = {"referral_id": event.referral_id, "person_id": event.person_id}
    plan_message(unit, kind, occasion, **about, due_at=unit.now, facts=facts)


def _remind(unit: Unit, event: scheduled.SessionBooked | scheduled.BookingMoved, occasion: str, facts: Facts) -> None:
    due_at = event.starts_at - REMIND_BEFORE
    if due_at > unit.now:
        about = {"referral_id": event.referral_id, "person_id": event.person_id}
        plan_message(unit, MessageKind.REMINDER, occasion, **about, due_at=due_at, facts=facts)
