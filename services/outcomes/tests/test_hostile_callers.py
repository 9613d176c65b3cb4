"""Whatever is sent to the doors of outcomes is refused in the caller's own format, and nothing of it is kept."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from typing import Any
from uuid import UUID

import pytest
from movewell.contracts.scheduling import SessionBooked
from movewell.contracts.types import SessionFormat
from movewell.testing.at_the_door import (
    HTML,
    NOT_JSON,
    ODD_IDS,
    WRONG_TYPES,
    WRONG_VALUES,
    AtTheDoor,
    is_error_page,
    is_problem,
)
from outcomes.application.ask_before_session import ask_before_session, questionnaire_id
from outcomes.bootstrap import assemble
from outcomes.domain.measures import INSTRUMENTS

ITEMS = [item.id for each in INSTRUMENTS.values() for item in each.items]
WHOLE = dict.fromkeys(ITEMS, 1) | {"phq9_9": 0}
FORM = {item: str(value) for item, value in WHOLE.items()}


@pytest.fixture(scope="module")
def door() -> AtTheDoor:
    return AtTheDoor("outcomes", assemble)


MISSED = re.compile(r'href="#(\w+)"[^>]*>\s*Select an answer to')


@pytest.fixture
def asked(door: AtTheDoor) -> str:
    return ask(door)


def ask(door: AtTheDoor) -> str:
    """The id of a new patient's open questionnaire."""
    number = len(list(door.running.store.scan("questionnaires"))) + 1
    ids = {"referral_id": str(UUID(int=number)), "person_id": str(UUID(int=number + 1000))}
    ids |= {"booking_id": str(UUID(int=number + 2000)), "session_id": str(UUID(int=3000))}
    starts = door.clock.now() + timedelta(days=7)
    times = {"starts_at": starts, "ends_at": starts + timedelta(hours=1)}
    event = SessionBooked(**ids, **times, venue_id="gym", format=SessionFormat.GROUP, ordinal=1)
    door.do(lambda unit: ask_before_session(event, unit))
    return questionnaire_id(ids["booking_id"])


@pytest.fixture
def unchanged(door: AtTheDoor, asked: str) -> Any:
    """The test may change nothing that is kept."""
    before = door.kept()
    yield
    assert door.kept() == before


@pytest.fixture
def only_drafted(door: AtTheDoor, asked: str) -> Any:
    """The test may change nothing that is kept, but the answers that are not sent yet."""
    before = _without_drafts(door.kept())
    yield
    assert _without_drafts(door.kept()) == before


def _without_drafts(kept: dict[str, list[dict[str, Any]]]) -> dict[str, list[dict[str, Any]]]:
    drafts = {"draft": None, "version": None}
    return kept | {"questionnaires": [row | drafts for row in kept["questionnaires"]]}


def sent(door: AtTheDoor, id: str, answers: Any) -> Any:
    return door.call("POST", f"/api/questionnaires/{id}/answers", "clinician", json={"answers": answers})


def pointers(answer: Any) -> list[str]:
    return sorted(each["pointer"] for each in answer.get_json()["errors"])


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("body", NOT_JSON.values(), ids=NOT_JSON)
def test_a_body_that_is_not_json_is_refused(door: AtTheDoor, asked: str, body: bytes) -> None:
    path = f"/api/questionnaires/{asked}/answers"
    assert is_problem(door.call("POST", path, "clinician", data=body, content_type="application/json"), 400)


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("type", WRONG_TYPES)
def test_another_content_type_is_refused(door: AtTheDoor, asked: str, type: str) -> None:
    path = f"/api/questionnaires/{asked}/answers"
    assert is_problem(door.call("POST", path, "clinician", data=b'{"answers": {}}', content_type=type), 415)


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("value", WRONG_VALUES.values(), ids=WRONG_VALUES)
def test_a_wrong_answer_is_told_with_all_that_are_missing(door: AtTheDoor, asked: str, value: Any) -> None:
    answer = sent(door, asked, {"phq9_1": value, "phq9_2": value})
    assert is_problem(answer, 400)
    assert pointers(answer) == sorted(f"/answers/{item}" for item in ITEMS)


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("value", [v for v in WRONG_VALUES.values() if not isinstance(v, dict)])
def test_answers_that_are_no_object_are_refused(door: AtTheDoor, asked: str, value: Any) -> None:
    answer = sent(door, asked, value)
    assert is_problem(answer, 400) and pointers(answer) == ["/answers"]


@pytest.mark.usefixtures("unchanged")
def test_the_senders_own_words_are_not_repeated(door: AtTheDoor, asked: str) -> None:
    answer = sent(door, asked, {**WHOLE, "Zebedee Canary": 1, "$ne": 1, "a/b\x00": 1, "phq9_10": 1})
    assert pointers(answer) == ["/answers", "/answers", "/answers", "/answers/phq9_10"]
    assert "Canary" not in answer.text and "$ne" not in answer.text


@pytest.mark.usefixtures("unchanged")
def test_ten_thousand_answers_are_one_fault(door: AtTheDoor, asked: str) -> None:
    answer = sent(door, asked, {f"item_{n}": 1 for n in range(10_000)})
    assert pointers(answer) == ["/answers"]


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("id", ODD_IDS)
def test_what_was_never_there_is_not_found(door: AtTheDoor, id: str) -> None:
    for path in (f"/api/questionnaires/{id}/answers", f"/api/risks/{id}/acknowledge", f"/api/outcomes/{id}/review"):
        assert is_problem(door.call("POST", path, "clinician", json={"answers": WHOLE}), 404)
    assert door.call("GET", f"/questionnaire/link/{id}", headers=HTML).status_code == 404
    found = door.call("GET", f"/api/questionnaires?referral_id={id}", "clinician")
    assert (found.status_code, found.get_json()) == (200, {"items": []})


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("query", ["", "?referral_id=", "?referral_id[$ne]=1", "?Referral_Id=1"])
def test_a_search_without_its_referral_is_refused(door: AtTheDoor, query: str) -> None:
    assert is_problem(door.call("GET", f"/api/questionnaires{query}", "clinician"), 400)


