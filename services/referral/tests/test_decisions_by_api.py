"""The API decides as the page does: with what was suggested, and with a reason where it is otherwise."""

from __future__ import annotations

from typing import Any

import pytest
from movewell.testing.at_the_door import AtTheDoor
from referral.domain.referral import Referral

from .applicant import at_the_door

FIT = {
    "systolic": 128, "diastolic": 82, "heart_rate": 72, "active": False, "disease": False, "symptoms": False,
    "contraindications": [],
}  # fmt: skip
PERSON = {"family_name": "Zzyxwell", "birth_date": "1984-03-09", "nhs_number": "9990000018"}
GROUP = {"format": "group", "sessions_planned": 8}
ALONE = {"format": "one_to_one", "sessions_planned": 8}


@pytest.fixture(scope="module")
def door() -> AtTheDoor:
    return at_the_door()


@pytest.fixture
def fit(door: AtTheDoor) -> str:
    """A referral that is screened and cleared: a group is suggested."""
    sent = {"source": "A1", "person": PERSON}
    made = door.call("POST", "/api/referrals", "coordinator", json=sent, headers={"Idempotency-Key": "k" * 8 + _next()})
    id = str(made.json["referral_id"])
    assert door.call("POST", f"/api/referrals/{id}/screening", "clinician", json=FIT).json["outcome"] == "cleared"
    return id


_KEYS = iter(range(1000))


def _next() -> str:
    return str(next(_KEYS))


def decide(door: AtTheDoor, id: str, what: str, given: Any = None) -> Any:
    return door.call("POST", f"/api/referrals/{id}/{what}", "clinician", json=given)


def traces(door: AtTheDoor, id: str) -> list[tuple[Any, ...]]:
    decisions = door.do(lambda unit: unit.get(Referral, id)).decisions
    return [(each.choice.value, each.by, each.suggested, each.override and each.override.value) for each in decisions]


def test_what_was_suggested_is_kept_with_the_decision_and_a_repetition_adds_nothing(door: AtTheDoor, fit: str) -> None:
    assert decide(door, fit, "accept", GROUP).status_code == 200
    assert decide(door, fit, "accept", GROUP).status_code == 200
    assert traces(door, fit) == [("accept", "clinician-1", "cleared", None)]


@pytest.mark.parametrize(("what", "given"), [("accept", ALONE), ("decline", {"reason": "42"})])
def test_what_was_not_suggested_needs_a_reason_which_is_kept(
    door: AtTheDoor, fit: str, what: str, given: dict[str, Any]
) -> None:
    refused = decide(door, fit, what, given)
    assert (refused.status_code, refused.json["errors"][0]["pointer"]) == (400, "/override")
    assert traces(door, fit) == []
    assert decide(door, fit, what, {**given, "override": "other"}).status_code == 400, "other needs a note"
    explained = {**given, "override": "other", "note": "They asked for it in words of their own."}
    assert decide(door, fit, what, explained).status_code == 200
    assert traces(door, fit) == [(what, "clinician-1", "cleared", "other")]
    assert "in words of their own" not in str(door.kept())


def test_a_reason_that_is_not_needed_is_not_kept(door: AtTheDoor, fit: str) -> None:
    assert decide(door, fit, "accept", {**GROUP, "override": "practical"}).status_code == 200
    assert traces(door, fit) == [("accept", "clinician-1", "cleared", None)]


def test_endings_are_decisions_too(door: AtTheDoor, fit: str) -> None:
    decide(door, fit, "accept", GROUP)
    assert decide(door, fit, "discharge", {"end_code": "46"}).status_code == 200
    assert [each[0] for each in traces(door, fit)] == ["accept", "discharge"]


@pytest.mark.parametrize("note", ["", "\x00", "n" * 1201])
def test_a_note_that_cannot_be_kept_is_refused(door: AtTheDoor, fit: str, note: str) -> None:
    refused = decide(door, fit, "decline", {"reason": "42", "override": "other", "note": note})
    assert (refused.status_code, refused.json["errors"][0]["pointer"]) == (400, "/note")
