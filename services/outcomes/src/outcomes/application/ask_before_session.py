"""A session is booked: ask before it. The first time at once, later 72 hours ahead."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid5

from movewell.contracts.scheduling import (
    AttendanceCorrected,
    BookingCancelled,
    BookingMoved,
    SessionAttended,
    SessionBooked,
)
from movewell.contracts.types import CloseReason
from movewell.store.unit import Unit

from outcomes.application.case_of import case_of, questionnaires_of
from outcomes.domain.questionnaire import Questionnaire, QuestionnaireStatus

AHEAD = timedelta(hours=72)
STAYS_OPEN = timedelta(days=7)
_NAMES = UUID("6f6d7665-7765-4c6c-8f71-000000000001")


def questionnaire_id(booking_id: str, moves: int = 0) -> str:
    """The questionnaire of a booking; another one where a move of the booking made the first one void."""
    return str(uuid5(_NAMES, f"{booking_id}/{moves}" if moves else booking_id))


def ask_before_session(event: SessionBooked, unit: Unit) -> None:
    """Open the first questionnaire now, plan the later ones; none after the referral has ended."""
    case = case_of(unit, event.referral_id)
    case.person_id = event.person_id
    unit.save(case)
    if case.ended:
        return
    questionnaire = Questionnaire(
        id=questionnaire_id(event.booking_id),
        tenant=unit.tenant,
        referral_id=event.referral_id,
        person_id=event.person_id,
        booking_id=event.booking_id,
        ordinal=event.ordinal,
        due_at=event.starts_at,
    )
    _ask_in_time(unit, questionnaire)


def _ask_in_time(unit: Unit, questionnaire: Questionnaire) -> None:
    opens_at = questionnaire.due_at - AHEAD
    if questionnaire.ordinal == 1 or opens_at <= unit.now:
        unit.not_later("questionnaire.opens", questionnaire.id)
        open_questionnaire(unit, questionnaire)
    else:
        unit.save(questionnaire)
        unit.later("questionnaire.opens", questionnaire.id, opens_at)


def open_questionnaire(unit: Unit, questionnaire: Questionnaire) -> None:
    """Ask now, and close it a week after the session."""
    questionnaire.open(unit.now)
    unit.save(questionnaire)
    unit.later("questionnaire.overdue", questionnaire.id, questionnaire.due_at + STAYS_OPEN)


def close_with_booking(event: BookingCancelled, unit: Unit) -> None:
    """The session will not be: nothing is asked before it."""
    questionnaire = _pending(unit, event.referral_id, event.booking_id)
    if questionnaire is not None:
        close(unit, questionnaire, CloseReason.BOOKING_CANCELLED)


def ask_before_moved_session(event: BookingMoved, unit: Unit) -> None:
    """The session is at another time, and so is its questionnaire; what was answered stays answered.

    Patients have the link to an open one, which works until a week after the session that it was asked for. Where
    that is long enough, it stays the one that they are asked; if not, it is closed and another is asked in its time.
    """
    questionnaire = _pending(unit, event.referral_id, event.booking_id)
    if questionnaire is None:
        return
    if questionnaire.status is QuestionnaireStatus.PLANNED:
        questionnaire.due_at = event.starts_at
        _ask_in_time(unit, questionnaire)
    elif event.starts_at <= questionnaire.asked_for + STAYS_OPEN:
        questionnaire.due_at = event.starts_at
        unit.save(questionnaire)
        unit.later("questionnaire.overdue", questionnaire.id, questionnaire.due_at + STAYS_OPEN)
    else:
        close(unit, questionnaire, CloseReason.BOOKING_MOVED)
        another = questionnaire.again(questionnaire_id(event.booking_id, event.moves), event.starts_at)
        _ask_in_time(unit, another)


def _pending(unit: Unit, referral_id: str, booking_id: str) -> Questionnaire | None:
    """What can still be answered before a session. Planned anew for a session that has moved, it is another one."""
    found = questionnaires_of(unit, referral_id)
    return next((each for each in found if each.booking_id == booking_id and each.is_pending), None)


def close(unit: Unit, questionnaire: Questionnaire, reason: CloseReason) -> None:
    """Close it and take its timers away."""
    questionnaire.close(reason, unit.now)
    unit.save(questionnaire)
    for kind in ("questionnaire.opens", "questionnaire.overdue"):
        unit.not_later(kind, questionnaire.id)


def count_attendance(event: SessionAttended, unit: Unit) -> None:
    """A course of treatment is finished with two attended contacts; count them."""
    case = case_of(unit, event.referral_id)
    case.attended += 1
    unit.save(case)


def correct_attendance(event: AttendanceCorrected, unit: Unit) -> None:
    """Count a contact that was attended after all; take one away that was not."""
    case = case_of(unit, event.referral_id)
    case.attended += event.code.is_attended - event.was.is_attended
    unit.save(case)
