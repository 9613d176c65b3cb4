"""What addresses of several services ask by."""

from __future__ import annotations

from marshmallow import Schema, fields, validate


class ReferralQuerySchema(Schema):
    """`referral_id`: which referral. One that isn't there has nothing."""

    referral_id = fields.String(required=True, validate=validate.Length(min=1))
