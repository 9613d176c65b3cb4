"""Strangers read events and APIs as pages, with nothing but a browser."""

from __future__ import annotations

import pytest
from movewell.contracts.declare import declarations
from movewell.web.contract_pages import Member, members
from movewell.wire.event_documents import payload_schema

SCHEMA = {
    "type": "object",
    "required": ["sessions"],
    "properties": {
        "sessions": {
            "type": "array",
            "items": {"type": "object", "properties": {"at": {"type": "string", "format": "date-time"}}},
        },
        "next": {"$ref": "#/components/schemas/Page"},
        "of": {"type": ["integer", "null"], "minimum": 1, "maximum": 9},
        "by": {"type": "string", "enum": ["a", "b"], "x-meanings": {"a": "patient", "b": "staff"}},
    },
}
DOCUMENT = {"components": {"schemas": {"Page": SCHEMA}}}


def test_fields_within_fields_are_listed_and_a_circle_is_entered_once() -> None:
    found = {each.path: each for each in members(SCHEMA, DOCUMENT)}
    assert found["sessions[].at"].type == "string (date-time)"
    assert found["of"].type == "integer or null from 1 to 9"
    assert found["by"] == Member("by", "string", False, "", {"a": "patient", "b": "staff"})
    assert "next.sessions[].at" in found and "next.next.of" not in found
    assert [path for path, each in found.items() if each.required] == ["sessions", "next.sessions"]


@pytest.mark.parametrize("event", declarations(), ids=lambda each: each.type)
def test_every_field_of_every_event_is_shown_with_its_codes(event) -> None:
    schema = payload_schema(event)
    found = {each.path: each for each in members(schema)}
    assert found.keys() == schema["properties"].keys()
    for name, said in schema["properties"].items():
        assert set(found[name].codes) == {str(code) for code in said.get("enum", ()) if code is not None}
