"""What is taken from a message in order, and what is tolerated in one."""

import json
from dataclasses import fields
from datetime import date

import pytest
from movewell.contracts.types import CancellationReason, IntakeChannel, SourceOfReferral
from movewell.testing.bars_message import (
    NHS_NUMBER,
    REFERENCE,
    SENDER_ODS,
    TARGET_SERVICE,
    bars_cancellation,
    bars_headers,
    bars_referral,
)
from referral.adapters.bars import read_message
from referral.domain.incoming import AdministrativeGender, EthnicCategory, IncomingPerson

TODAY = date(2026, 11, 24)
REQUEST_ID = "2e9f1c7a-5f3e-4e0b-8a44-6a3f1f7c9d10"
HEADERS = bars_headers(REQUEST_ID, "2e9f1c7a-5f3e-4e0b-8a44-6a3f1f7c9d11")


def read(document, headers=HEADERS):
    return read_message(json.dumps(document).encode(), headers, TODAY)


def resource(document, type_):
    return next(e["resource"] for e in document["entry"] if e["resource"]["resourceType"] == type_)


def test_a_referral_is_read_whole():
    referral = read(bars_referral())
    assert referral.person == IncomingPerson(
        nhs_number=NHS_NUMBER,
        family_name="Testwell",
        given_names=("Alma",),
        birth_date=date(1984, 3, 9),
        gender=AdministrativeGender.FEMALE,
        email="alma.testwell@patients.example",
        phone="07700 900123",
        postcode="ZZ99 3CZ",
        address_lines=("1 Example Row", "Testford"),
        ethnic_category=EthnicCategory.WHITE_BRITISH,
    )
    assert referral.source is SourceOfReferral.GP_PRACTICE
    assert referral.channel is IntakeChannel.BARS
    assert referral.referrer_organisation == SENDER_ODS
    assert referral.referrer_reference == REFERENCE
    assert referral.reason == "Low mood; wants to become active again."
    assert referral.target_service == TARGET_SERVICE


def test_a_retry_is_known_by_x_request_id_and_not_by_the_bundle():
    referral = read(bars_referral(message_id="5b7cf7d2-0d0f-4c3e-9a0c-0a54f3c0a0ff"))
    assert referral.message_id == REQUEST_ID
    assert referral.bundle_id == "5b7cf7d2-0d0f-4c3e-9a0c-0a54f3c0a0ff"


@pytest.mark.parametrize("status", ["revoked", "entered-in-error"])
def test_a_cancellation_tells_what_it_cancels_and_why(status):
    cancellation = read(bars_cancellation(status=status))
    assert cancellation.reason is CancellationReason(status)
    assert cancellation.nhs_number == NHS_NUMBER
    assert cancellation.referrer_reference == read(bars_referral()).referrer_reference
    assert cancellation.message_id == REQUEST_ID


def test_without_an_identifier_the_request_s_address_connects_referral_and_cancellation():
    documents = bars_referral(), bars_cancellation()
    for document in documents:
        del resource(document, "ServiceRequest")["identifier"]
    referral, cancellation = map(read, documents)
    assert referral.referrer_reference == cancellation.referrer_reference
    assert referral.referrer_reference != REFERENCE


def test_the_identifier_that_the_receiver_gave_is_passed_on():
    document = bars_cancellation()
    resource(document, "ServiceRequest")["id"] = "019a0000-0000-7000-8000-000000000001"
    assert read(document).service_request_id == "019a0000-0000-7000-8000-000000000001"


def test_nothing_of_the_person_shows_in_a_repr():
    shown = repr(read(bars_referral())) + repr(read(bars_cancellation()))
    for secret in (NHS_NUMBER, "Testwell", "Alma", "1984", "alma.testwell", "900123", "ZZ99", "Low mood"):
        assert secret not in shown
    assert all(not field.repr for field in fields(IncomingPerson))


SPECIALTY, ROLE = "specialty", "role"
SOURCES = [
    ({}, SourceOfReferral.GP_PRACTICE),
    ({SPECIALTY: "394913002"}, SourceOfReferral.OTHER_AGENCY),
    ({SPECIALTY: "394913002", ROLE: "RO76"}, SourceOfReferral.GP_PRACTICE),
    ({SPECIALTY: "394913002", ROLE: "RO177"}, SourceOfReferral.OTHER_AGENCY),
    ({SPECIALTY: "394913002", ROLE: "76"}, SourceOfReferral.GP_PRACTICE),
    ({ROLE: "RO175"}, SourceOfReferral.PRISON),
    ({ROLE: "RO182"}, SourceOfReferral.OTHER_PRIMARY_CARE),
    ({ROLE: "RO197"}, SourceOfReferral.OTHER_SECONDARY_CARE),
    ({SPECIALTY: "394913002", "use_case": "a5t1"}, SourceOfReferral.GP_PRACTICE),
]


