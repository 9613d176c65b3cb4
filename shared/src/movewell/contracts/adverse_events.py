"""The codes of an adverse event. Values are the codes themselves; standard library only."""

from __future__ import annotations

from enum import Enum


class AdverseEventKind(str, Enum):
    """What happened to a patient at a session. No national list was found; this one is ours, not clinically verified.

    Symptoms are those for which exercise is stopped (ACSM, GETP 10th edition); injury, fall and distress were added.
    """

    CHEST_PAIN = "chest_pain"
    BREATHLESSNESS = "breathlessness"
    DIZZINESS_OR_FAINT = "dizziness_or_faint"
    PALPITATIONS = "palpitations"
    LOW_BLOOD_SUGAR = "low_blood_sugar"
    PAIN_OR_INJURY = "pain_or_injury"
    FALL = "fall"
    DISTRESS = "distress"
    OTHER = "other"


class AdverseEventSeverity(str, Enum):
    """How bad an adverse event was: the three grades of adverse event logs in exercise trials."""

    MILD = "mild"
    MODERATE = "moderate"
    SERIOUS = "serious"


class Relatedness(str, Enum):
    """Whether the session brought the adverse event about, as the instructor sees it."""

    RELATED = "related"
    NOT_RELATED = "not_related"
    NOT_KNOWN = "not_known"


class AdverseEventAction(str, Enum):
    """What was done at once. Ours, not clinically verified."""

    WENT_ON = "went_on"
    WENT_ON_EASIER = "went_on_easier"
    STOPPED = "stopped"
    FIRST_AID = "first_aid"
    NHS_111 = "nhs_111"
    EMERGENCY_SERVICES = "emergency_services"
