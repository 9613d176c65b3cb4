"""What the JSON API of outcomes answers."""

from __future__ import annotations

from marshmallow import Schema, fields
from movewell.contracts.types import Ordinal, QuestionnaireId, ReferralId, RiskId, RiskOutcome, RiskTrigger, Score
from movewell.wire.schema import Time, field_of

from outcomes.domain.questionnaire import QuestionnaireStatus


class QuestionnaireSchema(Schema):
    """A questionnaire, without answers."""

    questionnaire_id = field_of(QuestionnaireId)
    ordinal = field_of(Ordinal)
    status = field_of(QuestionnaireStatus)
    due_at = Time(required=True)


class QuestionnairesSchema(Schema):
    """The questionnaires of a referral."""

    items = fields.List(fields.Nested(QuestionnaireSchema), required=True)


class TotalsSchema(Schema):
    """Total scores by measure; neither is there where the same answers were sent before."""

    phq9 = field_of(Score, required=False)
    gad7 = field_of(Score, required=False)


class ScoresSchema(Schema):
    """What the answers came to."""

    scores = fields.Nested(TotalsSchema, required=True)


class RiskSchema(Schema):
    """Something that a clinician must look at the same day. `incomplete`: not all answers were there."""

    risk_id = field_of(RiskId)
    referral_id = field_of(ReferralId)
    trigger = field_of(RiskTrigger)
    incomplete = fields.Boolean(required=True)
    raised_at = Time(required=True)


class RisksSchema(Schema):
    """Risk items that nobody has taken on, the oldest first."""

    items = fields.List(fields.Nested(RiskSchema), required=True)


class AcknowledgedSchema(Schema):
    """A risk item is taken on."""

    acknowledged = fields.Boolean(required=True)


class ClosedSchema(Schema):
    """A risk item is closed."""

    risk_id = field_of(RiskId)
    outcome = field_of(RiskOutcome)


class PairSchema(Schema):
    """First and last total; `last` is null unless two occasions were scored."""

    first = field_of(Score, allow_none=True)
    last = field_of(Score, allow_none=True)


class ReviewSchema(Schema):
    """What has changed, by the national definitions; null is not known."""

    phq9 = fields.Nested(PairSchema, required=True)
    gad7 = fields.Nested(PairSchema, required=True)
    at_caseness = fields.Boolean(required=True, allow_none=True)
    recovered = fields.Boolean(required=True, allow_none=True)
    reliably_improved = fields.Boolean(required=True, allow_none=True)
    reliably_deteriorated = fields.Boolean(required=True, allow_none=True)
