"""What was released may be extended; everything else is refused, and each kind of breach is noticed."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest

from deploy.contracts import compatibility
from deploy.contracts.compatibility import breaches, released_text

Change = Callable[[dict[str, Any]], Any]
EVENT = "movewell.session.booked.v1"
PATH, METHOD = "/api/series", "post"


@pytest.fixture(scope="module")
def present() -> dict[str, Any]:
    made: dict[str, Any] = json.loads(released_text())
    return made


@pytest.fixture
def after(present: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> Callable[[Change], list[str]]:
    """What is said when the present, changed so, comes after the present."""

    def judged(change: Change) -> list[str]:
        changed = copy.deepcopy(present)
        change(changed)
        monkeypatch.setattr(compatibility, "released_text", lambda: json.dumps(changed))
        return breaches_since(present)

    def breaches_since(released: dict[str, Any]) -> list[str]:
        class Kept:
            @staticmethod
            def read_text(encoding: str) -> str:
                return json.dumps(released)

        monkeypatch.setattr(compatibility, "RELEASED", Kept)
        return breaches()

    return judged


def event(document: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = document["events"][EVENT]
    return found


def operation(document: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = document["openapi"]["scheduling"]["paths"][PATH][METHOD]
    return found


def asked(document: dict[str, Any]) -> dict[str, Any]:
    reference = operation(document)["requestBody"]["content"]["application/json"]["schema"]["$ref"]
    found: dict[str, Any] = document["openapi"]["scheduling"]["components"]["schemas"][reference.rsplit("/", 1)[-1]]
    return found


BREACHES: dict[str, tuple[Change, str]] = {
    "an event is gone": (lambda all: all["events"].pop(EVENT), f"{EVENT} is gone"),
    "a field is gone": (lambda all: event(all)["properties"].pop("venue_id"), f"{EVENT}: venue_id is gone"),
    "a field may be missing": (
        lambda all: event(all)["required"].remove("venue_id"),
        f"{EVENT}: venue_id is no longer always there",
    ),
    "a new field is required": (
        lambda all: event(all)["required"].append("room"),
        f"{EVENT}: room was not in older records, and is required",
    ),
    "a type changes": (
        lambda all: event(all)["properties"]["ordinal"].update(type="string"),
        f"{EVENT}.ordinal: type was integer, is string",
    ),
    "a code is gone": (
        lambda all: event(all)["properties"]["format"]["enum"].remove("group"),
        f"{EVENT}.format: the code group is gone",
    ),
    "an operation is gone": (
        lambda all: all["openapi"]["scheduling"]["paths"][PATH].pop(METHOD),
        "POST /api/series is gone",
    ),
    "an API is gone": (lambda all: all["openapi"].pop("outcomes"), "the API of outcomes is gone"),
    "a caller must send more": (
        lambda all: asked(all)["required"].append("room"),
        "POST /api/series: /room is required now",
    ),
    "a caller's field is refused": (
        lambda all: asked(all)["properties"].pop("weeks"),
        "POST /api/series: /weeks is no longer taken",
    ),
    "an answer is gone": (
        lambda all: operation(all)["responses"].pop("201"),
        "POST /api/series: 201 is no longer answered as application/json",
    ),
}


@pytest.mark.parametrize("kind", BREACHES)
def test_a_breach_is_refused(kind: str, after: Callable[[Change], list[str]]) -> None:
    change, told = BREACHES[kind]
    assert told in after(change)


@pytest.mark.parametrize(
    "change",
    [
        lambda all: None,
        lambda all: all["events"].update({"movewell.session.praised.v1": {"type": "object", "properties": {}}}),
        lambda all: event(all)["properties"].update(room={"type": ["string", "null"], "default": None}),
        lambda all: event(all)["properties"]["format"]["enum"].append("online"),
        lambda all: asked(all)["properties"].update(room={"type": "string"}),
        lambda all: all["openapi"]["scheduling"]["paths"].update({"/api/rooms": {"get": {"responses": {}}}}),
    ],
    ids=["nothing", "an event", "an optional field", "a code", "what a caller may send", "a route"],
)
def test_an_extension_is_welcome(change: Change, after: Callable[[Change], list[str]]) -> None:
    assert after(change) == []


def test_the_present_extends_the_last_release() -> None:
    assert breaches() == []
