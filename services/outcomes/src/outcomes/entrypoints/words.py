"""What codes mean, in words for staff."""

from __future__ import annotations

from movewell.contracts.adverse_events import AdverseEventAction, AdverseEventKind, AdverseEventSeverity
from movewell.contracts.types import Actor, RiskOutcome, RiskTrigger

from outcomes.domain.questionnaire import QuestionnaireStatus
from outcomes.domain.risk_item import Happening

TRIGGERS = {
    RiskTrigger.PHQ9_ITEM9: "Thoughts of being better off dead or of self-harm (PHQ-9, question 9)",
    RiskTrigger.RELIABLE_DETERIORATION: "Scores have got reliably worse",
    RiskTrigger.SERIOUS_ADVERSE_EVENT: "Serious adverse event at a session, or urgent help was called",
}
HAPPENED = {
    AdverseEventKind.CHEST_PAIN: "Chest pain",
    AdverseEventKind.BREATHLESSNESS: "Unusual breathlessness",
    AdverseEventKind.DIZZINESS_OR_FAINT: "Dizziness or a faint",
    AdverseEventKind.PALPITATIONS: "Palpitations",
    AdverseEventKind.LOW_BLOOD_SUGAR: "Low blood sugar",
    AdverseEventKind.PAIN_OR_INJURY: "Pain or an injury",
    AdverseEventKind.FALL: "A fall",
    AdverseEventKind.DISTRESS: "Distress",
    AdverseEventKind.OTHER: "Something else",
}
SEVERITIES = {
    AdverseEventSeverity.MILD: "mild",
    AdverseEventSeverity.MODERATE: "moderate",
    AdverseEventSeverity.SERIOUS: "serious",
}
ACTIONS = {
    AdverseEventAction.WENT_ON: "The session went on.",
    AdverseEventAction.WENT_ON_EASIER: "The session went on, made easier.",
    AdverseEventAction.STOPPED: "The patient stopped.",
    AdverseEventAction.FIRST_AID: "First aid was given.",
    AdverseEventAction.NHS_111: "NHS 111 was called.",
    AdverseEventAction.EMERGENCY_SERVICES: "The emergency services were called.",
}
RISK_OUTCOMES = {
    RiskOutcome.NO_CURRENT_RISK: "Assessed: no current risk found",
    RiskOutcome.SAFETY_PLAN_AGREED: "Assessed: a safety plan was agreed",
    RiskOutcome.CARE_STEPPED_UP: "Stepped up to more intensive care",
    RiskOutcome.GP_TOLD: "GP told",
    RiskOutcome.CRISIS_TEAM: "Referred to the crisis team",
    RiskOutcome.EMERGENCY_SERVICES: "Emergency services called",
    RiskOutcome.NOT_REACHED: "Could not be reached: handed on as the service's policy says",
    RiskOutcome.ANSWERED_BY_MISTAKE: "Answered by mistake: the patient said so when asked",
}
STATUSES = {
    QuestionnaireStatus.PLANNED: "Not open yet",
    QuestionnaireStatus.OPEN: "Open",
    QuestionnaireStatus.ANSWERED: "Answered",
    QuestionnaireStatus.CLOSED: "Closed unanswered",
}
ANSWERED_BY = {Actor.PATIENT: "the patient", Actor.STAFF: "staff for the patient on the phone"}


def happened(happening: Happening) -> str:
    """Chest pain at a session (serious). First aid was given."""
    what, severity = HAPPENED[happening.kind], SEVERITIES[happening.severity]
    return f"{what} at a session ({severity}). {ACTIONS[happening.action]}"


def outcomes_of(trigger: RiskTrigger) -> dict[RiskOutcome, str]:
    """What can come of an item: what an instructor reported was not answered, so not by mistake either."""
    answered = trigger is not RiskTrigger.SERIOUS_ADVERSE_EVENT
    return {each: said for each, said in RISK_OUTCOMES.items() if answered or each != RiskOutcome.ANSWERED_BY_MISTAKE}
