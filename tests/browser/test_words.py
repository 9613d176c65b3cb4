"""What pages say in each state, asked without a browser: nobody is told that something was done when it was not."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from typing import Any
from urllib.parse import urlsplit

import pytest
from werkzeug.test import Client

from tests.browser.stage import SESSIONS, Stage

HTML = {"Accept": "text/html"}
ITEMS = [f"phq9_{n}" for n in range(1, 10)] + [f"gad7_{n}" for n in range(1, 8)]
HELP = "If you need help now"


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    return Stage(tmp_path_factory.mktemp("stage"), "http://127.0.0.1:1", None)


class Visitor:
    """A browser of one patient who has pressed Continue."""

    def __init__(self, stage: Stage, thing: str, subject: str) -> None:
        self._http, self._thing = Client(stage.gateway), f"/{thing}"
        self._http.post(urlsplit(stage.link(thing, subject)).path)

    def sees(self) -> str:
        return _words(self._http.get(self._thing, headers=HTML).text)

    def sends(self, form: dict[str, str]) -> tuple[int, str]:
        token = re.search(r'name="csrf_token" value="(\w+)"', self._page)[1]
        data = {**form, "csrf_token": token}
        answered = self._http.post(self._thing, data=data, headers=HTML, follow_redirects=True)
        return answered.status_code, _words(answered.text)

    def opens(self) -> Visitor:
        """The form is on the screen; what happens meanwhile is not."""
        self._page = self._http.get(self._thing, headers=HTML).text
        return self


def _words(page: str) -> str:
    main = page.split("<main")[1].split("</main>")[0]
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", main.split(">", 1)[1])).split())


@pytest.fixture
def asked(stage: Stage) -> Callable[[], tuple[str, Visitor]]:
    def make() -> tuple[str, Visitor]:
        id = stage.questionnaire()
        return id, Visitor(stage, "questionnaire", id).opens()

    return make


def given(**changes: str) -> dict[str, str]:
    return {**dict.fromkeys(ITEMS, "1"), "phq9_9": "0", **changes}


def test_who_answers_is_thanked(asked: Any) -> None:
    status, words = asked()[1].sends(given())
    assert status == 200 and words.startswith("Thank you for your answers") and HELP in words
    assert "Do not wait for us" not in words


def test_who_thinks_of_hurting_themselves_is_told_not_to_wait(asked: Any) -> None:
    status, words = asked()[1].sends(given(phq9_9="1"))
    assert status == 200 and "Do not wait for us if you need help now." in words and "116 123" in words


def test_answers_that_come_second_are_not_thanked_for(stage: Stage, asked: Any) -> None:
    id, visitor = asked()
    stage.answer(id)
    status, words = visitor.sends(given(phq9_9="3"))
    assert status == 409 and words.startswith("We could not take these answers") and HELP in words
    assert "Thank you" not in words and "care team can see your answers" not in words


def test_the_same_answers_sent_twice_are_thanked_for_twice(asked: Any) -> None:
    visitor = asked()[1]
    assert visitor.sends(given()) == visitor.sends(given())


def test_answers_to_closed_questions_are_not_thanked_for(stage: Stage, asked: Any) -> None:
    id, visitor = asked()
    stage.close(id)
    status, words = visitor.sends(given(phq9_9="2"))
    assert status == 410 and words.startswith("We could not take these answers")
    assert "Nobody can see the answers that you sent" in words and HELP in words


def test_help_comes_before_the_errors_of_who_thinks_of_hurting_themselves(asked: Any) -> None:
    status, words = asked()[1].sends({"phq9_9": "2"})
    assert status == 400 and words.index(HELP) < words.index("There is a problem")
    assert words.count(HELP) == 1


def test_errors_come_first_for_others(asked: Any) -> None:
    status, words = asked()[1].sends({"phq9_9": "0"})
    assert status == 400 and words.index("There is a problem") < words.index(HELP)
    assert words.count("Select an answer to:") == 15


@pytest.mark.parametrize(
    ("then", "said"),
    [
        ("open", f"We have a place for you You can come to {SESSIONS} group sessions of physical activity"),
        ("accepted", "Your sessions are booked"),
        ("declined", "You said no to this place"),
        ("lapsed", "This place is no longer held for you"),
        ("withdrawn", "This place is no longer held for you"),
    ],
)
def test_an_offer_says_how_it_stands(stage: Stage, then: str, said: str) -> None:
    words = Visitor(stage, "offer", stage.offer(then)).sees()
    assert words.startswith(said)
    assert ("Do you want this place?" in words) == (then == "open")


def test_a_yes_that_comes_too_late_is_not_shown_as_a_booking(stage: Stage) -> None:
    id = stage.offer()
    visitor = Visitor(stage, "offer", id).opens()
    stage.lapse(id)
    status, words = visitor.sends({"answer": "accept"})
    assert status == 409 and words.startswith(
        "This place is no longer held for you You have no place on these sessions."
    )


def test_pages_have_no_english_of_programs(stage: Stage) -> None:
    client = Client(stage.gateway)
    for path in ("/offer", "/offer/link/x", "/nowhere", "/fails/bug", "/fails/away", "/report?from=x"):
        words = _words(client.get(path, headers=HTML).text)
        assert not re.search(r"URL|server|exception|None|null|request|data value", words), words
