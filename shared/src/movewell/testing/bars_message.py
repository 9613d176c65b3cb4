"""Synthetic BaRS messages, for tests and the demonstration: invented people, NHS numbers of the 999 range.

Written from the profiles and MessageDefinitions of the standard (uk.nhsdigital.bars.r4 1.35.0); every
call makes a new document that may be changed at will. Resource ids follow from `reference`, so a referral
and its cancellation are about the same request.
"""

from __future__ import annotations

import base64
import json
from typing import Any
from uuid import NAMESPACE_URL, uuid5

NHS_NUMBER = "9990000018"
REFERENCE = "MW-REF-0001"
SENT_AT = "2026-11-23T09:30:00+00:00"
SENDER_ODS, RECEIVER_ODS = "A81001", "RR8"
SENDER_SERVICE, TARGET_SERVICE = "2000099991", "2000099992"

_NHS_UK = "https://fhir.nhs.uk"
_SERVICE_ID = f"{_NHS_UK}/Id/dos-service-id"
_ODS = f"{_NHS_UK}/Id/ods-organization-code"
_UK_CORE = "https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore"
_SNOMED = "http://snomed.info/sct"
_OWN_USE_CASES = "https://movewell.example/CodeSystem/usecases"
_DEFINITION = f"{_NHS_UK}/MessageDefinition/bars-message-servicerequest-request"


def bars_referral(
    *,
    nhs_number: str = NHS_NUMBER,
    family: str = "Testwell",
    given: str = "Alma",
    birth_date: str = "1984-03-09",
    gender: str = "female",
    ethnic_category: str = "A",
    email: str = "alma.testwell@patients.example",
    phone: str = "07700 900123",
    postcode: str = "ZZ99 3CZ",
    reference: str = REFERENCE,
    reason: str = "Low mood; wants to become active again.",
    message_id: str = "5b7cf7d2-0d0f-4c3e-9a0c-0a54f3c0a001",
    sent_at: str = SENT_AT,
) -> dict[str, Any]:
    """A new referral by a GP practice. `message_id` is Bundle.id; a retry is known by X-Request-Id."""
    person = _patient(nhs_number, family, given, birth_date) | {
        "extension": [
            {
                "url": f"{_UK_CORE}-EthnicCategory",
                "valueCodeableConcept": _concept(
                    "https://fhir.hl7.org.uk/CodeSystem/UKCore-EthnicCategory", ethnic_category
                ),
            }
        ],
        "gender": gender,
        "telecom": [
            {"system": "phone", "value": phone, "use": "mobile", "rank": 1},
            {"system": "email", "value": email, "use": "home", "rank": 2},
        ],
        "address": [{"use": "home", "line": ["1 Example Row"], "city": "Testford", "postalCode": postcode}],
    }
    subject = _to("patient", reference)
    request = _request("active", reference) | {
        "basedOn": [_to("care-plan", reference)],
        "encounter": _to("encounter", reference),
        "occurrencePeriod": {"start": sent_at},
        "authoredOn": sent_at,
        "requester": _to("practitioner", reference),
        "performer": [_to("service", reference)],
        "reasonCode": [{"text": reason}],
    }
    return _bundle(
        message_id,
        sent_at,
        reference,
        {
            "header": _header("new", f"{_DEFINITION}-referral", reference),
            "request": request,
            "patient": person,
            "encounter": {
                "resourceType": "Encounter",
                "status": "finished",
                "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "AMB"},
                "subject": subject,
            },
            "care-plan": {
                "resourceType": "CarePlan",
                "status": "active",
                "intent": "plan",
                "subject": subject,
                "encounter": _to("encounter", reference),
            },
            "sender": _organisation("The Invented Surgery", SENDER_ODS),
            "receiver": _organisation("Movewell", RECEIVER_ODS),
            "practitioner": {
                "resourceType": "Practitioner",
                "name": [{"family": "Referrer", "given": ["Robin"]}],
            },
            "role": {
                "resourceType": "PractitionerRole",
                "practitioner": _to("practitioner", reference),
                "organization": _to("sender", reference),
                "specialty": [_concept(_SNOMED, "408443003", "General medical practice")],
            },
            "service": {
                "resourceType": "HealthcareService",
                "identifier": [{"system": _SERVICE_ID, "value": TARGET_SERVICE}],
                "providedBy": _to("receiver", reference),
                "name": "Movewell physical activity",
            },
            "consent": {
                "resourceType": "Consent",
                "status": "active",
                "scope": _concept("http://terminology.hl7.org/CodeSystem/consentscope", "patient-privacy"),
                "category": [_concept(f"{_NHS_UK}/CodeSystem/consent-categories-bars", "DRC", "Direct Care")],
                "patient": subject,
                "policyRule": _concept("http://terminology.hl7.org/CodeSystem/v3-ActCode", "IMPLIED"),
            },
        },
    )


