"""A questionnaire one question at a time or all at once, kept as it is answered; help before anything else."""

from __future__ import annotations

import re
from typing import Any

import pytest
from movewell.testing.at_the_door import HTML, AtTheDoor, words_of

from .conftest import Clinic
from .stories import ITEMS, Patient, answers, questionnaire

HELP = "If you need help now"
RISK = ITEMS.index("phq9_9") + 1


class Visit:
    """The browser of one patient who has pressed Continue."""

    def __init__(self, door: AtTheDoor, id: str) -> None:
        self.door, self.id = door, id
        door.enter("questionnaire", id)
        page = door.call("GET", "/questionnaire", headers=HTML).text
        self.token = re.search(r'name="csrf-token" content="(\w+)"', page)[1]

    def opens(self, path: str = "") -> tuple[int, str, str]:
        return self._seen(self.door.call("GET", f"/questionnaire{path}", headers=HTML, follow_redirects=True))

    def sends(self, path: str, form: dict[str, Any]) -> tuple[int, str, str]:
        """Status, place and words of the page that follows."""
        data = {**form, "csrf_token": self.token}
        answer = self.door.call("POST", f"/questionnaire{path}", data=data, headers=HTML, follow_redirects=True)
        return self._seen(answer)

    def answers(self, number: int, value: int, **more: str) -> tuple[int, str, str]:
        return self.sends(f"/question/{number}", {ITEMS[number - 1]: str(value), "then": "next", **more})

    def kept(self) -> dict[str, int]:
        return questionnaire(self.door, self.id).draft

    def risks(self) -> list[dict[str, Any]]:
        rows = self.door.running.store.scan("risk_items")
        return [each for each in rows if each["questionnaire_id"] == self.id]

    def _seen(self, answer: Any) -> tuple[int, str, str]:
        path = answer.request.path.removeprefix("/questionnaire")
        return answer.status_code, path, words_of(answer.text)


@pytest.fixture
def visit(clinic: Clinic, patient: Patient) -> Visit:
    return Visit(clinic.door, patient.booked())


def test_on_a_first_visit_one_question_at_a_time_is_chosen(clinic: Clinic, visit: Visit) -> None:
    page = clinic.door.call("GET", "/questionnaire", headers=HTML).text
    assert re.search(r'value="one" checked', page) and "We save each answer" in page
    assert visit.sends("/start", {"layout": "one"})[1] == "/question/1"


def test_each_answer_is_kept_and_the_next_question_follows(visit: Visit) -> None:
    visit.sends("/start", {"layout": "one"})
    status, place, words = visit.answers(1, 2)
    assert (status, place) == (200, "/question/2") and words.startswith("Question 2 of 16")
    assert visit.kept() == {"phq9_1": 2}


def test_who_comes_back_carries_on_where_they_were(visit: Visit) -> None:
    visit.sends("/start", {"layout": "one"})
    visit.answers(1, 2)
    place, words = visit.sends("/question/2", {"phq9_2": "1", "then": "later"})[1:]
    assert place == "/saved" and "You have answered 2 of 16 questions" in words
    assert "You have answered 2 of 16 questions" in visit.opens()[2]
    assert visit.sends("/start", {"layout": "one"})[1] == "/question/3"


def test_later_without_an_answer_keeps_nothing_and_asks_nothing(visit: Visit) -> None:
    assert visit.sends("/question/1", {"then": "later"})[:2] == (200, "/saved")
    assert visit.kept() == {}


def test_a_question_without_an_answer_is_asked_again(visit: Visit) -> None:
    status, place, words = visit.sends("/question/4", {"then": "next"})
    assert (status, place) == (400, "/question/4")
    assert words.index("There is a problem") < words.index("Question 4 of 16")


def test_a_whole_questionnaire_is_checked_before_it_is_sent(clinic: Clinic, visit: Visit) -> None:
    visit.sends("/start", {"layout": "one"})
    given = answers(9, 7)
    for number, item in enumerate(ITEMS, start=1):
        place, words = visit.answers(number, given[item])[1:]
    assert place == "/check" and words.startswith("Check your answers before you send them")
    assert questionnaire(clinic.door, visit.id).status.value == "open"
    place, words = visit.answers(1, 0, **{"from": "check"})[1:]
    assert place == "/check"
    form = {item: str(value) for item, value in visit.kept().items()}
    assert visit.sends("", form)[2].startswith("Thank you for your answers")
    asked = questionnaire(clinic.door, visit.id)
    assert (asked.status.value, asked.answers, asked.draft) == ("answered", given | {"phq9_1": 0}, {})
    assert asked.by.value == "patient" and asked.taken_by is None


def test_a_check_of_what_is_not_whole_leads_to_what_is_missing(visit: Visit) -> None:
    visit.answers(1, 1)
    assert visit.opens("/check")[1] == "/question/2"


