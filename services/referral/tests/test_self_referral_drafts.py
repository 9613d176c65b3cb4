"""Drafts of self-referrals: sealed, saved and come back to, ended in time, sent once."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from movewell.keyring.port import KeyDestroyed
from movewell.keyring.sqlite import SqliteKeyring
from movewell.testing.at_the_door import AtTheDoor, is_error_page
from referral.domain.draft import KEPT, MOST_TRIES
from referral.entrypoints.self_referral_entry import RETURNS_AN_HOUR

from .applicant import ANSWERS, BORN, LEAST, PERSONAL, Applicant, at_the_door, fire

TENANT = "ZT001"
DAY = 24 * 3600


@pytest.fixture
def keyring(tmp_path: Path) -> Iterator[SqliteKeyring]:
    made = SqliteKeyring(str(tmp_path / "keyring"), secret=b"k" * 32, service="referral")
    yield made
    made.close()


@pytest.fixture
def door(tmp_path: Path, keyring: SqliteKeyring) -> Iterator[AtTheDoor]:
    made = at_the_door(keyring_url=f"sqlite:///{tmp_path / 'keyring'}")
    yield made
    made.running.store.close()


@pytest.fixture
def anna(door: AtTheDoor) -> Applicant:
    return Applicant(door)


def saved_code(applicant: Applicant) -> str:
    """Press the button to save; the code that is shown then."""
    applicant.post(applicant.at, {"then": "save"})
    assert applicant.at == "/refer/saved"
    return applicant.get("/refer/saved").text.split('margin-bottom-0">')[1].split("<")[0]


def comes_back(applicant: Applicant, code: str, **born: str) -> int:
    return applicant.send("/refer/return", {"code": code, **BORN, **born}).status_code


def draft_id(door: AtTheDoor) -> str:
    (draft,) = door.kept()["drafts"]
    return str(draft["id"])


def test_nothing_that_is_answered_can_be_read_in_the_store(anna: Applicant) -> None:
    anna.fill()
    (draft,) = anna.door.kept()["drafts"]
    assert set(draft["answers"]) == set(ANSWERS)
    text = str(anna.door.kept())
    assert [each for each in PERSONAL if each in text] == []


def test_sending_destroys_the_drafts_key_and_leaves_nothing_readable(anna: Applicant, keyring: SqliteKeyring) -> None:
    anna.fill()
    anna.sends()
    id = draft_id(anna.door)
    fire(anna.door)
    with pytest.raises(KeyDestroyed):
        keyring.key(TENANT, id)
    kept = anna.door.kept()
    assert kept["drafts"][0]["answers"] == {} and [each for each in PERSONAL if each in str(kept)] == []


def test_a_draft_and_its_key_end_after_the_time_that_was_stated(anna: Applicant, keyring: SqliteKeyring) -> None:
    anna.fill("help")
    id = draft_id(anna.door)
    anna.door.clock.move(days=KEPT.days, seconds=-1)
    fire(anna.door)
    assert len(anna.door.kept()["drafts"]) == 1
    anna.door.clock.move(seconds=1)
    fire(anna.door)
    kept = anna.door.kept()
    assert kept["drafts"] == kept["timers"] == kept["allowances"] == []
    with pytest.raises(KeyDestroyed):
        keyring.key(TENANT, id)


def test_a_draft_whose_time_is_over_is_gone_before_its_timer_rings(anna: Applicant) -> None:
    anna.fill("name")
    code = saved_code(anna)
    anna.door.clock.move(days=KEPT.days)
    assert comes_back(Applicant(anna.door), code) == 400
    assert is_error_page(anna.get("/refer/name"), 410)


def test_the_cookie_is_for_these_pages_only_and_for_a_day_after_the_last_answer(anna: Applicant) -> None:
    answer = anna.send("/refer/safe", {"safe": "yes"})
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie and "Path=/refer" in cookie
    assert "Expires" not in cookie and "Max-Age" not in cookie, "gone with the browser: computers are shared"
    anna.door.clock.move(hours=23)
    anna.answer(BORN)
    anna.door.clock.move(hours=23)
    assert anna.get("/refer/where-you-live").status_code == 200
    anna.door.clock.move(hours=1)
    assert is_error_page(anna.get("/refer/where-you-live"), 410)


def test_the_cookie_travels_over_https_only_outside_of_local_mode() -> None:
    issuer = {"oidc_issuer": "https://issuer.example", "oidc_client_id": "movewell"}
    anna = Applicant(at_the_door(local_mode=False, **issuer))
    assert "Secure" in anna.send("/refer/safe", {"safe": "yes"}).headers["Set-Cookie"]


def test_another_device_goes_on_where_the_first_stopped(anna: Applicant) -> None:
    anna.fill("contact")
    code = saved_code(anna)
    phone = Applicant(anna.door)
    assert comes_back(phone, code.lower().replace("-", " ")) == 303
    assert phone.get("/refer/continue").headers["Location"] == "/refer/contact"
    assert 'value="Quillonia"' in phone.get("/refer/name").text
    phone.at = "/refer/contact"
    phone.fill()
    phone.sends()


def test_an_answer_that_is_right_is_kept_when_it_is_saved_and_a_wrong_one_is_not(anna: Applicant) -> None:
    anna.fill("name")
    anna.answer(ANSWERS["name"], then="save")
    assert (anna.at, "Quillonia" in anna.get("/refer/name").text) == ("/refer/saved", True)
    anna.at = "/refer/knows-nhs-number"
    anna.answer({"knows_number": "perhaps"}, then="save")
    assert anna.at == "/refer/saved"
    assert anna.get("/refer/continue").headers["Location"] == "/refer/knows-nhs-number"


def test_the_code_is_the_same_each_time_and_kept_nowhere(anna: Applicant) -> None:
    anna.fill("name")
    code = saved_code(anna)
    assert code in anna.get("/refer/saved").text
    anna.at = "/refer/name"
    assert saved_code(anna) == code
    assert code not in str(anna.door.kept()) and code.replace("-", "") not in str(anna.door.kept())


def test_who_leaves_the_form_is_forgotten_by_the_device(anna: Applicant) -> None:
    anna.fill("name")
    code = saved_code(anna)
    anna.post("/refer/leave")
    assert anna.at == "/refer/left" and is_error_page(anna.get("/refer/name"), 410)
    assert comes_back(anna, code) == 303


def test_who_deletes_their_answers_leaves_nothing(anna: Applicant, keyring: SqliteKeyring) -> None:
    anna.fill("name")
    id = draft_id(anna.door)
    saved_code(anna)
    anna.post("/refer/delete")
    fire(anna.door)
    assert anna.at == "/refer/deleted" and anna.door.kept()["drafts"] == []
    with pytest.raises(KeyDestroyed):
        keyring.key(TENANT, id)


WRONG = {
    "another date of birth": lambda code: {"birth_date-day": "10"},
    "no such code": lambda code: {"code": code[:-1] + ("2" if code[-1] != "2" else "3")},
    "part of the code": lambda code: {"code": code[:9]},
}


@pytest.mark.parametrize("how", WRONG)
def test_whatever_is_wrong_the_answer_is_the_same(anna: Applicant, how: str) -> None:
    anna.fill("name")
    code = saved_code(anna)
    stranger = Applicant(anna.door)
    answer = stranger.send("/refer/return", {"code": code, **BORN, **WRONG[how](code)})
    assert answer.status_code == 400 and "Set-Cookie" not in answer.headers
    assert "The return code or the date of birth is not right" in answer.text


@pytest.mark.parametrize(
    ("born", "wrong"),
    [
        ({"birth_date-day": " ", "birth_date-month": "", "birth_date-year": ""}, ["day", "month", "year"]),
        ({"birth_date-month": ""}, ["month"]),
        ({"birth_date-month": "", "birth_date-year": ""}, ["month", "year"]),
        ({"birth_date-day": "31", "birth_date-month": "2"}, ["day", "month", "year"]),
    ],
)
def test_a_date_of_birth_is_wrong_in_the_parts_that_must_be_changed(
    anna: Applicant, born: dict[str, str], wrong: list[str]
) -> None:
    answer = anna.send("/refer/return", {"code": "C7KM-9XQ4-TRWH", **BORN, **born})
    marked = re.findall(r'nhsuk-input--error[^>]* id="birth_date-(\w+)"', answer.text)
    assert answer.status_code == 400 and marked == wrong


def test_a_code_is_no_longer_good_after_wrong_dates_of_birth(anna: Applicant) -> None:
    anna.fill("name")
    code = saved_code(anna)
    for _ in range(MOST_TRIES):
        assert comes_back(Applicant(anna.door), code, **{"birth_date-year": "1985"}) == 400
    assert comes_back(Applicant(anna.door), code) == 400
    anna.at = "/refer/name"
    new = saved_code(anna)
    assert new != code and comes_back(Applicant(anna.door), new) == 303


def test_a_right_date_of_birth_begins_the_count_again(anna: Applicant) -> None:
    anna.fill("name")
    code = saved_code(anna)
    for _ in range(2):
        for _ in range(MOST_TRIES - 1):
            comes_back(Applicant(anna.door), code, **{"birth_date-year": "1985"})
        assert comes_back(Applicant(anna.door), code) == 303


def test_codes_are_tried_only_so_often_from_one_address(anna: Applicant) -> None:
    for _ in range(RETURNS_AN_HOUR):
        assert comes_back(anna, "C7KM-9XQ4-TRWH") == 400
    answer = anna.send("/refer/return", {"code": "C7KM-9XQ4-TRWH", **BORN})
    assert is_error_page(answer, 429) and answer.headers["Retry-After"] == "3600"
    anna.client.environ_base["REMOTE_ADDR"] = "192.0.2.7"
    assert comes_back(anna, "C7KM-9XQ4-TRWH") == 400, "another address is not stopped"
    anna.client.environ_base["REMOTE_ADDR"] = "127.0.0.1"
    anna.door.clock.move(hours=1)
    assert comes_back(anna, "C7KM-9XQ4-TRWH") == 400


def test_a_household_of_ipv6_is_one_address(anna: Applicant) -> None:
    for host in range(RETURNS_AN_HOUR + 1):
        anna.client.environ_base["REMOTE_ADDR"] = f"2001:db8:0:1::{host:x}"
        status = comes_back(anna, "C7KM-9XQ4-TRWH")
    assert status == 429


def test_drafts_are_begun_only_so_often_from_one_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DRAFTS_AN_HOUR", "2")
    door = at_the_door()
    for status in (303, 303, 429):
        assert Applicant(door).send("/refer/safe", {"safe": "yes"}).status_code == status
    assert len(door.kept()["drafts"]) == 2
    assert "127.0.0.1" not in str(door.kept())


def test_pressing_twice_or_going_back_gives_the_same_reference_and_one_referral(anna: Applicant) -> None:
    anna.fill()
    token = {"csrf_token": anna.get("/refer/check").text.split('name="csrf_token" value="')[1][:64]}
    first = anna.send("/refer/check", token)
    reference = anna.reference()
    again = anna.send("/refer/check", token)
    assert (first.status_code, again.status_code) == (303, 303)
    for path in ("check", "name", "continue", "saved"):
        assert anna.get(f"/refer/{path}").headers["Location"] == "/refer/sent"
    assert anna.reference() == reference and len(anna.door.kept()["referrals"]) == 1


def test_two_presses_at_once_make_one_referral(anna: Applicant) -> None:
    anna.fill(answers=LEAST)
    token = {"csrf_token": anna.get("/refer/check").text.split('name="csrf_token" value="')[1][:64]}
    cookie = {"Cookie": f"self_referral={anna.client.get_cookie('self_referral', path='/refer').value}"}
    together, answers = threading.Barrier(4), []

    def press() -> None:
        client = anna.door.app.test_client(use_cookies=False)
        together.wait()
        answers.append(client.post("/refer/check", data=token, headers=cookie).status_code)

    threads = [threading.Thread(target=press) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert answers == [303] * 4 and len(anna.door.kept()["referrals"]) == 1


def test_the_reference_is_shown_for_a_day_and_then_the_draft_is_gone(anna: Applicant) -> None:
    anna.fill(answers=LEAST)
    reference = anna.sends()
    anna.door.clock.move(hours=23)
    fire(anna.door)
    assert anna.reference() == reference
    anna.door.clock.move(hours=2)
    fire(anna.door)
    assert is_error_page(anna.get("/refer/sent"), 410) and anna.door.kept()["drafts"] == []
    assert len(anna.door.kept()["referrals"]) == 1


def test_a_code_of_what_was_sent_leads_nowhere(anna: Applicant) -> None:
    anna.fill("name", LEAST)
    code = saved_code(anna)
    anna.at = "/refer/name"
    anna.fill(answers=LEAST)
    anna.sends()
    assert comes_back(Applicant(anna.door), code) == 400


def test_who_is_known_is_answered_like_who_is_not(anna: Applicant) -> None:
    """No page says whether a number is known: the same pages, but for the reference and the tokens."""
    anna.fill()
    anna.sends()
    other = Applicant(anna.door)
    other.fill()
    other.sends()
    first, second = (
        each.get("/refer/sent").text.replace(each.reference(), "").split("<main")[1].split("</main")[0]
        for each in (anna, other)
    )
    assert first == second
    referrals = anna.door.kept()["referrals"]
    assert len(referrals) == 2 and len({each["person_id"] for each in referrals}) == 1
