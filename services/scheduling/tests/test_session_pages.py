"""Sessions and seats: found by day, format and venue; scheduled by a form; cancelled after a question."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest
from scheduling.domain.session import Session

from .offered import schedule
from .staffed import Staffed, referral, words

SERIES = {
    "format": "group",
    "capacity": "8",
    "date-day": "13",
    "date-month": "3",
    "date-year": "2026",
    "time": "10:00",
    "minutes": "60",
    "weeks": "3",
    "instructor_id": "instructor-1",
    "venue_id": "gym",
}


FIRST_OF = {"date": "date-day"}


@pytest.fixture
def door(tmp_path: Path) -> Staffed:
    """Eight group sessions on Mondays, two one-to-one sessions on Tuesdays; a coordinator is signed in."""
    made = Staffed(tmp_path, weeks=8)
    tuesday = {"series_id": "tuesday", "venue_id": "hall", "instructor_id": "instructor-2", "format": "one_to_one"}
    schedule(made, **tuesday, capacity=1, weeks=2, first_starts_at="2026-03-10T10:00:00")
    made.sign_in("coordinator")
    return made


def listed(door: Staffed, query: str = "") -> list[str]:
    return re.findall(r'href="/sessions/[0-9a-f-]{36}">([^<]+)<', door.look(f"/sessions{query}").text)


def test_sessions_are_listed_in_order_for_four_weeks(door: Staffed) -> None:
    found = listed(door)
    assert found[:3] == [f"{day} March 2026, 10am" for day in ("Monday 9", "Tuesday 10", "Monday 16")]
    assert found[-1] == "Monday 30 March 2026, 10am"


@pytest.mark.parametrize(
    ("query", "number"),
    [
        ("first=2026-03-10&last=2026-03-10", 1),
        ("first-day=10&first-month=3&first-year=2026&last-day=10&last-month=03&last-year=2026", 1),
        ("format=group&last=2026-05-01", 8),
        ("format=one_to_one", 2),
        ("venue_id=hall", 2),
        ("venue_id=hall&format=group", 0),
        ("format=nothing-like-it", 6),
        ("first=2027-01-01&last=2027-01-31", 0),
    ],
)
def test_sessions_are_found_by_day_format_and_venue(door: Staffed, query: str, number: int) -> None:
    assert len(listed(door, f"?{query}")) == number


def test_what_does_not_fit_says_so(door: Staffed) -> None:
    assert "No sessions fit." in words(door.look("/sessions?venue_id=hall&format=group"))


@pytest.mark.parametrize(
    ("query", "field", "said"),
    [
        ("first=2026-02-30", "first", "First day must be a real date"),
        ("first-day=30&first-month=2&first-year=2026", "first", "First day must be a real date"),
        ("first-day=&first-month=3&first-year=2026", "first", "First day must be a real date"),
        ("last-day=9&last-month=March&last-year=2026", "last", "Last day must be a real date"),
        ("first=2026-03-10&last=2026-03-09", "last", "Last day must be the same as or after the first day"),
    ],
)
def test_days_that_are_none_are_said_at_their_field(door: Staffed, query: str, field: str, said: str) -> None:
    page = door.look(f"/sessions?{query}")
    assert page.status_code == 400 and f'href="#{field}-day"' in page.text and words(page).count(said) == 2
    assert set(re.findall(r'nhsuk-input--error [^>]*id="([a-z-]+)"', page.text)) == {
        f"{field}-{part}" for part in ("day", "month", "year")
    }
    typed = dict(parse_qsl(query, keep_blank_values=True))
    assert [name for name, text in typed.items() if name.count("-") and in_field(page.text, name) != text] == []


def in_field(page: str, name: str) -> str:
    [tag] = re.findall(rf'<input[^>]* name="{name}"[^>]*>', page)
    return "".join(re.findall(r' value="([^"]*)"', tag))


def test_the_days_that_are_listed_are_in_the_fields(door: Staffed) -> None:
    page = door.look("/sessions?first-day=10&first-month=3&first-year=2026&last=2026-03-16").text
    assert [in_field(page, f"{name}-{part}") for name in ("first", "last") for part in ("day", "month", "year")] == [
        *("10", "3", "2026"),
        *("16", "3", "2026"),
    ]
    page = door.look("/sessions?first=2026-02-30&last=never").text
    assert [in_field(page, f"first-{part}") for part in ("day", "month", "year")] == ["30", "2", "2026"]


def test_a_long_list_is_turned_page_by_page(tmp_path: Path) -> None:
    door = Staffed(tmp_path, weeks=60)
    door.sign_in("coordinator")
    path, seen = "?first=2026-03-09&last=2027-12-31", []
    for _ in range(3):
        seen += listed(door, path)
        page = door.look(f"/sessions{path}").text.replace("&amp;", "&")
        following = re.search(r'href="/sessions(\?[^"]*after=[^"]+)"', page)
        path = following[1] if following else ""
    assert (len(seen), len(set(seen)), path) == (60, 60, "")


def test_a_session_shows_who_has_its_seats(door: Staffed) -> None:
    door.booked(1, given="Zoe")
    door.named(2, given="Ada")
    door.offered(2)
    said = words(door.look(f"/sessions/{door.session().id}"))
    assert said.index("Ada Example") < said.index("Zoe Example")
    assert "Held by an offer" in said and "Booked" in said and "2 of 100 taken, 98 free" in said
    assert {row for row in door.records_seen() if row[2] == "seats of a session"} == {
        ("coordinator-1", referral(n), "seats of a session") for n in (1, 2)
    }


def test_a_session_is_cancelled_after_a_question_and_says_what_came_of_it(door: Staffed) -> None:
    door.booked(1, given="Zoe")
    path = f"/sessions/{door.session().id}"
    question = words(door.look(f"{path}/cancel"))
    assert "Are you sure you want to cancel this session?" in question and "Zoe Example" in question
    assert door.session().cancelled_at is None
    for _ in range(2):
        answer = door.send(f"{path}/cancel")
        assert (answer.status_code, answer.headers["Location"]) == (303, f"{path}?done=cancelled")
    assert "The session is cancelled." in words(door.look(f"{path}?done=cancelled"))
    assert door.bookings(1)[0].code.value == "4"
    assert (door.told("booking.cancelled"), door.told("session.cancelled")) == (1, 1)
    assert ("coordinator-1", referral(1), "cancelling a session") in door.records_seen()


def test_a_session_that_has_started_is_not_cancelled(door: Staffed) -> None:
    path = f"/sessions/{door.session().id}"
    door.at(2026, 3, 9, 10, 0)
    assert "This session cannot be cancelled" in words(door.look(f"{path}/cancel"))
    token = door.look("/sessions").text.split('name="csrf-token" content="')[1].split('"')[0]
    answer = door.call("POST", f"{path}/cancel", data={"csrf_token": token}, headers={"Accept": "text/html"})
    assert answer.status_code == 409 and door.session().cancelled_at is None


def test_a_series_is_scheduled_once_however_often_the_button_is_pressed(door: Staffed) -> None:
    for _ in range(2):
        answer = door.send("/sessions/new", **SERIES, idempotency_key="the-same-key")
        assert answer.status_code == 303
    page = words(door.look(answer.headers["Location"]))
    assert "The sessions are scheduled." in page and "Friday 13 March 2026, 10am" in page
    assert door.told("session.scheduled") == 13
    assert door.do(lambda unit: len(unit.find(Session, {"series_id": "friday-1000-gym"}))) == 3


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"format": ""}, "format"),
        ({"capacity": "none"}, "capacity"),
        ({"capacity": "٥"}, "capacity"),
        ({"date-day": "", "date-month": "", "date-year": ""}, "date"),
        ({"date-day": "30", "date-month": "2"}, "date"),
        ({"date-month": "March"}, "date"),
        ({"date-year": ""}, "date"),
        ({"time": "25:00"}, "time"),
        ({"date-day": "29", "time": "01:30"}, "time"),
        ({"time": "10am"}, "time"),
        ({"minutes": "5"}, "minutes"),
        ({"weeks": "1000"}, "weeks"),
        ({"instructor_id": "<b>"}, "instructor_id"),
        ({"venue_id": ""}, "venue_id"),
        ({"venue_name": "a" * 101}, "venue_name"),
        ({"date-day": "9"}, "time"),
    ],
)
def test_a_fault_is_said_at_its_field_and_what_was_typed_stays(
    door: Staffed, change: dict[str, Any], field: str
) -> None:
    before = door.kept()["sessions"]
    page = door.send("/sessions/new", **{**SERIES, **change})
    assert page.status_code in (400, 409)
    assert re.findall(r'error-summary.*?href="#([\w-]+)"', page.text, re.DOTALL) == [FIRST_OF.get(field, field)]
    assert f'id="{field}-error"' in page.text and ('value="gym"' in page.text or field == "venue_id")
    assert door.kept()["sessions"] == before
