"""What codes mean, in words for staff."""

from __future__ import annotations

from movewell.contracts.types import Actor, RiskOutcome, RiskTrigger

from outcomes.domain.questionnaire import QuestionnaireStatus

TRIGGERS = {
    RiskTrigger.PHQ9_ITEM9: "Thoughts of being better off dead or of self-harm (PHQ-9, question 9)",
    RiskTrigger.RELIABLE_DETERIORATION: "Scores have got reliably worse",
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
