"""The documents that are sent: one invented person of the 999 range, a new reference each time."""

from __future__ import annotations

import base64
import json
import uuid
from importlib.resources import files
from typing import Any

WRONG_NUMBER = "9990009008"
"""Its check digit is wrong."""
_REFERENCE = "PRACTICE-0001"
_ODS = "https://fhir.nhs.uk/Id/ods-organization-code"


def new_reference() -> str:
    return f"CONFORMANCE-{uuid.uuid4()}"


def plain_referral(nhs_number: str = "9990009015") -> dict[str, Any]:
    person = {"nhs_number": nhs_number, "family_name": "Conformance", "birth_date": "1984-03-09"}
    return {"person": person, "source": "A1", "referrer_reference": new_reference()}


def message(name: str, reference: str) -> dict[str, Any]:
    """`bars-referral` or `bars-cancellation`, about the request of this reference."""
    text = files("movewell_conformance").joinpath(f"{name}.json").read_text(encoding="utf-8")
    made: dict[str, Any] = json.loads(text.replace(_REFERENCE, reference))
    made["id"] = str(uuid.uuid4())
    return made


def with_number(document: dict[str, Any], number: str) -> dict[str, Any]:
    """The message, its patient with another NHS number."""
    for entry in document["entry"]:
        if entry["resource"]["resourceType"] == "Patient":
            entry["resource"]["identifier"][0]["value"] = number
    return document


def message_headers(service: tuple[str, str]) -> dict[str, str]:
    """Those that BaRS asks for, with ids of their own."""
    system, value = service
    return {
        "Content-Type": "application/fhir+json; version=1.4.0",
        "Accept": "application/fhir+json",
        "X-Request-Id": str(uuid.uuid4()),
        "X-Correlation-Id": str(uuid.uuid4()),
        "NHSD-Target-Identifier": _encoded({"system": system, "value": value}),
        "NHSD-End-User-Organisation": _encoded(
            {"resourceType": "Organization", "identifier": [{"system": _ODS, "value": "A81001"}]}
        ),
        "NHSD-Requesting-Software": _encoded({"resourceType": "Device"}),
    }


def _encoded(document: dict[str, Any]) -> str:
    return base64.b64encode(json.dumps(document).encode()).decode()
