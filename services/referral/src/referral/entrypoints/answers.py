"""What the JSON API of referral answers."""

from __future__ import annotations

from marshmallow import Schema, fields, validate
from movewell.contracts.types import (
    IntakeChannel,
    Intensity,
    PersonId,
    ReferralId,
    RulesetVersion,
    ScreeningOutcome,
    SessionFormat,
    SourceOfReferral,
)
from movewell.wire.schema import Time, field_of

from referral.domain.referral import ReferralStatus


class ReferralSchema(Schema):
    """A referral; nothing of it says who the person is. `cleared_until` is the last day of a clearance."""

    referral_id = field_of(ReferralId)
    person_id = field_of(PersonId)
    status = field_of(ReferralStatus)
    source = field_of(SourceOfReferral)
    channel = field_of(IntakeChannel)
    received_at = Time(required=True)
    screening_outcome = field_of(ScreeningOutcome, allow_none=True)
    cleared_until = fields.Date(required=True, allow_none=True)
    format = field_of(SessionFormat, allow_none=True)


class ReferralsSchema(Schema):
    """Referrals of one status in the order they came, 200 at most."""

    items = fields.List(fields.Nested(ReferralSchema), required=True)


class ReasonSchema(Schema):
    """A rule that spoke, and why."""

    rule = fields.String(required=True)
    text = fields.String(required=True)


class AssessmentSchema(Schema):
    """What a screening came to. `ceiling` and `valid_until` are there if, and only if, the patient is cleared."""

    outcome = field_of(ScreeningOutcome)
    ceiling = field_of(Intensity, allow_none=True)
    valid_until = fields.Date(required=True, allow_none=True)
    reasons = fields.List(fields.Nested(ReasonSchema), required=True)
    ruleset = field_of(RulesetVersion)


class ErasedSchema(Schema):
    """A person's key is being destroyed; nothing of theirs can be read again."""

    person_id = field_of(PersonId)
    erased = fields.Boolean(required=True, validate=validate.Equal(True))
