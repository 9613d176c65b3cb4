"""What outcomes reacts to, and which timers it knows."""

from movewell.contracts import people
from movewell.contracts import referral as said
from movewell.contracts import scheduling as scheduled
from movewell.contracts.types import CloseReason
from movewell.store.timers import Alarm, Timer
from movewell.store.unit import Unit

from outcomes.application.ask_before_session import (
    ask_before_moved_session,
    ask_before_session,
    close,
    close_with_booking,
    correct_attendance,
    count_attendance,
    open_questionnaire,
)
from outcomes.application.close_case import close_case
from outcomes.application.keep_person import forget_person, keep_person
from outcomes.application.raise_risk import raise_adverse_event
from outcomes.domain.questionnaire import Questionnaire

REACTIONS = {
    scheduled.SessionBooked: ask_before_session,
    scheduled.BookingMoved: ask_before_moved_session,
    scheduled.BookingCancelled: close_with_booking,
    scheduled.SessionAttended: count_attendance,
    scheduled.AttendanceCorrected: correct_attendance,
    scheduled.AdverseEventReported: raise_adverse_event,
    said.ReferralCancelled: close_case,
    said.ReferralWithdrawn: close_case,
    said.ReferralDischarged: close_case,
    said.ReferralDeclined: close_case,
    said.ReferralSignposted: close_case,
    said.ReferralErased: close_case,
    people.PersonRegistered: keep_person,
    people.PersonErased: forget_person,
}


def _open(timer: Timer, unit: Unit) -> None:
    open_questionnaire(unit, unit.get(Questionnaire, timer.subject))


def _overdue(timer: Timer, unit: Unit) -> None:
    close(unit, unit.get(Questionnaire, timer.subject), CloseReason.OVERDUE)


ALARMS = {"questionnaire.opens": Alarm(_open), "questionnaire.overdue": Alarm(_overdue)}
