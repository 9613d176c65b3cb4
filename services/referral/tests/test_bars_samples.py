"""Third-party messages, where they are at hand: MOVEWELL_SAMPLES, or ../shared/samples beside the repository.

Official examples carry NHS numbers that fail modulus 11; a valid one of the 999 range is put in their place.
"""

import json
import os
from datetime import date
from pathlib import Path

import pytest
from movewell.contracts.types import CancellationReason, SourceOfReferral
from movewell.testing.bars_message import NHS_NUMBER, bars_headers
from referral.adapters.bars import read_message
from referral.adapters.operation_outcome import DUPLICATE, operation_outcome
from referral.adapters.refusal import Issue, MessageRefused
from referral.domain.incoming import IncomingCancellation, IncomingReferral

ROOT = Path(__file__).resolve().parents[3]
SAMPLES = Path(os.environ.get("MOVEWELL_SAMPLES", ROOT.parent / "shared" / "samples")) / "bars"
FILES = sorted(SAMPLES.glob("*.json"))
INVALID_NUMBERS = (b"3478526985", b"7778521234")
TODAY = date(2026, 11, 24)
HEADERS = bars_headers("2e9f1c7a-5f3e-4e0b-8a44-6a3f1f7c9d10", "2e9f1c7a-5f3e-4e0b-8a44-6a3f1f7c9d11")

pytestmark = pytest.mark.skipif(not FILES, reason="no BaRS samples at hand (see MOVEWELL_SAMPLES)")

REFERRAL, CANCELLATION = (
    "REFREQ03-referral-new-primary-care-to-pharmacy.json",
    "SERVREQ01-referral-cancel-revoked.json",
)
OF_OTHER_FAMILIES = {
    "400-REC_BAD_REQUEST-required.json": "OperationOutcome",
    "409-REC_CONFLICT-duplicate.json": "OperationOutcome",
    "BOOKREQ01-booking-new.json": "Bundle.entry[0].resource.eventCoding",
    "BOOKREQRESP01-slot-searchset.json": "Bundle.type",
    "BaRS_API_Capability_Statement.json": "CapabilityStatement",
    "spec-1.4.0-servicerequest-request-validation.json": "Bundle.entry[1].resource.category",
    "spec-1.4.0-slots-GET-success.json": "Bundle.type",
}


def body_of(name, *, repaired=True):
    body = (SAMPLES / name).read_bytes()
    for number in INVALID_NUMBERS if repaired else ():
        body = body.replace(number, NHS_NUMBER.encode())
    return body


def refused(body):
    with pytest.raises(MessageRefused) as caught:
        read_message(body, HEADERS, TODAY)
    return caught.value


def test_every_sample_has_its_verdict_in_this_file():
    assert {file.name for file in FILES} == {REFERRAL, CANCELLATION, *OF_OTHER_FAMILIES}


@pytest.mark.parametrize(("name", "where"), OF_OTHER_FAMILIES.items())
def test_a_message_of_another_family_is_refused_as_not_supported(name, where):
    error = refused(body_of(name))
    assert [(issue.code, issue.expression) for issue in error.issues] == [("not-supported", where)]
    assert error.status == 422


def test_the_official_referral_is_taken():
    referral = read_message(body_of(REFERRAL), HEADERS, TODAY)
    assert isinstance(referral, IncomingReferral)
    assert referral.source is SourceOfReferral.GP_PRACTICE
    assert referral.referrer_organisation == "RND"
    assert referral.person.nhs_number == NHS_NUMBER
    assert referral.person.birth_date == date(1959, 5, 4)
    assert referral.person.postcode == "LS10 4YU"


def test_contact_details_come_from_the_contact_that_is_the_patient_and_not_the_emergency_contact():
    document = json.loads(body_of(REFERRAL))
    patient = next(e["resource"] for e in document["entry"] if e["resource"]["resourceType"] == "Patient")
    own = {each["value"] for each in patient["contact"][0]["telecom"]}
    person = read_message(body_of(REFERRAL), HEADERS, TODAY).person
    assert {person.phone, person.email} <= own


def test_the_official_cancellation_is_taken_and_is_about_the_official_referral():
    cancellation = read_message(body_of(CANCELLATION), HEADERS, TODAY)
    assert isinstance(cancellation, IncomingCancellation)
    assert cancellation.reason is CancellationReason.REVOKED
    referral = read_message(body_of(REFERRAL), HEADERS, TODAY)
    assert cancellation.referrer_reference == referral.referrer_reference
    assert cancellation.nhs_number == referral.person.nhs_number


@pytest.mark.parametrize("name", [REFERRAL, CANCELLATION])
def test_an_unrepaired_example_is_refused_for_its_nhs_number_alone(name):
    error = refused(body_of(name, repaired=False))
    (issue,) = error.issues
    assert (issue.code, error.status) == ("value", 400)
    assert issue.expression.endswith(".identifier[0].value")
    assert "modulus 11" in issue.diagnostics


@pytest.mark.parametrize(
    ("name", "issue"),
    [
        ("400-REC_BAD_REQUEST-required.json", Issue("required", "")),
        ("409-REC_CONFLICT-duplicate.json", DUPLICATE),
    ],
)
def test_our_operation_outcomes_have_the_shape_of_the_official_ones(name, issue):
    official = json.loads(body_of(name))
    ours = operation_outcome([issue], official["id"])
    for each in (official, ours):
        each.pop("meta")
        each["issue"][0].pop("diagnostics")
    assert ours == official
