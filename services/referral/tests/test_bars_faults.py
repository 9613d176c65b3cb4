"""What is wrong with a message: each fault on its own, and many at once."""

import json
from datetime import date

import pytest
from movewell.testing.bars_message import bars_cancellation, bars_headers, bars_referral
from referral.adapters.bars import MAX_ENTRIES, read_message
from referral.adapters.refusal import MAX_ISSUES, MessageRefused

TODAY = date(2026, 11, 24)
HEADERS = bars_headers("2e9f1c7a-5f3e-4e0b-8a44-6a3f1f7c9d10", "2e9f1c7a-5f3e-4e0b-8a44-6a3f1f7c9d11")
HEADER, REQUEST, PATIENT, ENCOUNTER, CARE_PLAN, SENDER, SERVICE, CONSENT = (
    ("entry", place, "resource") for place in (0, 1, 2, 3, 4, 5, 9, 10)
)
GONE = object()


def at(*path):
    where = "Bundle"
    for step in path:
        where += f"[{step}]" if isinstance(step, int) else f".{step}"
    return where


def changed(document, *changes):
    for *path, last, value in changes:
        parent = document
        for step in path:
            parent = parent[step]
        if value is GONE:
            del parent[last]
        elif isinstance(last, str) or last < len(parent):
            parent[last] = value
        else:
            parent.append(value)
    return document


def refusal_of(document):
    with pytest.raises(MessageRefused) as caught:
        read_message(json.dumps(document).encode(), HEADERS, TODAY)
    return caught.value


def summary(error):
    return [(issue.code, issue.expression) for issue in error.issues]


def category(*codings):
    return [{"coding": [{"system": system, "code": code} for system, code in codings]}]


MESSAGE_CATEGORY = "https://fhir.nhs.uk/CodeSystem/message-category-servicerequest"
USE_CASE = "https://fhir.nhs.uk/CodeSystem/usecases-categories-bars"
NHS = "https://fhir.nhs.uk/Id/nhs-number"

