"""Nobody learns by trying who is known: the same words and the same work, whether there is something or not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from movewell.testing.at_the_door import AtTheDoor
from movewell.testing.work import counted, said
from referral.domain.draft import MOST_TRIES
from referral.domain.reference import ALPHABET, read_reference
from referral.entrypoints.self_referral_entry import RETURNS_AN_HOUR

from .applicant import ANSWERS, BORN, Applicant, at_the_door, fire

OTHER_DAY = {**BORN, "birth_date-day": "10"}
BORN_OTHERWISE = {**ANSWERS, "date-of-birth": OTHER_DAY}


@pytest.fixture
def door(monkeypatch: pytest.MonkeyPatch) -> Iterator[AtTheDoor]:
    monkeypatch.setenv("DRAFTS_AN_HOUR", "100")
    made = at_the_door()
    yield made
    made.running.store.close()


def saved_code(door: AtTheDoor) -> str:
    anna = Applicant(door)
    anna.fill("name")
    anna.post(anna.at, {"then": "save"})
    return anna.get("/refer/saved").text.split('margin-bottom-0">')[1].split("<")[0]


def unknown_code(known: str, change: int = 1) -> str:
    """One that nobody has and that is well made: another first character, and the check character that fits it."""
    first = ALPHABET[(ALPHABET.index(known[0]) + change) % len(ALPHABET)]
    return next(code for each in ALPHABET if (code := read_reference(first + known[1:-1] + each)))


def tried(door: AtTheDoor, code: str, born: dict[str, str] = OTHER_DAY) -> tuple[Counter[str], int, str]:
    """What a try with a code costs, and what is answered without what was typed."""
    stranger = Applicant(door)
    with counted() as work:
        answer = stranger.send("/refer/return", {"code": code, **born})
    status, text = said(answer)
    return work, status, text.replace(code, "")


def test_a_return_code_that_is_known_costs_and_says_what_an_unknown_one_does(door: AtTheDoor) -> None:
    known = saved_code(door)
    unknown = unknown_code(known)
    tried(door, unknown_code(known, 2))  # what is made once is made
    for nth in range(MOST_TRIES + 2):
        known_work, *known_said = tried(door, known)
        unknown_work, *unknown_said = tried(door, unknown)
        assert known_said == unknown_said, nth
        assert known_work == unknown_work, nth
        assert known_work["decrypted"] == 1, "else the date of birth was not looked at"


def test_a_code_that_was_tried_too_often_is_like_one_that_never_was(door: AtTheDoor) -> None:
    known = saved_code(door)
    for _ in range(MOST_TRIES):
        tried(door, known)
    assert tried(door, known, dict(BORN))[1] == 400
    door.clock.move(hours=1)
    assert tried(door, known, dict(BORN))[1] == 400, "an hour does not make it good again"


def test_guessing_codes_ends_for_an_hour_and_no_row_outlives_its_time(door: AtTheDoor) -> None:
    code = unknown_code(saved_code(door))
    statuses = [tried(door, code)[1] for _ in range(RETURNS_AN_HOUR + 1)]
    assert statuses == [400] * RETURNS_AN_HOUR + [429]
    door.clock.move(days=15)
    fire(door)
    assert door.kept()["allowances"] == []


def claims(door: AtTheDoor, answers: Any) -> tuple[Counter[str], int, str]:
    """Sends a self-referral; what the last step costs and says."""
    patient = Applicant(door)
    patient.fill(answers=answers)
    with counted() as work:
        answer = patient.post("/refer/check")
    return work, answer.status_code, answer.headers["Location"]


def secrets_of(work: Counter[str]) -> dict[str, int]:
    return {kind: work[kind] for kind in ("key made", "key derived", "encrypted", "decrypted", "read", "transaction")}


def test_a_self_referral_does_not_tell_whether_a_number_is_known(door: AtTheDoor) -> None:
    """Of rows, one more or less is written in the one transaction: a person, or the end of a key."""
    claims(door, {**ANSWERS, "nhs-number": {"nhs_number": "999 000 0026"}})  # what is made once is made
    unknown_work, *unknown_said = claims(door, ANSWERS)
    known_work, *known_said = claims(door, ANSWERS)
    otherwise_work, *otherwise_said = claims(door, BORN_OTHERWISE)
    assert unknown_said == known_said == otherwise_said == [303, "/refer/sent"]
    assert secrets_of(unknown_work) == secrets_of(known_work) == secrets_of(otherwise_work)
    assert len({each["person_id"] for each in door.kept()["referrals"]}) == 3, "the second was recognised"


def test_the_key_that_was_made_for_somebody_known_is_destroyed(door: AtTheDoor) -> None:
    claims(door, ANSWERS)
    claims(door, ANSWERS)
    due = [each["subject"] for each in door.kept()["timers"] if each["kind"] == "key.destroyed"]
    people = {each["id"] for each in door.kept()["people"]}
    assert len(due) == 3 and not people & set(due), "two drafts, and a person who never was"
    fire(door)


def test_a_reference_of_another_service_is_like_none(door: AtTheDoor) -> None:
    patient = Applicant(door)
    patient.fill()
    mine = patient.sends()
    other = unknown_code(mine)
    costs, answers = [], []
    for tenant, code in (("ZT002", mine), ("ZT001", other), ("ZT002", other)):
        door.sign_in("clinician", tenant)
        with counted() as work:
            answer = door.call("GET", f"/api/referrals?reference={code}")
        costs.append(work)
        answers.append(said(answer))
    assert costs[0] == costs[1] == costs[2]
    assert answers[0] == answers[1] == answers[2] and answers[0][0] == 200 and "referral_id" not in answers[0][1]
    door.sign_in("clinician", "ZT001")
    assert door.call("GET", f"/api/referrals?reference={mine}").json["items"] != []
