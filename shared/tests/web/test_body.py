"""A body is JSON of a size and shape that a service can bear, or the caller is told what is wrong with it."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import Schema, fields
from movewell.kernel import Invalid
from movewell.web.body import read_fields, strict_json


def nested(depth: int) -> bytes:
    return b'{"a":' * (depth - 1) + b"[]" + b"}" * (depth - 1)


REFUSED = {
    b"": "not JSON",
    b"{": "not JSON",
    b'{"a":1}x': "not JSON",
    b"{'a':1}": "not JSON",
    b'"\n"': "not JSON",
    b"\xef\xbb\xbf{}": "not JSON",
    b"1" * 5000: "not JSON",
    b"\xff": "not UTF-8",
    '{"a":1}'.encode("utf-16"): "not UTF-8",
    b'{"a":NaN}': "NaN",
    b"[-Infinity]": "NaN",
    b"[1e999]": "too large",
    b'{"a":1,"a":2}': "twice",
    b'{"a":1,"\\u0061":2}': "twice",
    b'"\\ud800"': "surrogate",
    b'{"\\udc00":1}': "surrogate",
    nested(65): "deeper than 64",
    b"[" * 100_000: "deeper than 64",
}


@pytest.mark.parametrize(("body", "why"), REFUSED.items(), ids=lambda each: str(each)[:24])
def test_a_body_that_is_not_right_is_refused_and_says_why(client, bearer, body: bytes, why: str) -> None:
    got = client.post("/api/echo", data=body, content_type="application/json", headers=bearer())
    assert (got.status_code, got.mimetype) == (400, "application/problem+json")
    assert why in got.get_json()["errors"][0]["detail"]


TAKEN = [
    nested(64),
    b'{"a":"' + b"[" * 100 + b'"}',
    b'"\\ud83d\\ude00"',
    b" [1.5, -2e3, null] ",
    '"é"'.encode(),
]


@pytest.mark.parametrize("body", TAKEN, ids=lambda each: str(each)[:24])
def test_a_body_that_is_right_is_taken(client, bearer, body: bytes) -> None:
    got = client.post("/api/echo", data=body, content_type="application/json", headers=bearer())
    assert (got.status_code, got.get_json()["got"]) == (200, json.loads(body))


NUMBERS = st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False)
DOCUMENTS = st.recursive(
    st.none() | st.booleans() | NUMBERS | st.text(),
    lambda each: st.lists(each) | st.dictionaries(st.text(), each),
)


@given(DOCUMENTS)
def test_any_json_is_read_as_it_was_written(document: object) -> None:
    assert strict_json(json.dumps(document).encode()) == document


@given(st.binary())
def test_no_bytes_break_the_reader(body: bytes) -> None:
    try:
        strict_json(body)
    except Invalid as refused:
        assert refused.faults


@pytest.mark.parametrize("content_type", ["application/json; charset=utf-8", "application/fhir+json"])
def test_json_by_its_other_names_is_taken(client, bearer, content_type: str) -> None:
    assert client.post("/api/echo", data=b"{}", content_type=content_type, headers=bearer()).status_code == 200


@pytest.mark.parametrize("content_type", [None, "text/plain", "application/x-www-form-urlencoded", "multipart/x"])
def test_another_content_type_is_refused(client, bearer, content_type: str | None) -> None:
    got = client.post("/api/echo", data=b"{}", content_type=content_type, headers=bearer())
    assert (got.status_code, got.mimetype) == (415, "application/problem+json")


def test_a_body_may_be_one_megabyte_and_no_more(client, bearer) -> None:
    fits = json.dumps("x" * 999_998).encode()
    for body, status in ((fits, 200), (fits + b" ", 413)):
        got = client.post("/api/echo", data=body, content_type="application/json", headers=bearer())
        assert got.status_code == status
    assert got.mimetype == "application/problem+json"


class Person(Schema):
    name = fields.String(required=True)
    scores = fields.List(fields.Integer(strict=True))


def test_every_fault_of_the_fields_is_told_with_its_place() -> None:
    with pytest.raises(Invalid) as refused:
        read_fields(Person(), {"scores": [1, "x"], "role": "manager"})
    assert {pointer for pointer, _ in refused.value.faults} == {"/name", "/scores/1", "/role"}


def test_a_document_that_is_no_object_is_told_at_its_root() -> None:
    with pytest.raises(Invalid) as refused:
        read_fields(Person(), [])
    assert [pointer for pointer, _ in refused.value.faults] == [""]
