"""The form of a pre-exercise screening, for the description of the API. The domain judges what is sent."""

from __future__ import annotations

from marshmallow import Schema, fields, validate
from movewell.contracts.types import Intensity

from referral.domain.screening import PLAUSIBLE, RULES

_CODES = [rule["id"] for rule in RULES["ticked"]]


def _vital(name: str, unit: str) -> fields.Integer:
    range_of = validate.Range(*PLAUSIBLE[name])
    return fields.Integer(strict=True, required=True, validate=range_of, metadata={"description": unit})


class ScreeningSchema(Schema):
    """What was asked and measured. `diastolic` is below `systolic`; a letter is not dated in the future."""

    systolic = _vital("systolic", "Resting, mmHg")
    diastolic = _vital("diastolic", "Resting, mmHg")
    heart_rate = _vital("heart_rate", "Resting, beats a minute")
    active = fields.Boolean(required=True)
    disease = fields.Boolean(required=True)
    symptoms = fields.Boolean(required=True)
    contraindications = fields.List(
        fields.String(validate=validate.OneOf(_CODES)),
        required=True,
        metadata={"description": "Codes of the rules; an empty list where there is none"},
    )
    desired_intensity = fields.Enum(Intensity, by_value=True, allow_none=True)
    medically_cleared_on = fields.Date(
        allow_none=True, metadata={"format": "past-date", "description": "The date of a medical clearance letter"}
    )
