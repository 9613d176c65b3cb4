"""Whether a message is for us: own identifiers against header, endpoint and receiver."""

import base64
import json
from datetime import date

import pytest
from movewell.settings import SettingsIncomplete
from movewell.testing.bars_message import (
    RECEIVER_ODS,
    TARGET_SERVICE,
    bars_cancellation,
    bars_headers,
    bars_referral,
)
from referral.adapters.bars import read_message
from referral.adapters.bars_destination import Destinations
from referral.adapters.refusal import MessageRefused
from referral.settings import read_destinations

TODAY = date(2026, 11, 24)
HEADERS = bars_headers("2e9f1c7a-5f3e-4e0b-8a44-6a3f1f7c9d10", "2e9f1c7a-5f3e-4e0b-8a44-6a3f1f7c9d11")
SERVICES, ODS = "https://fhir.nhs.uk/Id/dos-service-id", "https://fhir.nhs.uk/Id/ods-organization-code"
OURS = Destinations.of([f"{SERVICES}|{TARGET_SERVICE}", f"{ODS}|{RECEIVER_ODS}"])
HEADER, ENDPOINT, RECEIVER = (
    "http.NHSD-Target-Identifier",
    "Bundle.entry[0].resource.destination[0].endpoint",
    "Bundle.entry[0].resource.destination[0].receiver.reference",
)


def target(system, value):
    written = base64.b64encode(json.dumps({"system": system, "value": value}).encode()).decode()
    return HEADERS | {"NHSD-Target-Identifier": written}


def read(document, own, headers=HEADERS):
    return read_message(json.dumps(document).encode(), headers, TODAY, own)


def refused(document, own, headers=HEADERS):
    with pytest.raises(MessageRefused) as caught:
        read(document, own, headers)
    assert caught.value.status == 400
    return [(issue.code, issue.expression) for issue in caught.value.issues]


@pytest.mark.parametrize("make", [bars_referral, bars_cancellation])
def test_a_message_for_us_is_taken(make):
    assert read(make(), OURS) == read(make(), Destinations())


@pytest.mark.parametrize("make", [bars_referral, bars_cancellation])
def test_a_message_for_somebody_else_names_all_three_places(make):
    others = Destinations.of([f"{SERVICES}|1", f"{ODS}|X99"])
    assert refused(make(), others) == [("value", HEADER), ("value", ENDPOINT), ("value", RECEIVER)]


@pytest.mark.parametrize(("own", "where"), [([f"{SERVICES}|1"], [HEADER, ENDPOINT]), ([f"{ODS}|X99"], [RECEIVER])])
def test_only_what_is_configured_is_compared(own, where):
    assert [expression for _, expression in refused(bars_referral(), Destinations.of(own))] == where


def test_http_and_the_case_of_a_system_make_no_difference():
    read(bars_referral(), OURS, target("http://fhir.nhs.uk/id/DOS-service-id ", f" {TARGET_SERVICE}"))


def test_the_header_alone_may_be_for_somebody_else():
    assert refused(bars_referral(), OURS, target(SERVICES, "1")) == [("value", HEADER)]
    elsewhere = target("https://other.example/services", TARGET_SERVICE)
    assert refused(bars_referral(), OURS, elsewhere) == [("value", HEADER)]


def test_one_of_several_destinations_is_enough():
    document = bars_referral()
    destinations = document["entry"][0]["resource"]["destination"]
    destinations.insert(0, destinations[0] | {"endpoint": f"{SERVICES}|1"})
    read(document, OURS)


def test_a_receiver_without_a_code_is_not_held_against_a_message():
    document = bars_referral()
    del document["entry"][6]["resource"]["identifier"]
    read(document, OURS)


def test_own_identifiers_are_read_by_tenant_from_the_environment():
    given = {"ZT001": [f"{SERVICES}|{TARGET_SERVICE}", f"{ODS}|{RECEIVER_ODS}"]}
    assert read_destinations({"BARS_DESTINATIONS": json.dumps(given)}) == {"ZT001": OURS}
    assert read_destinations({}) == {}


@pytest.mark.parametrize("malformed", ["[]", "{", '{"ZT001": "x|y"}', '{"ZT001": ["no bar"]}', '{"ZT001": [1]}'])
def test_a_malformed_list_of_identifiers_stops_the_service_from_starting(malformed):
    with pytest.raises(SettingsIncomplete):
        read_destinations({"BARS_DESTINATIONS": malformed})
