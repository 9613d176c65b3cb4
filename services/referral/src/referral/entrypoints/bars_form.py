"""The form of the BaRS door, as far as JSON Schema can tell it. What a message must hold is said by its profiles."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from marshmallow import Schema, fields
from movewell.web.declared import Shape

from referral.adapters.operation_outcome import PROFILE
from referral.adapters.refusal import MAX_ISSUES

_FHIR = "application/fhir+json"
BUNDLE = Shape(
    "Bundle",
    {
        "type": "object",
        "description": "A BaRS message: a FHIR R4 Bundle of type message (uk.nhsdigital.bars.r4).",
        "properties": {"resourceType": {"const": "Bundle"}},
        "required": ["resourceType"],
    },
    _FHIR,
)
_CODING = {
    "type": "object",
    "properties": {name: {"type": "string"} for name in ("system", "code", "display")},
    "required": ["system", "code"],
    "additionalProperties": False,
}
_ISSUE = {
    "type": "object",
    "properties": {
        "severity": {"enum": ["error", "information"]},
        "code": {"type": "string", "description": "FHIR R4 ValueSet issue-type"},
        "details": {
            "type": "object",
            "properties": {"coding": {"type": "array", "items": _CODING, "minItems": 1}},
            "required": ["coding"],
            "additionalProperties": False,
        },
        "diagnostics": {"type": "string"},
        "expression": {"type": "array", "items": {"type": "string"}},
    },
    "required": ["severity", "code", "details", "diagnostics"],
    "additionalProperties": False,
}
OPERATION_OUTCOME = Shape(
    "OperationOutcome",
    {
        "type": "object",
        "description": "FHIR R4 OperationOutcome: what was done, or every fault at once.",
        "properties": {
            "resourceType": {"const": "OperationOutcome"},
            "id": {"type": "string", "format": "uuid"},
            "meta": {
                "type": "object",
                "properties": {"profile": {"const": [PROFILE]}},
                "required": ["profile"],
                "additionalProperties": False,
            },
            "issue": {"type": "array", "items": _ISSUE, "minItems": 1, "maxItems": MAX_ISSUES},
        },
        "required": ["resourceType", "id", "meta", "issue"],
        "additionalProperties": False,
    },
    _FHIR,
)
REFUSES: Mapping[int, str] = MappingProxyType(
    {
        400: "The message can't be read: every fault",
        404: "There is no such referral to cancel",
        406: "Accept leaves out application/fhir+json",
        409: "It was processed before (duplicate), or contradicts what was (conflict)",
        410: "The person was erased",
        422: "What it asks for is not supported",
        501: "It is of a kind that isn't taken here",
    }
)


def _encoded(name: str, of: str) -> fields.String:
    return fields.String(data_key=name, required=True, metadata={"format": "base64-json", "description": of})


class BarsHeadersSchema(Schema):
    """BaRS Core, End to end workflow: HTTP headers."""

    request_id = fields.String(
        data_key="X-Request-Id",
        required=True,
        metadata={"format": "uuid", "description": "What a retry repeats"},
    )
    correlation_id = fields.String(data_key="X-Correlation-Id", required=True, metadata={"format": "uuid"})
    target = _encoded("NHSD-Target-Identifier", "The service it is for: an Identifier in base64")
    organisation = _encoded("NHSD-End-User-Organisation", "Who sends: an Organization in base64")
    software = _encoded("NHSD-Requesting-Software", "What sends: a Device in base64")