def test_item_9_above_zero_shows_help_at_once_and_tells_the_team_once(visit: Visit) -> None:
    visit.sends("/start", {"layout": "one"})
    place, words = visit.answers(RISK, 1)[1:]
    assert place == "/help" and words.startswith(f"{HELP} Call 999") and "We have told your care team" in words
    visit.answers(RISK, 3)
    visit.answers(RISK, 0)
    assert [(each["trigger"], each["incomplete"]) for each in visit.risks()] == [("phq9_item9", True)]
    for number, item in enumerate(ITEMS, start=1):
        visit.answers(number, answers(9, 7, 2)[item])
    words = visit.opens("/check")[2]
    assert words.index(HELP) < words.index("Check your answers")
    words = visit.sends("", {item: str(value) for item, value in visit.kept().items()})[2]
    assert "Do not wait for us if you need help now." in words
    assert len(visit.risks()) == 1


def test_item_9_comes_before_leaving(visit: Visit) -> None:
    place, words = visit.sends(f"/question/{RISK}", {"phq9_9": "2", "then": "later"})[1:]
    assert place == "/help" and "Your answers so far are saved" in words


@pytest.mark.parametrize("value", ["0", "x", "", "4"])
def test_what_states_no_risk_tells_nobody(visit: Visit, value: str) -> None:
    visit.sends(f"/question/{RISK}", {"phq9_9": value, "then": "next"})
    assert visit.risks() == []


def test_all_questions_on_one_page_are_kept_and_shown_again(clinic: Clinic, visit: Visit) -> None:
    assert visit.sends("/start", {"layout": "all"})[1] == "/all"
    assert visit.sends("/save", {"phq9_1": "3", "gad7_2": "0"})[1] == "/saved"
    page = clinic.door.call("GET", "/questionnaire/all", headers=HTML).text
    assert re.findall(r'<input[^>]*name="(\w+)"[^>]*value="(\d)"[^>]*\bchecked', page) == [
        ("phq9_1", "3"),
        ("gad7_2", "0"),
    ]
    assert 'value="all" checked' in clinic.door.call("GET", "/questionnaire", headers=HTML).text


def test_saving_item_9_shows_help_first_and_leads_back_to_the_page(visit: Visit) -> None:
    visit.sends("/start", {"layout": "all"})
    place, words = visit.sends("/save", {"phq9_9": "1"})[1:]
    assert place == "/help" and words.startswith(HELP) and len(visit.risks()) == 1


def test_an_incomplete_page_keeps_what_was_given(visit: Visit) -> None:
    status, place, words = visit.sends("", {"phq9_1": "2", "phq9_9": "0"})
    assert (status, place) == (400, "") and words.count("Select an answer to:") == 14
    assert visit.kept() == {"phq9_1": 2, "phq9_9": 0}


@pytest.mark.parametrize("choice", [{}, {"layout": "x"}, {"layout": ["one", "all"]}])
def test_a_start_without_a_choice_is_asked_again(visit: Visit, choice: dict[str, Any]) -> None:
    status, _, words = visit.sends("/start", choice)
    assert status == 400 and words.startswith("There is a problem Select how you want to answer")


@pytest.mark.parametrize("number", ["0", "17", "x", "01", "-1", "1.0", "%D9%A1"])
def test_there_are_sixteen_questions(visit: Visit, number: str) -> None:
    for method in ("GET", "POST"):
        data = {"csrf_token": visit.token}
        assert visit.door.call(method, f"/questionnaire/question/{number}", data=data, headers=HTML).status_code == 404


@pytest.mark.parametrize("path", ["/all", "/question/1", "/check", "/help", "/saved"])
def test_a_closed_questionnaire_has_no_questions(clinic: Clinic, patient: Patient, path: str) -> None:
    visit = Visit(clinic.door, patient.answered(5, 5))
    assert visit.opens(path)[1:] == visit.opens()[1:]
    status, _, words = visit.sends("/question/1", {"phq9_1": "3", "then": "next"})
    assert status == 409 and words.startswith("We could not take these answers")


def test_the_title_does_not_tell_the_question_to_who_looks_at_the_history(clinic: Clinic, visit: Visit) -> None:
    page = clinic.door.call("GET", f"/questionnaire/question/{RISK}", headers=HTML).text
    title = re.search(r"<title[^>]*>(.*?)</title>", page, re.DOTALL)[1].split("–")[0].strip()
    assert title == "Question 9 of 16"


def test_every_page_is_written_into_the_audit(clinic: Clinic, visit: Visit) -> None:
    visit.answers(1, 1)
    rows = [each for each in clinic.door.running.store.scan("accesses") if each["record"] == visit.id]
    assert {(each["method"], each["route"]) for each in rows} >= {("POST", "/questionnaire/question/<number>")}


def test_no_answer_is_in_the_log(visit: Visit, caplog: pytest.LogCaptureFixture) -> None:
    visit.answers(RISK, 3)
    assert not [each for each in caplog.records if "phq9_9" in str(each.__dict__)]