@pytest.mark.usefixtures("unchanged")
def test_a_body_beyond_the_limit_is_refused(door: AtTheDoor, asked: str) -> None:
    path, body = f"/api/questionnaires/{asked}/answers", b'{"answers": "' + b"a" * 1_000_000 + b'"}'
    assert is_problem(door.call("POST", path, "clinician", data=body, content_type="application/json"), 413)
    door.enter("questionnaire", asked)
    form = {"data": b"phq9_1=" + b"1" * 1_000_001, "content_type": "application/x-www-form-urlencoded"}
    assert is_error_page(door.call("POST", "/questionnaire", headers=HTML, **form), 413)


Press = Callable[..., tuple[int, str]]


@pytest.fixture
def press(door: AtTheDoor, asked: str) -> Press:
    """Sends the form of the patient's page; status and page."""
    token = door.enter("questionnaire", asked)

    def send(form: Any, csrf: str | None = None, **more: Any) -> tuple[int, str]:
        fields = list(form.items()) if isinstance(form, dict) else form
        pairs = [*fields, ("csrf_token", token if csrf is None else csrf)]
        data: dict[str, list[str]] = {}
        for name, value in pairs:
            data.setdefault(name, []).append(value)
        answer = door.call("POST", "/questionnaire", data=data, headers=HTML, follow_redirects=True, **more)
        assert answer.mimetype == "text/html"
        return answer.status_code, unescape(answer.text)

    return send


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("csrf", ["", "x", "é", "\x00", "a" * 400_000, "\u202e" + "0" * 64])
def test_a_form_without_its_token_is_refused(press: Press, csrf: str) -> None:
    assert press(FORM, csrf)[0] == 400


def test_the_token_of_another_patient_is_no_good(door: AtTheDoor) -> None:
    mine, theirs = ask(door), ask(door)
    token = door.enter("questionnaire", theirs)
    door.enter("questionnaire", mine)
    answer = door.call("POST", "/questionnaire", data={**FORM, "csrf_token": token}, headers=HTML)
    assert is_error_page(answer, 400)
    kept = {each["id"]: each["status"] for each in door.running.store.scan("questionnaires")}
    assert (kept[mine], kept[theirs]) == ("open", "open")


@pytest.mark.usefixtures("only_drafted")
@pytest.mark.parametrize("value", ["", " ", "4", "-1", "01", "12", "1.0", "1\x00", "1\n", "٣", "\u202e1", "1" * 9_000])
def test_a_tick_that_is_no_option_is_no_answer(press: Press, value: str) -> None:
    status, page = press({**FORM, "phq9_1": value, "gad7_7": value})
    assert status == 400
    assert set(MISSED.findall(page)) == {"phq9_1", "gad7_7"}


@pytest.mark.usefixtures("only_drafted")
def test_two_options_of_one_item_are_no_answer(press: Press) -> None:
    status, page = press([*FORM.items(), ("phq9_1", "3")])
    assert status == 400 and MISSED.findall(page) == ["phq9_1"]


@pytest.mark.usefixtures("only_drafted")
def test_operators_and_lists_in_names_are_no_answers(press: Press) -> None:
    status, page = press({f"{item}[$ne]": "9" for item in ITEMS})
    assert status == 400 and MISSED.findall(page) == ITEMS


def test_fields_that_nobody_asked_for_are_passed_over(press: Press) -> None:
    status, page = press({**FORM, "status": "closed", "score": "0", "phq9_10": "3"})
    assert status == 200 and "Thank you for your answers" in page


def test_who_leaves_a_question_out_is_helped_and_keeps_the_ticks(door: AtTheDoor, asked: str, press: Press) -> None:
    status, page = press({"phq9_1": "2", "phq9_9": "1", "gad7_7": "0"})
    assert status == 400
    assert page.index("If you need help now") < page.index("There is a problem")
    assert "We have told your care team" in page and "116 123" in page
    ticked = re.findall(r'<input[^>]*name="(\w+)"[^>]*value="(\d)"[^>]*\bchecked', page)
    assert ticked == [("phq9_1", "2"), ("phq9_9", "1"), ("gad7_7", "0")]
    risks = door.call("GET", "/api/risks", "clinician").get_json()["items"]
    mine = [each for each in door.running.store.scan("risk_items") if each["questionnaire_id"] == asked]
    assert [(each["trigger"], each["incomplete"]) for each in mine] == [("phq9_item9", True)]
    assert mine[0]["id"] in [each["risk_id"] for each in risks if each["incomplete"]]


@pytest.mark.usefixtures("only_drafted")
def test_who_leaves_a_question_out_without_a_risk_is_not_told_that_somebody_knows(press: Press) -> None:
    status, page = press({"phq9_1": "2", "phq9_9": "0"})
    assert status == 400 and "We have told your care team" not in page


def test_incomplete_answers_on_the_phone_raise_the_risk_too(door: AtTheDoor, asked: str) -> None:
    answer = sent(door, asked, {"phq9_9": 2})
    assert is_problem(answer, 400) and len(pointers(answer)) == 15
    mine = [each for each in door.running.store.scan("risk_items") if each["questionnaire_id"] == asked]
    assert [each["incomplete"] for each in mine] == [True]
