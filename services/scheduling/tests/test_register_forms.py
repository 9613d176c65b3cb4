"""Adverse events in codes, notes that are sealed: what is asked, what is refused, what is kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from .staffed import Staffed, referral, words

FALL = {"kind": "fall", "severity": "moderate", "relatedness": "related", "action": "first_aid"}


@pytest.fixture
def door(tmp_path: Path) -> Staffed:
    made = Staffed(tmp_path)
    made.booked(1, given="Zoe")
    made.at(2026, 3, 9, 10, 20)
    made.sign_in("instructor")
    return made


def form_of(door: Staffed, what: str) -> str:
    booking = door.bookings(1)[0]
    return f"/register/{booking.session_id}/{what}/{booking.id}"


def register(door: Staffed) -> str:
    return f"/register/{door.session().id}"


def test_an_adverse_event_is_reported_in_codes_and_shown_in_words(door: Staffed) -> None:
    answer = door.send(form_of(door, "adverse-events"), **FALL)
    assert answer.status_code == 303 and "done=adverse-event" in answer.headers["Location"]
    said = words(door.look(register(door)))
    assert "10:20am: A fall. Moderate: needed help, or stopped the session. First aid was given." in said
    assert door.told("adverse_event.reported") == 1
    assert ("instructor-1", referral(1), "adverse event") in door.records_seen()


@pytest.mark.parametrize("missing", FALL)
def test_what_is_not_answered_is_asked_again_and_the_rest_is_kept(door: Staffed, missing: str) -> None:
    given = {name: code for name, code in FALL.items() if name != missing}
    answer = door.send(form_of(door, "adverse-events"), **given)
    assert answer.status_code == 400 and f'href="#{missing}"' in answer.text
    assert answer.text.count(" checked") == 3
    assert door.told("adverse_event.reported") == 0


def test_a_code_that_is_none_is_not_taken(door: Staffed) -> None:
    assert door.send(form_of(door, "adverse-events"), **{**FALL, "kind": "alien"}).status_code == 400


def test_a_report_that_is_sent_twice_is_one(door: Staffed) -> None:
    for _ in range(2):
        door.send(form_of(door, "adverse-events"), **FALL, idempotency_key="the-same-key")
    assert door.told("adverse_event.reported") == 1


def test_a_form_that_comes_back_can_be_put_right_with_its_key(door: Staffed) -> None:
    path = form_of(door, "adverse-events")
    assert door.send(path, kind="fall", idempotency_key="the-same-key").status_code == 400
    assert door.send(path, **FALL, idempotency_key="the-same-key").status_code == 303


def test_before_the_start_there_is_nothing_to_report(door: Staffed) -> None:
    door.at(2026, 3, 9, 9, 0)
    answer = door.send(form_of(door, "adverse-events"), **FALL)
    assert answer.status_code == 409 and "The session has not started." in words(answer)
    assert answer.text.count(" checked") == 4


def test_a_note_is_sealed_and_read_on_the_register(door: Staffed) -> None:
    assert door.send(form_of(door, "notes"), text="Sore knee.\r\nWalked instead.").status_code == 303
    assert "Sore" not in str(door.kept())
    assert "Sore knee.\nWalked instead." in door.look(register(door)).text
    assert "Monday 9 March 2026, 10:20am, instructor-1" in words(door.look(register(door)))


def test_a_coordinator_does_not_read_notes_and_a_clinician_does(door: Staffed) -> None:
    door.send(form_of(door, "notes"), text="Sore knee.")
    for role, reads in (("coordinator", False), ("clinician", True)):
        door.sign_in(role)
        assert ("Sore knee." in door.look(register(door)).text) == reads
        assert "Write a note" not in words(door.look(register(door))) or reads
    door.sign_in("coordinator")
    assert door.look(form_of(door, "notes")).status_code == 403


@pytest.mark.parametrize(("text", "said"), [(" \n ", "Enter a note"), ("a" * 1001, "1000 characters or less")])
def test_a_note_that_is_empty_or_too_long_comes_back_as_it_was_typed(door: Staffed, text: str, said: str) -> None:
    answer = door.send(form_of(door, "notes"), text=text)
    assert answer.status_code == 400 and said in words(answer) and text.strip() in answer.text
    assert door.kept()["notes"] == []


def test_the_longest_note_in_the_widest_characters_fits(door: Staffed) -> None:
    assert door.send(form_of(door, "notes"), text="\U0001f3cb" * 1000).status_code == 303


def test_of_an_erased_patient_nothing_is_written(door: Staffed) -> None:
    door.erased(1)
    answer = door.send(form_of(door, "notes"), text="Sore knee.")
    assert answer.status_code == 409 and "This person was erased." in words(answer)
