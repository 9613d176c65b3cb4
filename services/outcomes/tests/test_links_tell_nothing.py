"""A link that was made up tells nothing of what it names: signatures are looked at before anything else."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
from movewell.store.unit import new_id
from movewell.testing.at_the_door import HTML, AtTheDoor
from movewell.testing.work import counted, said
from movewell.web.personas import PERSONAS

from .stories import Patient

METHODS = ("GET", "POST")


@pytest.fixture
def door(patient: Patient) -> AtTheDoor:
    patient.door.client.delete_cookie("movewell_questionnaire", path="/questionnaire")
    return patient.door


def asked(door: AtTheDoor, method: str, path: str) -> tuple[Counter[str], int, str]:
    """As somebody who holds no cookie."""
    with counted() as work:
        answer = door.app.test_client().open(path, method=method, headers=HTML)
    status, text = said(answer)
    return work, status, text.replace(path, "")


def forged(path: str) -> str:
    """The same claims with a signature that is not ours: its first character is another."""
    head, _, signature = path.rpartition(".")
    return f"{head}.{'A' if signature[0] != 'A' else 'B'}{signature[1:]}"


@pytest.mark.parametrize("method", METHODS)
def test_forged_links_to_what_is_there_was_used_or_never_was_are_alike(
    door: AtTheDoor, patient: Patient, method: str
) -> None:
    there, used = (patient.booked(ordinal, door.clock.now() + timedelta(days=2)) for ordinal in (1, 2))
    burned = door.link("questionnaire", used)
    assert door.app.test_client().post(burned, headers=HTML).status_code == 303
    paths = [door.link("questionnaire", there), burned, door.link("questionnaire", new_id())]
    (first, *rest) = [asked(door, method, forged(each)) for each in paths]
    assert rest == [first, first]
    assert first[0] == {"signature checked": 1}, "the store was not asked"


@pytest.mark.parametrize("method", METHODS)
def test_our_own_link_to_nothing_is_used_up_like_one_to_something(
    door: AtTheDoor, patient: Patient, method: str
) -> None:
    there = patient.booked(1, door.clock.now() + timedelta(days=2))
    something, nothing = (asked(door, method, door.link("questionnaire", each)) for each in (there, new_id()))
    assert something[:2] == nothing[:2]


def test_who_may_sign_in_is_on_the_page_and_anybody_else_is_refused_alike(door: AtTheDoor) -> None:
    """Local mode only. A provider judges passwords elsewhere, and is asked the same for everybody."""
    client, answers = door.app.test_client(), []
    for key in ("", "ZT001-clinician-9", f"{PERSONAS[0].key} ", "\x00"):
        with counted() as work:
            answer = client.post("/signin/as", data={"persona": key}, headers=HTML)
        answers.append((*said(answer), dict(work)))
    assert {each[0] for each in answers} == {400}
    assert all(each == answers[0] for each in answers)