FAULTS = [
    # the Bundle
    (("id", GONE), "required", at("id")),
    (("timestamp", GONE), "required", at("timestamp")),
    (("timestamp", "yesterday"), "value", at("timestamp")),
    (("type", GONE), "required", at("type")),
    (("type", "massage"), "value", at("type")),
    (("entry", 8, "fullUrl", GONE), "required", at("entry", 8, "fullUrl")),
    (("entry", 11, {"fullUrl": "urn:uuid:1"}), "required", at("entry", 11, "resource")),
    # cardinalities of the MessageDefinition
    ((*CONSENT, {"resourceType": "Basic", "code": {}}), "required", at("entry")),
    # the MessageHeader
    ((*HEADER, "eventCoding", "system", "urn:x"), "value", at(*HEADER, "eventCoding", "system")),
    ((*HEADER, "eventCoding", "code", "greeting"), "value", at(*HEADER, "eventCoding", "code")),
    ((*HEADER, "destination", GONE), "required", at(*HEADER, "destination")),
    ((*HEADER, "destination", 0, "receiver", GONE), "required", at(*HEADER, "destination", 0, "receiver")),
    ((*HEADER, "sender", GONE), "required", at(*HEADER, "sender")),
    ((*HEADER, "sender", {"display": "us"}), "required", at(*HEADER, "sender", "reference")),
    ((*HEADER, "source", GONE), "required", at(*HEADER, "source")),
    ((*HEADER, "focus", GONE), "required", at(*HEADER, "focus")),
    ((*HEADER, "reason", GONE), "required", at(*HEADER, "reason")),
    ((*HEADER, "reason", "coding", 0, "code", "delete"), "value", at(*HEADER, "reason", "coding", 0, "code")),
    (
        (*HEADER, "reason", "coding", 0, "system", "urn:x"),
        "value",
        at(*HEADER, "reason", "coding", 0, "system"),
    ),
    ((*HEADER, "definition", "https://a.example/other"), "value", at(*HEADER, "definition")),
    # the ServiceRequest
    ((*REQUEST, "status", GONE), "required", at(*REQUEST, "status")),
    ((*REQUEST, "status", "draft"), "value", at(*REQUEST, "status")),
    ((*REQUEST, "status", "ACTIVE"), "value", at(*REQUEST, "status")),
    ((*REQUEST, "intent", "order"), "value", at(*REQUEST, "intent")),
    ((*REQUEST, "authoredOn", GONE), "required", at(*REQUEST, "authoredOn")),
    ((*REQUEST, "category", GONE), "required", at(*REQUEST, "category")),
    ((*REQUEST, "category", category((MESSAGE_CATEGORY, "referral"))), "required", at(*REQUEST, "category")),
    ((*REQUEST, "category", category((USE_CASE, "a5t1"))), "required", at(*REQUEST, "category")),
    ((*REQUEST, "category", 1, {"coding": [{"code": "x"}]}), "invariant", at(*REQUEST, "category")),
    # references
    (
        (*HEADER, "focus", 0, "reference", "urn:uuid:3f0c"),
        "invariant",
        at(*HEADER, "focus", 0, "reference"),
    ),
    ((*HEADER, "sender", "reference", "Organization/1"), "invariant", at(*HEADER, "sender", "reference")),
    (
        (*CARE_PLAN, "encounter", "reference", "urn:uuid:3f0c"),
        "invariant",
        at(*CARE_PLAN, "encounter", "reference"),
    ),
    # structure
    ((*PATIENT, "Gender", "female"), "invalid", at(*PATIENT)),
    ((*PATIENT, "name", 0, "given", 0, 5), "value", at(*PATIENT, "name", 0, "given", 0)),
    ((*ENCOUNTER, "status", GONE), "required", at(*ENCOUNTER, "status")),
    ((*SERVICE, "active", "perhaps"), "value", at(*SERVICE, "active")),
    (
        (*PATIENT, "contained", [{"resourceType": "Os"}]),
        "value",
        at(*PATIENT, "contained", 0, "resourceType"),
    ),
    ((*SENDER, "name", "The\u0000Surgery"), "invalid", at(*SENDER, "name")),
    # the Patient
    ((*PATIENT, "identifier", GONE), "required", at(*PATIENT, "identifier")),
    (
        (*PATIENT, "identifier", 1, {"system": NHS, "value": "9990000026"}),
        "value",
        at(*PATIENT, "identifier"),
    ),
    ((*PATIENT, "identifier", 0, "value", "9990000019"), "value", at(*PATIENT, "identifier", 0, "value")),
    ((*PATIENT, "identifier", 0, "value", "999"), "value", at(*PATIENT, "identifier", 0, "value")),
    ((*PATIENT, "identifier", 0, "value", "1111111111"), "value", at(*PATIENT, "identifier", 0, "value")),
    ((*PATIENT, "identifier", 0, "value", GONE), "required", at(*PATIENT, "identifier", 0, "value")),
    ((*PATIENT, "name", GONE), "required", at(*PATIENT, "name", "family")),
    ((*PATIENT, "name", 0, "family", GONE), "required", at(*PATIENT, "name", 0, "family")),
    ((*PATIENT, "birthDate", GONE), "required", at(*PATIENT, "birthDate")),
    ((*PATIENT, "birthDate", "1984"), "value", at(*PATIENT, "birthDate")),
    ((*PATIENT, "birthDate", "1984-02-30"), "value", at(*PATIENT, "birthDate")),
    ((*PATIENT, "birthDate", "2026-11-25"), "value", at(*PATIENT, "birthDate")),
    ((*PATIENT, "birthDate", "1899-12-31"), "value", at(*PATIENT, "birthDate")),
    ((*PATIENT, "birthDate", 0), "value", at(*PATIENT, "birthDate")),
    ((*PATIENT, "gender", "F"), "value", at(*PATIENT, "gender")),
    (
        (*PATIENT, "extension", 0, "valueCodeableConcept", "coding", 0, "code", "I"),
        "value",
        at(*PATIENT, "extension", 0, "valueCodeableConcept", "coding", 0, "code"),
    ),
    ((*PATIENT, "telecom", 0, "value", "call me"), "value", at(*PATIENT, "telecom", 0, "value")),
    ((*PATIENT, "telecom", 1, "value", "at home"), "value", at(*PATIENT, "telecom", 1, "value")),
    ((*PATIENT, "address", 0, "postalCode", "NOWHERE"), "value", at(*PATIENT, "address", 0, "postalCode")),
    # who refers
    ((*SENDER, "identifier", 0, "value", "A 8"), "value", at(*SENDER, "identifier", 0, "value")),
    ((*REQUEST, "identifier", 0, "value", "x" * 256), "value", at(*REQUEST, "identifier", 0, "value")),
]


@pytest.mark.parametrize(("change", "code", "where"), FAULTS, ids=lambda each: None)
def test_each_fault_on_its_own_is_the_one_issue(change, code, where):
    error = refusal_of(changed(bars_referral(), change))
    assert (summary(error), error.status) == ([(code, where)], 400)


def test_an_entry_s_address_may_be_there_once():
    document = bars_referral()
    document["entry"][3]["fullUrl"] = document["entry"][4]["fullUrl"]
    assert ("invariant", at("entry", 4, "fullUrl")) in summary(refusal_of(document))


def test_a_message_begins_with_its_header():
    document = bars_referral()
    document["entry"].reverse()
    assert summary(refusal_of(document)) == [("invariant", at("entry", 0))]