def bars_cancellation(
    *,
    nhs_number: str = NHS_NUMBER,
    family: str = "Testwell",
    given: str = "Alma",
    birth_date: str = "1984-03-09",
    reference: str = REFERENCE,
    status: str = "revoked",
    message_id: str = "5b7cf7d2-0d0f-4c3e-9a0c-0a54f3c0a002",
    sent_at: str = SENT_AT,
) -> dict[str, Any]:
    """The cancellation of the referral with the same `reference`; `status` is revoked or entered-in-error."""
    return _bundle(
        message_id,
        sent_at,
        reference,
        {
            "header": _header("update", f"{_DEFINITION}-cancelled", reference),
            "request": _request(status, reference),
            "patient": _patient(nhs_number, family, given, birth_date),
            "sender": _organisation("The Invented Surgery", SENDER_ODS),
            "receiver": _organisation("Movewell", RECEIVER_ODS),
        },
    )


def bars_headers(request_id: str, correlation_id: str) -> dict[str, str]:
    """The headers of either message. Both ids are UUIDs; a retry repeats them."""
    return {
        "Content-Type": "application/fhir+json; version=1.4.0",
        "Accept": "application/fhir+json; version=1.4.0",
        "X-Request-Id": request_id,
        "X-Correlation-Id": correlation_id,
        "NHSD-Target-Identifier": _encoded({"value": TARGET_SERVICE, "system": _SERVICE_ID}),
        "NHSD-End-User-Organisation": _encoded(_organisation("The Invented Surgery", SENDER_ODS)),
        "NHSD-Requesting-Software": _encoded(
            {
                "resourceType": "Device",
                "deviceName": [{"name": "Invented Practice System", "type": "model-name"}],
            }
        ),
    }


def _bundle(id_: str, sent_at: str, reference: str, resources: dict[str, Any]) -> dict[str, Any]:
    return {
        "resourceType": "Bundle",
        "id": id_,
        "meta": {
            "versionId": "1.0.0",
            "lastUpdated": sent_at,
            "profile": [f"{_NHS_UK}/StructureDefinition/BARSBundleMessage"],
        },
        "type": "message",
        "timestamp": sent_at,
        "entry": [
            {"fullUrl": _url(part, reference), "resource": resource | {"meta": {"lastUpdated": sent_at}}}
            for part, resource in resources.items()
        ],
    }


def _header(reason: str, definition: str, reference: str) -> dict[str, Any]:
    return {
        "resourceType": "MessageHeader",
        "eventCoding": {
            "system": f"{_NHS_UK}/CodeSystem/message-events-bars",
            "code": "servicerequest-request",
        },
        "destination": [{"endpoint": f"{_SERVICE_ID}|{TARGET_SERVICE}", "receiver": _to("receiver", reference)}],
        "sender": _to("sender", reference),
        "source": {"name": "Invented Practice System", "endpoint": f"{_SERVICE_ID}|{SENDER_SERVICE}"},
        "reason": _concept(f"{_NHS_UK}/CodeSystem/message-reason-bars", reason),
        "focus": [_to("request", reference)],
        "definition": definition,
    }


def _request(status: str, reference: str) -> dict[str, Any]:
    category = f"{_NHS_UK}/CodeSystem/message-category-servicerequest"
    return {
        "resourceType": "ServiceRequest",
        "identifier": [{"system": "https://practice-system.example/referrals", "value": reference}],
        "status": status,
        "intent": "plan",
        "category": [
            {
                "coding": [
                    {"system": category, "code": "referral", "display": "Transfer of Care"},
                    {"system": _OWN_USE_CASES, "code": "physical-activity"},
                ]
            }
        ],
        "subject": _to("patient", reference),
    }


def _patient(nhs_number: str, family: str, given: str, birth_date: str) -> dict[str, Any]:
    status = _concept(
        "https://fhir.hl7.org.uk/CodeSystem/UKCore-NHSNumberVerificationStatus", "number-present-and-verified"
    )
    return {
        "resourceType": "Patient",
        "identifier": [
            {
                "extension": [{"url": f"{_UK_CORE}-NHSNumberVerificationStatus", "valueCodeableConcept": status}],
                "system": f"{_NHS_UK}/Id/nhs-number",
                "value": nhs_number,
            }
        ],
        "name": [{"use": "official", "family": family, "given": [given]}],
        "birthDate": birth_date,
    }


def _organisation(name: str, code: str) -> dict[str, Any]:
    return {
        "resourceType": "Organization",
        "identifier": [{"system": _ODS, "value": code}],
        "name": name,
    }


def _concept(system: str, code: str, display: str | None = None) -> dict[str, Any]:
    coding = {"system": system, "code": code} | ({"display": display} if display else {})
    return {"coding": [coding]}


def _url(part: str, reference: str) -> str:
    return f"urn:uuid:{uuid5(NAMESPACE_URL, f'https://movewell.example/{reference}/{part}')}"


def _to(part: str, reference: str) -> dict[str, str]:
    return {"reference": _url(part, reference)}


def _encoded(document: dict[str, Any]) -> str:
    return base64.b64encode(json.dumps(document).encode()).decode("ascii")
