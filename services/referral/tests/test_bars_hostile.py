"""Whatever is sent, the answer is a referral, a cancellation or a refusal, and repeats nothing."""

import copy
import json
from datetime import date

import pytest
from fhir.resources.R4B.operationoutcome import OperationOutcome
from hypothesis import given, settings
from hypothesis import strategies as st
from movewell.testing.bars_message import bars_cancellation, bars_headers, bars_referral
from referral.adapters.bars import read_message
from referral.adapters.operation_outcome import operation_outcome
from referral.adapters.refusal import MAX_ISSUES, MessageRefused
from referral.adapters.strict_json import MAX_BYTES, MAX_DEPTH
from referral.domain.incoming import IncomingCancellation, IncomingReferral

TODAY = date(2026, 11, 24)
HEADERS = bars_headers("2e9f1c7a-5f3e-4e0b-8a44-6a3f1f7c9d10", "2e9f1c7a-5f3e-4e0b-8a44-6a3f1f7c9d11")
OUTCOME_ID = "019a0000-0000-7000-8000-00000000000f"
MESSAGES = [bars_referral(), bars_cancellation()]
RECEIVER_CODES = {
    400: {"invalid", "invariant", "not-supported", "required", "value"},
    406: {"processing"},
    422: {"not-supported", "too-costly"},
}

scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
json_values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
fhir_like = st.fixed_dictionaries(
    {},
    optional={
        "resourceType": st.sampled_from(["Bundle", "Patient", "Os", "bundle", 1, None]),
        "type": st.sampled_from(["message", "searchset", "x", None, {}]),
        "entry": st.lists(
            st.fixed_dictionaries({}, optional={"fullUrl": json_values, "resource": json_values}) | json_values,
            max_size=4,
        )
        | json_values,
    },
)


def verdict(body, headers=HEADERS):
    """The refusal's OperationOutcome, or None where the message is taken."""
    try:
        read = read_message(body, headers, TODAY)
    except MessageRefused as refused:
        for issue in refused.issues:
            assert issue.code in RECEIVER_CODES[issue.answer.status]
        assert refused.status in {issue.answer.status for issue in refused.issues}
        outcome = operation_outcome(refused.issues, OUTCOME_ID)
        OperationOutcome.model_validate(outcome)
        return outcome
    assert isinstance(read, IncomingReferral | IncomingCancellation)
    return None


def places(value, path=()):
    yield path
    if isinstance(value, dict | list):
        for step, child in value.items() if isinstance(value, dict) else enumerate(value):
            yield from places(child, (*path, step))


def parent_of(document, path):
    for step in path[:-1]:
        document = document[step]
    return document


@st.composite
def damaged_messages(draw):
    document = copy.deepcopy(draw(st.sampled_from(MESSAGES)))
    for _ in range(draw(st.integers(1, 3))):
        path = draw(st.sampled_from([path for path in places(document) if path]))
        parent, step = parent_of(document, path), path[-1]
        how = draw(st.sampled_from(["delete", "replace", "wrap", "repeat", "add"]))
        if how == "delete":
            del parent[step]
        elif how == "replace":
            parent[step] = draw(json_values)
        elif how == "wrap":
            parent[step] = draw(st.sampled_from([[parent[step]], {"value": parent[step]}]))
        elif how == "repeat" and isinstance(parent, list):
            parent.append(copy.deepcopy(parent[step]))
        elif isinstance(parent, dict):
            parent[draw(st.text(max_size=12))] = draw(json_values)
        if not document:
            break
    return document


@given(damaged_messages())
@settings(max_examples=500, deadline=None)
def test_a_damaged_message_is_taken_or_refused(document):
    verdict(json.dumps(document).encode("utf-8", "surrogatepass"))


@given(json_values | fhir_like)
@settings(max_examples=200, deadline=None)
def test_json_that_is_no_message_is_refused(document):
    assert verdict(json.dumps(document).encode())


@given(st.binary(max_size=200))
@settings(max_examples=100, deadline=None)
def test_bytes_that_are_no_message_are_refused(body):
    assert verdict(body)


@given(st.dictionaries(st.sampled_from([*HEADERS, "use-context", "x-Request-ID"]), st.text()))
@settings(max_examples=100, deadline=None)
def test_any_headers_are_taken_or_refused(headers):
    verdict(json.dumps(MESSAGES[0]).encode(), HEADERS | headers)


NOT_STRICT = {
    "nested deep": b"[" * 10**4 + b"]" * 10**4,
    "nested deeper than the limit": b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1),
    "nested and cut off": b'{"a":' * 10**5,
    "NaN": b'{"resourceType": NaN}',
    "infinite": b'{"resourceType": 1e999}',
    "a name twice": b'{"resourceType": "Bundle", "resourceType": "Bundle"}',
    "half a surrogate pair": b'{"resourceType": "\\ud800"}',
    "half a surrogate pair in a name": b'{"\\udc00": 1}',
    "a very long number": b'{"a": ' + b"9" * 10**5 + b"}",
    "not UTF-8": b'{"a": "\xff"}',
    "UTF-16": '{"a": 1}'.encode("utf-16"),
    "nothing": b"",
}


@pytest.mark.parametrize("body", NOT_STRICT.values(), ids=NOT_STRICT)
def test_json_that_two_readers_could_understand_differently_is_refused(body):
    (issue,) = verdict(body)["issue"]
    assert issue["code"] == "invalid"


def test_a_message_nested_as_deep_as_allowed_is_read():
    body = b"[" * MAX_DEPTH + b"]" * MAX_DEPTH
    (issue,) = verdict(body)["issue"]
    assert issue["code"] == "required"


def test_a_body_too_large_is_too_costly():
    (issue,) = verdict(b" " * (MAX_BYTES + 1))["issue"]
    assert issue["code"] == "too-costly"


def test_of_thousands_of_unknown_elements_a_hundred_are_told():
    document = copy.deepcopy(MESSAGES[0])
    document["entry"][2]["resource"].update({f"k{i}": 1 for i in range(50_000)})
    outcome = verdict(json.dumps(document).encode())
    assert len(outcome["issue"]) == MAX_ISSUES


CANARY = "Zebedee Canary 9991234567"


def with_canary(document, path, *, as_name):
    document = copy.deepcopy(document)
    parent, step = parent_of(document, path), path[-1]
    if not as_name:
        parent[step] = CANARY
    elif isinstance(parent[step], dict):
        parent[step][CANARY] = {CANARY: [CANARY]}
    return document


@pytest.mark.parametrize("as_name", [False, True])
@pytest.mark.parametrize("original", MESSAGES, ids=["referral", "cancellation"])
def test_no_refusal_repeats_anything_of_the_message(original, as_name):
    refused = 0
    for path in places(original):
        if path:
            document = with_canary(original, path, as_name=as_name)
            outcome = verdict(json.dumps(document).encode())
            refused += outcome is not None
            for part in CANARY.split():
                assert part not in json.dumps(outcome)
    assert refused > 20


def test_the_error_itself_and_its_text_repeat_nothing_either():
    document = with_canary(MESSAGES[0], ("entry", 2, "resource", "identifier", 0, "value"), as_name=False)
    with pytest.raises(MessageRefused) as caught:
        read_message(json.dumps(document).encode(), HEADERS, TODAY)
    said = repr(caught.value) + str(caught.value.facts) + repr(caught.value.issues)
    assert "Canary" not in said
    assert caught.value.__cause__ is None
