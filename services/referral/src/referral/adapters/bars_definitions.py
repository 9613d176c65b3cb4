"""What the two messages that this service takes are made of: MessageDefinitions and profiles as tables.

Source: MessageDefinitions bars-message-servicerequest-request-referral and -cancelled, profiles
BARSBundleMessage, BARSMessageHeader-servicerequest-request and BARSServiceRequest-request-referral, all of
uk.nhsdigital.bars.r4 1.35.0. Elements are written `Type.element`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

EVENTS = "https://fhir.nhs.uk/CodeSystem/message-events-bars"
REASONS = "https://fhir.nhs.uk/CodeSystem/message-reason-bars"
CATEGORIES = "https://fhir.nhs.uk/CodeSystem/message-category-servicerequest"
USE_CASES = "https://fhir.nhs.uk/CodeSystem/usecases-categories-bars"
OWN_USE_CASES = "https://movewell.example/CodeSystem/usecases"
PHYSICAL_ACTIVITY = "physical-activity"
PRIMARY_CARE_TO_PHARMACY = "a5t1"
TAKEN = {OWN_USE_CASES: PHYSICAL_ACTIVITY, USE_CASES: PRIMARY_CARE_TO_PHARMACY}
"""The use cases that are taken. BaRS (usecases-categories-bars 1.4.0) has none for physical activity or
Talking Therapies, so this platform has a code of its own beside the message category `referral`; and it
takes `a5t1`, primary care to community pharmacy, whose message is the template of ours: a sender that can
make that one can refer without new software, and says by NHSD-Target-Identifier whom it means. Every
other use case has another meaning (an emergency, a transport, a validation) and is refused."""

OTHER_EVENTS = frozenset({"servicerequest-response", "booking-request", "booking-response"})
CANCELLING = frozenset({"revoked", "entered-in-error"})


@dataclass(frozen=True)
class MessageDefinition:
    """What a message must be made of: how many of which resource, which elements, which codes in them."""

    url: str
    cardinalities: Mapping[str, tuple[int, int | None]]
    required: tuple[str, ...]
    codes: Mapping[str, frozenset[str]]


_HEADER = (
    "MessageHeader.eventCoding.system",
    "MessageHeader.eventCoding.code",
    "MessageHeader.destination.endpoint",
    "MessageHeader.destination.receiver.reference",
    "MessageHeader.sender.reference",
    "MessageHeader.source.endpoint",
    "MessageHeader.reason.coding.system",
    "MessageHeader.reason.coding.code",
    "MessageHeader.focus.reference",
)
_REQUEST = (
    "ServiceRequest.status",
    "ServiceRequest.intent",
    "ServiceRequest.category.coding",
    "ServiceRequest.subject.reference",
)
FIXED = {
    "MessageHeader.eventCoding.system": frozenset({EVENTS}),
    "MessageHeader.eventCoding.code": frozenset({"servicerequest-request"}),
    "MessageHeader.reason.coding.system": frozenset({REASONS}),
    "ServiceRequest.intent": frozenset({"plan"}),
}
REFERENCES = {
    "MessageHeader.destination.receiver.reference": ("Organization",),
    "MessageHeader.sender.reference": ("Organization",),
    "MessageHeader.focus.reference": ("ServiceRequest",),
    "ServiceRequest.subject.reference": ("Patient",),
}

REFERRAL = MessageDefinition(
    url="https://fhir.nhs.uk/MessageDefinition/bars-message-servicerequest-request-referral",
    cardinalities={
        "MessageHeader": (1, 1),
        "ServiceRequest": (1, 1),
        "Patient": (1, 1),
        "Encounter": (1, 1),
        "CarePlan": (1, 1),
        "Organization": (2, None),
        "Practitioner": (1, None),
        "PractitionerRole": (1, None),
        "HealthcareService": (1, 1),
        "Consent": (1, None),
    },
    required=(*_HEADER, *_REQUEST, "ServiceRequest.authoredOn"),
    codes={
        "MessageHeader.reason.coding.code": frozenset({"new"}),
        "ServiceRequest.status": frozenset({"active"}),
    },
)
CANCELLATION = MessageDefinition(
    url="https://fhir.nhs.uk/MessageDefinition/bars-message-servicerequest-request-cancelled",
    cardinalities={
        "MessageHeader": (1, 1),
        "ServiceRequest": (1, 1),
        "Patient": (1, 1),
        "Organization": (2, None),
    },
    required=(*_HEADER, *_REQUEST),
    codes={
        "MessageHeader.reason.coding.code": frozenset({"update", "delete"}),
        "ServiceRequest.status": CANCELLING,
    },
)
