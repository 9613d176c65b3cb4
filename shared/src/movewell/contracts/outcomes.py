"""Events of the outcomes service: questionnaires, scores, risk, change."""

from datetime import datetime

from movewell.contracts.declare import event
from movewell.contracts.types import (
    Actor,
    BookingId,
    CloseReason,
    Measure,
    Ordinal,
    PersonId,
    QuestionnaireId,
    ReferralId,
    RiskId,
    RiskOutcome,
    RiskTrigger,
    Score,
)

OWNER = "outcomes"


@event("questionnaire.opened", key="referral_id")
class QuestionnaireOpened:
    """The patient is asked to answer PHQ-9 and GAD-7 for a session."""

    referral_id: ReferralId
    person_id: PersonId
    questionnaire_id: QuestionnaireId
    booking_id: BookingId
    ordinal: Ordinal
    opened_at: datetime
    due_at: datetime


@event("questionnaire.answered", key="referral_id")
class QuestionnaireAnswered:
    """The questionnaire was answered; its scores follow as their own events."""

    referral_id: ReferralId
    questionnaire_id: QuestionnaireId
    by: Actor
    answered_at: datetime


@event("questionnaire.closed", key="referral_id")
class QuestionnaireClosed:
    """The questionnaire can no longer be answered."""

    referral_id: ReferralId
    questionnaire_id: QuestionnaireId
    reason: CloseReason
    closed_at: datetime


@event("measure.scored", key="referral_id")
class MeasureScored:
    """A measure has a total score. `at_caseness` is by the national cut-off."""

    referral_id: ReferralId
    questionnaire_id: QuestionnaireId
    measure: Measure
    score: Score
    at_caseness: bool
    scored_at: datetime


@event("risk.raised", key="referral_id")
class RiskRaised:
    """A clinician must look the same day."""

    referral_id: ReferralId
    person_id: PersonId
    risk_id: RiskId
    trigger: RiskTrigger
    raised_at: datetime


@event("risk.acknowledged", key="referral_id")
class RiskAcknowledged:
    """A clinician has taken the risk item on."""

    referral_id: ReferralId
    risk_id: RiskId
    acknowledged_at: datetime


@event("risk.closed", key="referral_id")
class RiskClosed:
    """A clinician has done what the risk item asked for, and says what came of it."""

    referral_id: ReferralId
    risk_id: RiskId
    outcome: RiskOutcome
    closed_at: datetime


@event("outcome.reviewed", key="referral_id")
class OutcomeReviewed:
    """A clinician reviewed first and last scores; flags follow the national definitions.

    A score is absent where it was never recorded; a last score is absent unless two occasions exist.
    `at_caseness` is absent where the first scores can't say.
    """

    referral_id: ReferralId
    phq9_first: Score | None = None
    phq9_last: Score | None = None
    gad7_first: Score | None = None
    gad7_last: Score | None = None
    at_caseness: bool | None = None
    recovered: bool
    reliably_improved: bool
    reliably_deteriorated: bool
    reviewed_at: datetime
