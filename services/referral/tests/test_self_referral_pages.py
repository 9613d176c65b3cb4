"""The pages of a self-referral: what they ask, what they refuse, whom they stop."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from movewell.testing.at_the_door import AtTheDoor, is_error_page
from referral.domain.self_referral import Step

from .applicant import ANSWERS, BORN, LEAST, Applicant, at_the_door, token_of


@pytest.fixture
def door() -> Iterator[AtTheDoor]:
    made = at_the_door()
    yield made
    made.running.store.close()


@pytest.fixture
def anna(door: AtTheDoor) -> Applicant:
    return Applicant(door)


def test_urgent_help_comes_first(anna: Applicant) -> None:
    page = anna.get("/refer").text
    assert page.index("999") < page.index("116 123") < page.index("Start now")


def test_who_is_not_safe_is_told_who_helps_and_nothing_is_kept(anna: Applicant) -> None:
    answer = anna.send("/refer/safe", {"safe": "no"})
    assert (answer.status_code, anna.at) == (303, "/refer/help-now")
    page = anna.get(anna.at).text
    assert "999" in page and "option 2" in page and "116 123" in page
    assert not any(anna.door.kept().values()) and "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("fields", [{}, {"safe": "perhaps"}])
def test_the_first_question_needs_an_answer(anna: Applicant, fields: dict[str, str]) -> None:
    answer = anna.send("/refer/safe", fields)
    assert answer.status_code == 400
    assert "<title>Error: Are you safe now?" in answer.text and 'href="#safe"' in answer.text
    assert not any(anna.door.kept().values())


@pytest.mark.parametrize("answers", [ANSWERS, LEAST], ids=["everything", "the least"])
def test_a_self_referral_is_sent_with_much_or_little(anna: Applicant, answers: dict[str, dict[str, str]]) -> None:
    anna.fill(answers=answers)
    reference = anna.sends()
    (referral,) = anna.door.kept()["referrals"]
    assert (referral["source"], referral["channel"], referral["status"]) == ("B1", "web", "received")
    found = anna.door.call("GET", f"/api/referrals?reference={reference.lower()}", "clinician").get_json()["items"]
    assert [each["referral_id"] for each in found] == [referral["id"]]
    assert anna.door.call("GET", "/api/referrals?reference=C7KM", "clinician").get_json()["items"] == []


def test_answers_are_checked_in_words_with_a_way_to_change_each(anna: Applicant) -> None:
    anna.fill()
    page = anna.get("/refer/check").text
    for words in (
        "9 March 1984", "Yes, with another service", "Zzyxshire Talking Therapies", "Quillonia", "999 000 0018",
        "Phone", "No, do not leave a message", "1 Marzipan Row", "ZZ99 3WZ", "Female", "Irish", "Borogove Zzyxwell",
        "Marzipan submarines keep me awake.", "I would like to swim.", "A place without steps",
    ):  # fmt: skip
        assert words in page, words
    assert {f'href="/refer/{step}"' in page for step in ANSWERS} == {True}
    assert "You did not answer" not in page and "elsewhere" not in page


def test_what_was_passed_over_is_said_so(anna: Applicant) -> None:
    anna.fill(answers=LEAST)
    page = anna.get("/refer/check").text
    assert page.count("You did not answer") == 8 and "No, I do not know it" in page


def test_a_changed_answer_leads_back_to_the_check(anna: Applicant) -> None:
    anna.fill()
    anna.at = "/refer/name"
    assert 'value="Quillonia"' in anna.get(anna.at).text
    anna.answer({"given_name": "Quill", "family_name": "Zzyxwell"})
    assert anna.at == "/refer/check" and "Quill<" in anna.get(anna.at).text


def test_a_change_that_opens_a_question_asks_it_before_the_check(anna: Applicant) -> None:
    anna.fill(answers=LEAST)
    anna.at = "/refer/contact"
    anna.answer({"email": "quillonia@patients.example", "phone": "07700 900987"})
    assert anna.at == "/refer/preferred-contact"
    anna.fill(answers={**LEAST, "preferred-contact": {"preferred": "phone"}, "messages": {"may_leave_message": "yes"}})
    anna.at = "/refer/contact"
    anna.answer({"email": "quillonia@patients.example"})
    assert anna.at == "/refer/check" and "leave a message" not in anna.get(anna.at).text


def test_going_back_to_the_first_page_loses_nothing(anna: Applicant) -> None:
    anna.fill("contact")
    back = []
    while anna.at != "/refer":
        anna.at = anna.get(anna.at).text.split('class="nhsuk-back-link"')[1].split('href="')[1].split('"')[0]
        back.append(anna.at.rsplit("/", 1)[1])
    steps = list(ANSWERS)
    assert back == [*reversed(steps[: steps.index("contact")]), "refer"]
    assert 'href="/refer/continue"' in anna.get("/refer").text
    assert anna.get("/refer/continue").headers["Location"] == "/refer/contact"
    assert len(anna.door.kept()["drafts"]) == 1


@pytest.mark.parametrize("step", ["where-you-live", "name", "contact", "needs"])
def test_nobody_jumps_ahead(anna: Applicant, step: str) -> None:
    anna.start()
    assert anna.get(f"/refer/{step}").headers["Location"] == "/refer/date-of-birth"
    assert anna.post(f"/refer/{step}", ANSWERS[step]).headers["Location"] == "/refer/date-of-birth"
    assert anna.get("/refer/check").headers["Location"] == "/refer/date-of-birth"
    anna.at = "/refer/date-of-birth"
    assert anna.post("/refer/check").headers["Location"] == "/refer/date-of-birth"
    assert anna.door.kept()["referrals"] == [] and anna.door.kept()["drafts"][0]["answers"] == {}


@pytest.mark.parametrize(
    ("step", "typed", "fault", "kept"),
    [
        ("date-of-birth", {**BORN, "birth_date-month": ""}, "birth_date-month", 'value="1984"'),
        ("name", {"given_name": "Ünï <b>", "family_name": " "}, "family_name", "Ünï &lt;b&gt;"),
        ("nhs-number", {"nhs_number": "999 000 0019"}, "nhs_number", 'value="999 000 0019"'),
        ("contact", {"email": "nobody at all"}, "email", 'value="nobody at all"'),
        ("help", {"help": "</textarea>" + "x" * 2_000}, "help", "&lt;/textarea&gt;xxx"),
    ],
)
def test_a_refused_answer_comes_back_as_typed_with_what_to_do(
    anna: Applicant, step: str, typed: dict[str, str], fault: str, kept: str
) -> None:
    anna.fill(step)
    answer = anna.answer(typed)
    assert answer.status_code == 400 and "<title>Error: " in answer.text
    assert f'href="#{fault}"' in answer.text and f'id="{fault}"' in answer.text and kept in answer.text
    assert "error-message" in answer.text


@pytest.mark.parametrize(
    ("step", "typed", "place"),
    [
        ("date-of-birth", {**BORN, "birth_date-year": "2020"}, "/refer/under-18"),
        ("where-you-live", {"in_england": "no"}, "/refer/not-in-england"),
    ],
)
def test_who_can_not_use_the_service_is_told_who_helps_and_may_correct_it(
    anna: Applicant, step: str, typed: dict[str, str], place: str
) -> None:
    anna.fill(step)
    anna.answer(typed)
    assert anna.at == place
    page = anna.get(place).text
    assert f'href="/refer/{step}"' in page and 'href="tel:' in page
    for ahead in ("where-you-live" if step == "date-of-birth" else "therapy", "check", "continue"):
        assert anna.get(f"/refer/{ahead}").headers["Location"] == place
    assert anna.post("/refer/check").headers["Location"] == place
    anna.at = f"/refer/{step}"
    anna.answer(ANSWERS[step])
    assert anna.at not in (place, "/refer/check")


def test_a_form_of_another_site_or_another_draft_is_refused(anna: Applicant) -> None:
    anna.start()
    other = Applicant(anna.door)
    other.start()
    foreign = token_of(other.get(other.at))
    before = anna.door.kept()
    for token in ("", "x", foreign):
        for path in ("/refer/date-of-birth", "/refer/check", "/refer/save", "/refer/leave", "/refer/delete"):
            assert is_error_page(anna.send(path, {**BORN, "csrf_token": token}), 400), path
    assert anna.door.kept() == before


@pytest.mark.parametrize("path", ["/refer/safe", "/refer/return"])
def test_another_site_makes_a_browser_nobody(anna: Applicant, path: str) -> None:
    fields = {"safe": "yes", "code": "x", **BORN}
    assert is_error_page(anna.send(path, fields, **{"Sec-Fetch-Site": "cross-site"}), 400)
    assert not any(anna.door.kept().values())


@pytest.mark.parametrize("path", ["check", "continue", "saved", "sent", *(step.value for step in Step)])
def test_without_a_draft_a_page_says_so(anna: Applicant, path: str) -> None:
    answer = anna.get(f"/refer/{path}")
    assert is_error_page(answer, 410) and "We do not have your answers" in answer.text


@pytest.mark.parametrize("path", ["check", "save", "leave", "delete", *(step.value for step in Step)])
def test_without_a_draft_nothing_is_taken(anna: Applicant, path: str) -> None:
    assert is_error_page(anna.send(f"/refer/{path}", BORN), 410)
    assert not any(anna.door.kept().values())


@pytest.mark.parametrize("path", ["nowhere", "date-of-birth/x", "DATE-OF-BIRTH"])
def test_what_is_no_question_does_not_exist(anna: Applicant, path: str) -> None:
    anna.start()
    assert is_error_page(anna.get(f"/refer/{path}"), 404)


def test_a_body_beyond_all_answers_is_refused(anna: Applicant) -> None:
    anna.fill("help")
    assert is_error_page(anna.send("/refer/help", {"help": "x" * 100_000}), 413)


def test_staff_who_are_signed_in_fill_in_the_form_like_anybody(anna: Applicant) -> None:
    anna.door.sign_in("coordinator")
    anna.client = anna.door.client
    anna.fill(answers=LEAST)
    anna.sends()
    assert len(anna.door.kept()["referrals"]) == 1
    assert "Sign out" in anna.get("/refer").text


def test_pages_say_whom_to_call(door: AtTheDoor) -> None:
    called = at_the_door(service_phone="0117 496 0000")
    assert "0117 496 0000" in Applicant(called).get("/refer").text
    assert "tel:0117" not in Applicant(door).get("/refer").text
