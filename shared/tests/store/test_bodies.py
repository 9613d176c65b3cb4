"""Whatever way a body is written, it is what the standard encoder writes, and what no store may hold is refused."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from enum import Enum
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from movewell.store import allowed, bodies
from movewell.store.bodies import body_in, text_of

# texts with every character, but half of a pair of surrogates is no character; numbers within and beyond 64 bits
scalars = st.none() | st.booleans() | st.integers() | st.integers(-(2**64), 2**64) | st.floats() | st.text()
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


class Colour(str, Enum):
    RED = "red"


class Plain(Enum):
    RED = "red"


def expected(body: dict[str, Any]) -> str | None:
    try:
        allowed.check(body)
    except ValueError:
        return None
    return json.dumps(body, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def written(body: dict[str, Any]) -> str | None:
    try:
        return text_of(body)
    except (ValueError, TypeError):
        return None


@settings(deadline=None)
@given(st.dictionaries(st.text(min_size=1, max_size=5), values, max_size=4))
def test_a_body_is_written_as_the_standard_encoder_writes_it_or_refused(body: dict[str, Any]) -> None:
    text = written(body)
    assert (text is None) == (expected(body) is None)
    if text is not None:
        assert json.loads(text) == body
        assert body_in(text) == body


@pytest.mark.parametrize(
    "value",
    [
        2**63,
        -(2**63) - 1,
        float("nan"),
        float("inf"),
        {"a\0": 1},
        {"a": {"b\0": 1}},
        "\ud800",
        {"a": "\ud800"},
        {1: "a"},
        {"a": {1: "b"}},
        datetime(2026, 1, 5, tzinfo=UTC),
        {"a": datetime(2026, 1, 5, tzinfo=UTC)},
        UUID(int=1),
        b"x",
        {"x"},
        Plain.RED,
        Ellipsis,
    ],
    ids=repr,
)
def test_what_no_store_may_hold_is_refused(value: Any) -> None:
    assert written({"value": value}) is None


@pytest.mark.parametrize(
    "value",
    [
        2**63 - 1,
        -(2**63),
        "",
        "\0",
        "\u2028é/\x7f😀",
        True,
        None,
        Colour.RED,
        1.5,
        ["a"],
        ("a",),
        {"a": "\0"},
        {"a": [{}]},
    ],
    ids=repr,
)
def test_what_a_store_may_hold_is_written_as_the_standard_encoder_writes_it(value: Any) -> None:
    text = text_of({"value": value})
    assert text == json.dumps({"value": value}, separators=(",", ":"), ensure_ascii=False)
    assert body_in(text) == json.loads(text)


def test_the_bodies_of_the_platforms_own_rows_are_plain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "_write_any", lambda body: pytest.fail("the slow way"))
    text_of({"topic": "t", "sequence": 1, "pending": True, "headers": {"ce_id": "1"}, "value": "{}", "none": None})
