"""Whatever is sent to the doors of scheduling is refused in the caller's own format, and nothing of it is kept."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from movewell.testing.at_the_door import (
    HTML,
    NOT_JSON,
    ODD_IDS,
    WRONG_TYPES,
    WRONG_VALUES,
    AtTheDoor,
    csrf_of,
    is_error_page,
    is_problem,
)
from scheduling.bootstrap import assemble

from .offered import SERIES, offer, schedule

BODIES = ("/api/series", "/api/bookings/x/cancel", "/api/bookings/x/attendance")
FORM = "application/x-www-form-urlencoded"


@pytest.fixture(scope="module")
def door() -> AtTheDoor:
    made = AtTheDoor("scheduling", assemble)
    assert schedule(made).status_code == 201
    return made


@pytest.fixture
def offered(door: AtTheDoor) -> str:
    return offer(door)


@pytest.fixture
def unchanged(door: AtTheDoor, request: pytest.FixtureRequest) -> Iterator[None]:
    """The test may change nothing that is kept, but for the offer it asks for."""
    if "offered" in request.fixturenames:
        request.getfixturevalue("offered")
    before = door.kept()
    yield
    assert door.kept() == before


def another(door: AtTheDoor, **changes: Any) -> Any:
    """A series beside the one that is there, but for the changes."""
    return schedule(door, **{"series_id": "friday", "venue_id": "hall", "instructor_id": "instructor-9", **changes})


def pointers(answer: Any) -> list[str]:
    return sorted(each["pointer"] for each in answer.get_json()["errors"])


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("body", NOT_JSON.values(), ids=NOT_JSON)
@pytest.mark.parametrize("path", BODIES)
def test_a_body_that_is_not_json_is_refused(door: AtTheDoor, path: str, body: bytes) -> None:
    assert is_problem(door.call("POST", path, "coordinator", data=body, content_type="application/json"), 400)


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("path", BODIES)
def test_another_content_type_is_refused(door: AtTheDoor, path: str) -> None:
    for type in WRONG_TYPES:
        assert is_problem(door.call("POST", path, "coordinator", data=b'{"code": "5"}', content_type=type), 415)


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("value", WRONG_VALUES.values(), ids=WRONG_VALUES)
def test_a_value_that_no_field_takes_is_told_for_each_of_them(door: AtTheDoor, value: Any) -> None:
    answer = schedule(door, **dict.fromkeys(SERIES, value))
    assert is_problem(answer, 400)
    assert set(pointers(answer)) == {f"/{name}" for name in SERIES}
    for path in BODIES[1:]:
        answer = door.call("POST", path, "coordinator", json={"code": value})
        assert is_problem(answer, 400) and set(pointers(answer)) == {"/code"}
        body = json.dumps(value).encode()
        assert is_problem(door.call("POST", path, "coordinator", data=body, content_type="application/json"), 400)


@pytest.mark.usefixtures("unchanged")
def test_missing_and_unknown_fields_are_told_together(door: AtTheDoor) -> None:
    answer = door.call("POST", "/api/series", "coordinator", json={"$ne": 1, "Zebedee Canary": 1, "status": "full"})
    assert set(pointers(answer)) == {"", "/status"} | {f"/{name}" for name in SERIES}
    assert "Canary" not in answer.text


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("code", ["0", "1", "8", "05", "５", "5 ", "attended", "2"])
def test_an_unknown_code_is_refused(door: AtTheDoor, code: str) -> None:
    answer = door.call("POST", "/api/bookings/x/attendance", "instructor", json={"code": code})
    assert is_problem(answer, 400) and pointers(answer) == ["/code"]


NO_TIMES = (
    "2026-02-30T10:00:00", "2027-02-29T10:00:00", "2026-13-01T10:00:00", "2026-05-01T24:00:00", "2026-05-01T10:60:00",
    "2026-05-01", "20260501", "2026-W18-5", "2026-05-01T10:00:00Z", "2026-05-01T10:00:00+01:00", "10:00", "tomorrow",
    "9999-12-31T10:00:00", "9999-12-31T23:59:59", "0001-01-01T00:00:00", "1999-12-31T23:59:59", "2100-01-01T00:00:00",
    "2026-03-29T01:30:00", "\u0662026-05-01T10:00:00",
)  # fmt: skip


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("time", NO_TIMES)
def test_a_time_that_does_not_exist_is_refused(door: AtTheDoor, time: str) -> None:
    answer = another(door, first_starts_at=time)
    assert is_problem(answer, 400) and pointers(answer) == ["/first_starts_at"]


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("words", ["", " ", "two\nlines", "\u202egym", "gym\x00", "a" * 301, ["gym"], None, 1])
def test_words_of_a_venue_are_one_line(door: AtTheDoor, words: Any) -> None:
    answer = another(door, venue_name=words, venue_address=words)
    assert is_problem(answer, 400) and set(pointers(answer)) == {"/venue_name", "/venue_address"}


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize(
    "since",
    ["x", "2026-02-30", "%00", "%ED%A0%80", "9" * 5000, "0001-01-01T00:00:00%2B14:00", "9999-12-31T23:59:59-14:00",
     "2026-01-01T00:00:00%2B99:00", "2026-01-01", "20260101", "2026-W01-1", "2026-01-01T00:00:00", "2026-01-01T00:00Z",
     ""],
)  # fmt: skip
def test_a_search_from_a_time_that_does_not_exist_is_refused(door: AtTheDoor, since: str) -> None:
    answer = door.call("GET", f"/api/sessions?since={since}", "coordinator")
    assert is_problem(answer, 400) and pointers(answer) == ["since"]


def test_a_search_from_a_time_finds_what_begins_then_or_later(door: AtTheDoor) -> None:
    begins = {"2026-03-09T10:00:00Z": 8, "2026-03-09T11:00:00%2B01:00": 8, "2026-03-09t10:00:00.5z": 7}
    for since, found in begins.items():
        answer = door.call("GET", f"/api/sessions?since={since}", "coordinator").get_json()
        assert len([each for each in answer["items"] if each["series_id"] == "monday"]) == found, since


@pytest.mark.parametrize("number", ["60.0", "6e1", "60"])
def test_a_whole_number_is_whole_however_it_is_written(door: AtTheDoor, number: str) -> None:
    """JSON has one kind of number; some write every one with a point."""
    name = f"written-{number.replace('.', '-')}"
    series = {**SERIES, "series_id": name, "venue_id": name, "instructor_id": name}
    body = json.dumps(series).replace('"minutes": 60', f'"minutes": {number}')
    answer = door.call("POST", "/api/series", "coordinator", data=body, content_type="application/json")
    assert answer.status_code == 201


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("id", ODD_IDS)
def test_what_was_never_there_is_not_found(door: AtTheDoor, id: str) -> None:
    assert is_problem(door.call("GET", f"/api/programmes/{id}", "coordinator"), 404)
    for path in (f"/api/offers/{id}/accept", f"/api/offers/{id}/decline"):
        assert is_problem(door.call("POST", path, "coordinator"), 404)
    for path, code in ((f"/api/bookings/{id}/cancel", "2"), (f"/api/bookings/{id}/attendance", "5")):
        assert is_problem(door.call("POST", path, "coordinator", json={"code": code}), 404)
    for method in ("GET", "POST"):
        assert is_error_page(door.call(method, f"/offer/link/{id}", headers=HTML), 404)


@pytest.mark.usefixtures("unchanged")
def test_a_body_beyond_the_limit_is_refused(door: AtTheDoor, offered: str) -> None:
    body = b'{"series_id": "' + b"a" * 1_000_000 + b'"}'
    assert is_problem(door.call("POST", "/api/series", "coordinator", data=body, content_type="application/json"), 413)
    door.enter("offer", offered)
    form = {"data": b"answer=accept&x=" + b"1" * 1_000_000, "content_type": FORM}
    assert is_error_page(door.call("POST", "/offer", headers=HTML, **form), 413)
    assert is_problem(door.call("POST", "/offer", **form), 413)


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize(
    "answer", [[], [""], ["ACCEPT"], ["accept "], ["accept\x00"], ["accept", "decline"], ["decline", "accept"],
               ["a" * 9_000], ["\u202eaccept"], ["1"]],
)  # fmt: skip
def test_an_answer_that_is_neither_yes_nor_no_is_asked_again(door: AtTheDoor, offered: str, answer: list[str]) -> None:
    token = door.enter("offer", offered)
    got = door.call("POST", "/offer", data={"answer": answer, "csrf_token": token}, headers=HTML)
    assert is_error_page(got, 400) and "Select whether you want this place" in got.text and csrf_of(got) == token


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("name", ["answer[$ne]", "answer[]", "Answer", "answer\x00"])
def test_a_field_of_another_name_is_no_answer(door: AtTheDoor, offered: str, name: str) -> None:
    token = door.enter("offer", offered)
    assert is_error_page(door.call("POST", "/offer", data={name: "accept", "csrf_token": token}, headers=HTML), 400)


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("csrf", [None, "", "x", "é", "\x00", "a" * 400_000, "0" * 64])
def test_a_form_without_its_token_is_refused(door: AtTheDoor, offered: str, csrf: str | None) -> None:
    door.enter("offer", offered)
    data = {"answer": "accept"} | ({} if csrf is None else {"csrf_token": csrf})
    assert is_error_page(door.call("POST", "/offer", data=data, headers=HTML), 400)
    assert is_problem(door.call("POST", "/offer", data=data), 400)


@pytest.mark.usefixtures("unchanged")
def test_the_token_of_another_patient_is_no_good(door: AtTheDoor, offered: str) -> None:
    token = door.enter("offer", offered)
    other = door.call("POST", door.link("offer", "another-offer"))
    assert other.status_code == 303
    assert is_error_page(door.call("POST", "/offer", data={"answer": "accept", "csrf_token": token}, headers=HTML), 400)


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize(
    "type", ["application/json", "text/plain", "multipart/form-data", "multipart/form-data; boundary=x"]
)
def test_a_form_of_another_type_is_refused(door: AtTheDoor, offered: str, type: str) -> None:
    token = door.enter("offer", offered)
    body = f"answer=accept&csrf_token={token}".encode()
    assert is_error_page(door.call("POST", "/offer", data=body, content_type=type, headers=HTML), 400)


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize(
    "headers",
    [{}, {"Authorization": ""}, {"Authorization": "Bearer"}, {"Authorization": "Bearer \xff"},
     {"Authorization": "Bearer a.b.c"}, {"Authorization": "Bearer " + "a" * 9_000}, {"Authorization": "Basic eDp5"},
     {"Cookie": "movewell_offer=\xff; movewell_x=W10.aa"}, {"Cookie": "movewell_offer=" + "a" * 9_000}],
)  # fmt: skip
def test_nobody_is_let_in_whatever_the_headers(door: AtTheDoor, headers: dict[str, str]) -> None:
    fresh = door.app.test_client()
    for method, path in (("POST", "/api/series"), ("GET", "/offer"), ("POST", "/offer")):
        answer = fresh.open(path, method=method, headers=headers, json=SERIES)
        assert is_problem(answer, 401)


def test_fields_that_nobody_asked_for_are_passed_over(door: AtTheDoor, offered: str) -> None:
    token = door.enter("offer", offered)
    data = {"answer": "decline", "csrf_token": token, "offer_id": "another", "capacity": "1"}
    assert door.call("POST", "/offer", data=data, headers=HTML).status_code == 303
    assert "You said no to this place" in door.call("GET", "/offer", headers=HTML).text
