"""The headers of a BaRS message."""

import base64
import json
from datetime import date

import pytest
from movewell.testing.bars_message import bars_headers, bars_referral
from referral.adapters.bars import read_message
from referral.adapters.refusal import MessageRefused

TODAY = date(2026, 11, 24)
HEADERS = bars_headers("2e9f1c7a-5f3e-4e0b-8a44-6a3f1f7c9d10", "2e9f1c7a-5f3e-4e0b-8a44-6a3f1f7c9d11")
BODY = json.dumps(bars_referral()).encode()
REQUIRED = [name for name in HEADERS if name not in ("Content-Type", "Accept")]


def refusal_with(headers, body=BODY):
    with pytest.raises(MessageRefused) as caught:
        read_message(body, headers, TODAY)
    return caught.value


@pytest.mark.parametrize("name", REQUIRED)
@pytest.mark.parametrize("value", [None, "", "  "])
def test_a_message_without_a_required_header_is_a_bad_request(name, value):
    headers = {key: each for key, each in HEADERS.items() if key != name}
    error = refusal_with(headers if value is None else headers | {name: value})
    assert [(issue.code, issue.expression) for issue in error.issues] == [("required", f"http.{name}")]
    assert error.status == 400


MALFORMED = [
    ("X-Request-Id", "1"),
    ("X-Request-Id", "{2e9f1c7a-5f3e-4e0b-8a44-6a3f1f7c9d10}"),
    ("X-Correlation-Id", "2e9f1c7a5f3e4e0b8a446a3f1f7c9d10"),
    ("NHSD-Target-Identifier", "%%%"),
    ("NHSD-Target-Identifier", base64.b64encode(b"2000099992").decode()),
    ("NHSD-Target-Identifier", base64.b64encode(b'{"value": NaN}').decode()),
    ("NHSD-End-User-Organisation", "{}"),
    ("NHSD-Requesting-Software", base64.b64encode(b"\xff\xfe").decode()),
]


@pytest.mark.parametrize(("name", "value"), MALFORMED)
def test_a_malformed_header_is_a_bad_request(name, value):
    error = refusal_with(HEADERS | {name: value})
    assert [(issue.code, issue.expression) for issue in error.issues] == [("invalid", f"http.{name}")]
    assert error.status == 400


TOLERATED = [
    {name.lower(): value for name, value in HEADERS.items()},
    {name.upper(): value for name, value in HEADERS.items()},
    HEADERS | {"X-Request-Id": HEADERS["X-Request-Id"].upper()},
    {name: value for name, value in HEADERS.items() if name not in ("Content-Type", "Accept")},
    HEADERS | {"Content-Type": "application/fhir+json; charset=utf-8"},
    HEADERS | {"Content-Type": "application/json", "Accept": "*/*"},
    HEADERS | {"Accept": "application/fhir+xml, application/fhir+json; version=1.1.0"},
    HEADERS | {"NHSD-Target-Identifier": HEADERS["NHSD-Target-Identifier"].rstrip("=")},
    HEADERS | {"use-context": "nonsense"},
]


@pytest.mark.parametrize("headers", TOLERATED, ids=range(len(TOLERATED)))
def test_headers_are_tolerated_in_any_case_and_version(headers):
    assert read_message(BODY, headers, TODAY) == read_message(BODY, HEADERS, TODAY)


def test_base64_of_the_url_alphabet_is_read():
    organisation = {"identifier": [], "name": "???>>>"}
    encoded = base64.urlsafe_b64encode(json.dumps(organisation).encode()).decode()
    assert {"-", "_"} & set(encoded)
    headers = HEADERS | {"NHSD-End-User-Organisation": encoded}
    assert read_message(BODY, headers, TODAY) == read_message(BODY, HEADERS, TODAY)


def test_a_body_said_not_to_be_json_is_not_read():
    error = refusal_with(HEADERS | {"Content-Type": "application/fhir+xml"}, b"<Bundle/>")
    assert [(issue.code, issue.expression) for issue in error.issues] == [("not-supported", "http.Content-Type")]
    assert error.status == 400


def test_an_answer_that_can_not_be_given_is_not_acceptable():
    error = refusal_with(HEADERS | {"Accept": "application/fhir+xml"})
    assert [(issue.code, issue.answer.code) for issue in error.issues] == [("processing", "REC_NOT_ACCEPTABLE")]
    assert error.status == 406