@pytest.mark.parametrize("place", range(11))
def test_no_resource_of_the_definition_can_be_left_out(place):
    document = bars_referral()
    left_out = document["entry"].pop(place)["resource"]["resourceType"]
    assert any(left_out in issue.diagnostics for issue in refusal_of(document).issues)


@pytest.mark.parametrize("place", [0, 1, 2, 3, 4, 9])
def test_what_is_to_be_there_once_is_refused_twice(place):
    document = bars_referral()
    document["entry"].append(document["entry"][place] | {"fullUrl": "urn:uuid:another"})
    assert ("invariant", "Bundle.entry") in summary(refusal_of(document))


def test_all_faults_of_all_levels_are_told_at_once():
    document = changed(
        bars_referral(),
        ("timestamp", GONE),
        (*HEADER, "sender", "reference", "urn:uuid:nobody"),
        (*REQUEST, "intent", "order"),
        (*PATIENT, "Gender", "female"),
        (*PATIENT, "birthDate", "2030-01-01"),
        (*PATIENT, "identifier", 0, "value", "9990000019"),
        (*ENCOUNTER, "status", GONE),
    )
    with pytest.raises(MessageRefused) as caught:
        read_message(json.dumps(document).encode(), {}, TODAY)
    assert {issue.expression for issue in caught.value.issues} == {
        "http.X-Request-Id",
        "http.X-Correlation-Id",
        "http.NHSD-Target-Identifier",
        "http.NHSD-End-User-Organisation",
        "http.NHSD-Requesting-Software",
        at("timestamp"),
        at(*HEADER, "sender", "reference"),
        at(*REQUEST, "intent"),
        at(*PATIENT),
        at(*PATIENT, "birthDate"),
        at(*PATIENT, "identifier", 0, "value"),
        at(*ENCOUNTER, "status"),
    }


def test_more_faults_than_anyone_reads_are_counted_and_not_listed():
    document = changed(bars_referral(), (*PATIENT, "name", [{"family": 5}] * 3 * MAX_ISSUES))
    assert len(refusal_of(document).issues) == MAX_ISSUES


def test_a_bundle_of_too_many_entries_is_too_costly():
    document = bars_referral()
    document["entry"] += [{"fullUrl": f"urn:uuid:{i}"} for i in range(MAX_ENTRIES)]
    error = refusal_of(document)
    assert ([issue.code for issue in error.issues], error.status) == (["too-costly"], 422)


NOT_OURS = [
    ((*HEADER, "eventCoding", "code", "servicerequest-response"), at(*HEADER, "eventCoding")),
    ((*HEADER, "eventCoding", "code", "booking-request"), at(*HEADER, "eventCoding")),
    ((*HEADER, "eventCoding", "code", "booking-response"), at(*HEADER, "eventCoding")),
    ((*HEADER, "reason", "coding", 0, "code", "update"), at(*HEADER, "reason")),
    ((*REQUEST, "category", category((MESSAGE_CATEGORY, "validation"))), at(*REQUEST, "category")),
    (
        (*REQUEST, "category", category((MESSAGE_CATEGORY, "referral"), (USE_CASE, "a1t1"))),
        at(*REQUEST, "category"),
    ),
    (("type", "searchset"), "Bundle.type"),
    (("resourceType", "Parameters"), "Parameters"),
]


@pytest.mark.parametrize(("change", "where"), NOT_OURS, ids=lambda each: None)
def test_what_is_none_of_ours_is_not_supported_and_not_looked_at_further(change, where):
    document = changed(bars_referral(), change, (*PATIENT, "birthDate", GONE))
    error = refusal_of(document)
    assert (summary(error), error.status) == ([("not-supported", where)], 422)


CANCELLED = "https://fhir.nhs.uk/MessageDefinition/bars-message-servicerequest-request-cancelled"


def test_a_cancellation_that_says_new_is_refused_unless_its_definition_says_cancelled():
    document = changed(
        bars_cancellation(),
        (*HEADER, "reason", "coding", 0, "code", "new"),
        (*HEADER, "definition", GONE),
    )
    assert summary(refusal_of(document)) == [("value", at(*HEADER, "reason", "coding", 0, "code"))]
    taken = changed(document, (*HEADER, "definition", f"{CANCELLED}|1.2.0"))
    assert read_message(json.dumps(taken).encode(), HEADERS, TODAY).referrer_reference


@pytest.mark.parametrize(
    "change",
    [
        (*PATIENT, "identifier", GONE),
        (*PATIENT, "identifier", 0, "value", "9990000019"),
        (*HEADER, "definition", CANCELLED.replace("cancelled", "referral")),
        (*REQUEST, "intent", GONE),
        ("entry", 4, GONE),
    ],
    ids=lambda each: None,
)
def test_a_faulty_cancellation_is_refused(change):
    assert refusal_of(changed(bars_cancellation(), change)).status == 400
