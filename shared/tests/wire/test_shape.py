"""A shape and the marshmallow schema agree: what a shape takes, the schema takes, and both read the same."""

from __future__ import annotations

import json
from dataclasses import fields
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from marshmallow import ValidationError
from marshmallow import fields as fieldtypes
from movewell.contracts.declare import Declaration, declarations
from movewell.contracts.scheduling import OfferDeclined
from movewell.contracts.types import Actor
from movewell.wire.envelope import encode
from movewell.wire.schema import publishing_schema, reading_schema, time_text
from movewell.wire.shape import shape_of

ID = "019a0000-0000-7000-8000-000000000001"
DECLARED = declarations()
NAMES = [each.type for each in DECLARED]
scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
LIKELY = [
    ID,
    ID + "\n",
    ID.upper(),
    "st-charles-gym",
    "group",
    "one_to_one",
    "system",
    "5",
    "true",
    "AAECAwQFBgc=",
    "2026-01-05",
    "2026-01-05T09:00:00.123456789Z",
    "2026-01-05T09:00:00",
    "20260105T090000+0000",
    "2026-01-05t09:00:00-00:00",
    "2026-02-30T09:00:00+00:00",
    0,
    1,
    1000,
    1001,
    -1,
    10**30,
    5.0,
    True,
    None,
]
garbage = (
    scalars | st.sampled_from(LIKELY) | st.lists(scalars, max_size=2) | st.dictionaries(st.text(), scalars, max_size=2)
)


def judged(declaration: Declaration, payload: object) -> dict | None:
    try:
        return reading_schema(declaration.cls).load(payload)
    except ValidationError:
        return None


def right_payload(declaration: Declaration) -> dict:
    """Made from what the schema is made of: the first value of a few that the schema takes for each field."""
    schema = reading_schema(declaration.cls)
    tried = [ID, "st-charles-gym", 1, "2026-01-05T09:00:00+00:00", "2026-01-05", "AAECAwQFBgc=", "2026.1", "ZT001"]
    payload = {}
    for field in fields(declaration.cls):
        codes = getattr(schema.fields[field.name], "enum", ())
        first = [True] if isinstance(schema.fields[field.name], fieldtypes.Boolean) else []
        for value in [*first, *tried, *(each.value for each in codes), "PHQ-9", "a@example.org"]:
            if field.name not in schema.validate({field.name: value}):
                payload[field.name] = value
                break
    return payload


@pytest.mark.parametrize("declaration", DECLARED, ids=NAMES)
def test_a_shape_reads_what_the_schema_reads(declaration: Declaration) -> None:
    payload = right_payload(declaration)
    expected = judged(declaration, payload)
    assert expected is not None, payload
    found = shape_of(declaration.cls).read(json.dumps(payload).encode())
    assert found is not None, "right payloads take the short way"
    assert declaration.cls(**found) == declaration.cls(**expected)
    assert shape_of(declaration.cls).fits(payload)


def assert_no_laxer(declaration: Declaration, payload: dict) -> None:
    shape = shape_of(declaration.cls)
    found = shape.read(json.dumps(payload).encode())
    if found is not None:
        expected = judged(declaration, payload)
        assert expected is not None
        assert declaration.cls(**found) == declaration.cls(**expected)
    known = {name: value for name, value in payload.items() if name in shape.names}
    if shape.fits(known):
        assert not publishing_schema(declaration.cls).validate(known)


@pytest.mark.parametrize("declaration", DECLARED, ids=NAMES)
def test_in_each_field_a_shape_takes_nothing_that_the_schema_refuses(declaration: Declaration) -> None:
    payload = right_payload(declaration)
    for name in payload:
        assert_no_laxer(declaration, {each: value for each, value in payload.items() if each != name})
        for value in LIKELY:
            assert_no_laxer(declaration, {**payload, name: value})


@settings(deadline=None)
@given(st.sampled_from(DECLARED), st.data())
def test_a_shape_takes_nothing_that_the_schema_refuses(declaration: Declaration, data: st.DataObject) -> None:
    payload = right_payload(declaration)
    for name in data.draw(st.lists(st.sampled_from([*payload, "unknown"]), max_size=3)):
        payload[name] = data.draw(garbage, label=name)
    assert_no_laxer(declaration, payload)


@pytest.mark.parametrize(
    "value",
    [b"", b"{", b"[]", b"null", b'"x"', b"\xff", b'{"unknown":"\xff"}', b"[" * 100_000, b'{"unknown":NaN}', b"{}{}"],
)
def test_a_shape_reads_no_value_that_is_not_a_whole_event(value: bytes) -> None:
    assert shape_of(OfferDeclined).read(value) is None


def test_a_value_with_bytes_outside_of_utf_8_is_not_read_though_the_field_is_unknown() -> None:
    payload = right_payload(next(each for each in DECLARED if each.cls is OfferDeclined))
    right = json.dumps(payload).encode()
    assert shape_of(OfferDeclined).read(right) is not None
    assert shape_of(OfferDeclined).read(right[:-1] + b',"unknown":"\xff"}') is None


@pytest.mark.parametrize(
    "wrong",
    [{"offer_id": "no id"}, {"offer_id": None}, {"by": "somebody"}, {"referral_id": 5}],
    ids=["pattern", "missing", "code", "type"],
)
def test_an_event_that_breaks_its_declaration_is_not_encoded(wrong: dict) -> None:
    event = OfferDeclined(referral_id=ID, offer_id=ID, by=Actor.SYSTEM, declined_at=datetime(2026, 1, 5, tzinfo=UTC))
    vars(event).update(wrong)
    with pytest.raises(ValueError, match="breaks its declaration"):
        encode(event)


def test_the_two_moments_of_a_repeated_hour_stay_two() -> None:
    london = ZoneInfo("Europe/London")
    first = datetime(2026, 10, 25, 1, 30, tzinfo=london)
    assert first == first.replace(fold=1)
    assert time_text(first) == "2026-10-25T00:30:00.000000+00:00"
    assert time_text(first.replace(fold=1)) == "2026-10-25T01:30:00.000000+00:00"