@pytest.mark.parametrize(("about", "source"), SOURCES)
def test_the_source_of_referral_follows_from_who_sends(about, source):
    document = bars_referral()
    if SPECIALTY in about:
        role = resource(document, "PractitionerRole")
        role["specialty"][0]["coding"][0]["code"] = about[SPECIALTY]
    if ROLE in about:
        resource(document, "Organization")["type"] = [{"coding": [{"code": about[ROLE]}]}]
    if "use_case" in about:
        resource(document, "ServiceRequest")["category"][0]["coding"][1] = {
            "system": "https://fhir.nhs.uk/CodeSystem/usecases-categories-bars",
            "code": about["use_case"],
        }
    assert read(document).source is source


def _without_definition(document):
    del resource(document, "MessageHeader")["definition"]


def _other_spelling_of_systems(document):
    number = resource(document, "Patient")["identifier"][0]
    number["system"] = " http://fhir.nhs.uk/id/NHS-number"
    resource(document, "MessageHeader")["eventCoding"]["system"] = "http://fhir.nhs.uk/CodeSystem/message-events-bars"


def _comments_of_a_converter(document):
    resource(document, "Patient")["name"][0]["fhir_comments"] = ["official"]


def _reference_outside(document):
    resource(document, "CarePlan")["author"] = {"reference": "Practitioner/elsewhere"}


def _type_beyond_the_definition(document):
    document["entry"].append({"fullUrl": "urn:uuid:1", "resource": {"resourceType": "Basic", "code": {}}})


def _spaced_nhs_number(document):
    resource(document, "Patient")["identifier"][0]["value"] = "999 000 0018"


def _local_identifier_beside_the_nhs_number(document):
    local = {"system": "https://practice.example/patients", "value": "12"}
    resource(document, "Patient")["identifier"].insert(0, local)


@pytest.mark.parametrize(
    "vary",
    [
        _without_definition,
        _other_spelling_of_systems,
        _comments_of_a_converter,
        _reference_outside,
        _type_beyond_the_definition,
        _spaced_nhs_number,
        _local_identifier_beside_the_nhs_number,
    ],
)
def test_what_official_examples_vary_in_is_tolerated(vary):
    document = bars_referral()
    vary(document)
    assert read(document) == read(bars_referral())


def test_a_byte_order_mark_is_passed_over():
    body = b"\xef\xbb\xbf" + json.dumps(bars_referral()).encode()
    assert read_message(body, HEADERS, TODAY) == read(bars_referral())


def _cancelled_by_delete(document):
    resource(document, "MessageHeader")["reason"]["coding"][0]["code"] = "delete"


def _of_another_category(document):
    resource(document, "ServiceRequest")["category"][0]["coding"] = [
        {
            "system": "https://fhir.nhs.uk/CodeSystem/message-category-servicerequest",
            "code": "validation",
        }
    ]


@pytest.mark.parametrize("vary", [_without_definition, _cancelled_by_delete, _of_another_category])
def test_what_official_cancellations_vary_in_is_tolerated(vary):
    document = bars_cancellation()
    vary(document)
    assert read(document) == read(bars_cancellation())


def test_the_official_name_and_the_preferred_current_contact_are_taken():
    document = bars_referral()
    patient = resource(document, "Patient")
    patient["name"] = [
        {"use": "old", "family": "Formerly"},
        {"use": "usual", "family": "Often", "given": ["Al"]},
        {"use": "official", "family": "Really", "given": ["Alma", "Mae"]},
    ]
    patient["telecom"] = [
        {"system": "phone", "value": "07700 900001", "use": "old", "rank": 1},
        {"system": "phone", "value": "07700 900002", "rank": 3},
        {"system": "phone", "value": "07700 900003", "rank": 2},
    ]
    patient["contact"] = [
        {
            "relationship": [{"coding": [{"code": "ONESELF"}]}],
            "telecom": [{"system": "email", "value": "a@b.example"}],
        },
        {
            "relationship": [{"coding": [{"code": "ECON"}]}],
            "telecom": [{"system": "phone", "value": "1", "rank": 1}],
        },
    ]
    person = read(document).person
    assert (person.family_name, person.given_names) == ("Really", ("Alma", "Mae"))
    assert (person.phone, person.email) == ("07700 900003", "a@b.example")


def test_the_organisation_is_the_sender_s_else_the_end_user_s():
    document = bars_referral()
    del resource(document, "Organization")["identifier"]
    assert read(document).referrer_organisation == SENDER_ODS
    resource(document, "Organization")["identifier"] = [
        {"system": "https://fhir.nhs.uk/id/ods-organization-code", "value": "b82002"}
    ]
    assert read(document).referrer_organisation == "B82002"
