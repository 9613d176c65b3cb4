"""The words for codes that staff read. No page shows a code without them."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

from movewell.contracts.adverse_events import AdverseEventAction, AdverseEventKind, AdverseEventSeverity, Relatedness
from movewell.contracts.types import AttendanceCode, Intensity, SessionFormat

from scheduling.domain.booking import BookingStatus
from scheduling.domain.programme import Hindrance, ProgrammeStatus

WORDS: Mapping[type[Enum], Mapping[str, str]] = {
    SessionFormat: {"one_to_one": "One-to-one", "group": "Group"},
    Intensity: {
        "light": "Light: effort 9 to 11 of 20",
        "moderate": "Moderate: effort 12 to 13 of 20",
        "vigorous": "Vigorous: effort 14 or more of 20",
    },
    AttendanceCode: {
        "2": "Cancelled by the patient",
        "3": "Did not attend",
        "4": "Cancelled by the service",
        "5": "Attended",
        "6": "Came late, was seen",
        "7": "Came late, was not seen",
    },
    BookingStatus: {"booked": "Booked", "cancelled": "Cancelled", "attended": "Attended", "missed": "Missed"},
    ProgrammeStatus: {
        "undecided": "No decision yet",
        "seeking": "Looking for a place",
        "waiting": "On the waiting list",
        "offered": "A place is offered",
        "unanswered": "Said no, or did not answer",
        "booked": "Booked",
        "delivered": "All sessions are over",
        "ended": "The referral has ended",
    },
    Hindrance: {
        "undecided": "No clinician has accepted the referral yet.",
        "not_cleared": "There is no valid clearance to exercise.",
        "offered": "A place is offered already. It must be answered first.",
        "booked": "Sessions are booked already.",
        "delivered": "All sessions of this programme are over.",
        "ended": "The referral has ended.",
    },
    AdverseEventKind: {
        "chest_pain": "Chest pain",
        "breathlessness": "Unusual breathlessness",
        "dizziness_or_faint": "Dizziness or a faint",
        "palpitations": "A racing or irregular heartbeat",
        "low_blood_sugar": "Low blood sugar",
        "pain_or_injury": "Muscle or joint pain, or an injury",
        "fall": "A fall",
        "distress": "Distress or panic",
        "other": "Something else",
    },
    AdverseEventSeverity: {
        "mild": "Mild: went away without help",
        "moderate": "Moderate: needed help, or stopped the session",
        "serious": "Serious: needed a hospital, or put life at risk",
    },
    Relatedness: {"related": "Yes", "not_related": "No", "not_known": "I do not know"},
    AdverseEventAction: {
        "went_on": "The patient went on as before",
        "went_on_easier": "The patient went on with less effort",
        "stopped": "The patient stopped",
        "first_aid": "First aid was given",
        "nhs_111": "NHS 111 or a GP was called",
        "emergency_services": "999 was called",
    },
}
"""By enumeration, then by code: two enumerations may have a code in common."""


def in_words(code: Enum) -> str:
    """The words for a code."""
    return WORDS[type(code)][code.value]


def choices(codes: type[Enum]) -> list[tuple[str, str]]:
    """Every code of an enumeration with its words, in order."""
    return [(each.value, in_words(each)) for each in codes]
