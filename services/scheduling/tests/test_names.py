"""Pages say the names of the site's directory, and sessions are scheduled by choosing them."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path

import pytest
from movewell.contracts.types import Actor
from movewell.testing.at_the_door import HTML
from scheduling.application.answer_offer import decline_offer
from scheduling.application.name_series import name_series
from scheduling.domain.session import Session

from .scene import Site
from .staffed import Staffed, words

NAMES = """
[[services]]
code = "ZT001"
name = "Northtown & Talking Therapies"
venues = [
  { id = "gym", name = "صالة Iron House", address = "1 Example Road" },
  { id = "village-hall", name = "Village hall", address = "The Green" },
]
instructors = [{ id = "instructor-1", name = "Sam Example" }, { id = "instructor-3", name = "Kim Example" }]
"""
CHOSEN = {
    "format": "group",
    "capacity": "8",
    "date-day": "13",
    "date-month": "3",
    "date-year": "2026",
    "time": "10:00",
    "minutes": "60",
    "weeks": "3",
    "instructor_id": "instructor-3",
    "venue_id": "village-hall",
}


@pytest.fixture
def door(tmp_path: Path) -> Staffed:
    (tmp_path / "directory.toml").write_text(NAMES, encoding="utf-8")
    made = Staffed(tmp_path, directory=tmp_path / "directory.toml")
    made.booked(1)
    made.sign_in("coordinator")
    return made


def test_staff_read_names_in_place_of_codes(door: Staffed) -> None:
    id = door.session().id
    for path in ("/sessions", f"/sessions/{id}", "/today?day=2026-03-09", f"/register/{id}"):
        page = door.look(path)
        assert "صالة Iron House" in words(page) and "Sam Example" in words(page), path
        assert "instructor-1" not in words(page) and "Sampletown Leisure Centre" not in words(page), path
        assert 'coordinator, <bdi class="movewell-name">Northtown &amp; Talking Therapies</bdi>' in page.text
    assert "Series Mondays at 10am" in words(door.look(f"/sessions/{id}"))


def test_an_open_offer_and_a_place_to_offer_say_where_and_with_whom(door: Staffed) -> None:
    door.named(2)
    offer_id = door.offered(2)
    assert "Monday 9 March 2026, 10am, صالة Iron House" in words(door.look("/offers"))
    assert "at صالة Iron House" in words(door.look(f"/programmes/{door.programme(2).id}"))
    door.do(lambda unit: decline_offer(unit, offer_id, Actor.STAFF))
    assert "صالة Iron House , with Sam Example , 8 sessions" in words(door.look(f"/programmes/{door.programme(2).id}"))


def test_a_patient_reads_where_with_whom_and_whom_to_call(door: Staffed) -> None:
    door.client.delete_cookie("movewell-staff")
    door.enter("booking", door.programme(1).id)
    said = words(door.call("GET", "/booking", headers=HTML))
    assert "Group session with Sam Example صالة Iron House 1 Example Road" in said
    assert "call Northtown & Talking Therapies ." in said
    calendar = door.call("GET", "/booking/calendar.ics")
    assert "صالة Iron House" in calendar.text


def test_sessions_are_scheduled_by_choosing_names(door: Staffed) -> None:
    page = door.look("/sessions/new")
    assert re.findall(r'<option value="([^"]+)"[^>]*>([^<]+)<', page.text) == [
        ("instructor-1", "Sam Example"),
        ("instructor-3", "Kim Example"),
        ("gym", "صالة Iron House"),
        ("village-hall", "Village hall"),
    ]
    assert 'name="series_id"' not in page.text and 'name="venue_name"' not in page.text
    answer = door.send("/sessions/new", **CHOSEN)
    assert answer.status_code == 303
    made = door.do(lambda unit: unit.find(Session, {"series_id": "friday-1000-village-hall"}))
    assert [(each.venue_id, each.instructor_id) for each in made] == [("village-hall", "instructor-3")] * 3
    listed = words(door.look(answer.headers["Location"]))
    assert "Village hall" in listed and "Kim Example" in listed and "instructor-3" not in listed
    told = {each["id"]: (each["name"], each["address"]) for each in door.running.store.scan("venues")}
    assert told["ZT001/village-hall"] == ("Village hall", "The Green")


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("instructor_id", "", "Select an instructor"),
        ("instructor_id", "instructor-2", "Select an instructor"),
        ("venue_id", "", "Select a venue"),
        ("venue_id", "elsewhere", "Select a venue"),
    ],
)
def test_who_or_what_is_not_listed_is_not_chosen(door: Staffed, field: str, value: str, said: str) -> None:
    page = door.send("/sessions/new", **{**CHOSEN, field: value})
    assert page.status_code == 400 and f'href="#{field}"' in page.text and words(page).count(said) == 2
    assert len(door.kept()["sessions"]) == 8


def test_a_choice_stays_when_something_else_is_wrong(door: Staffed) -> None:
    page = door.send("/sessions/new", **{**CHOSEN, "weeks": "none"})
    assert re.findall(r'<option value="([^"]+)" selected', page.text) == ["instructor-3", "village-hall"]


def test_venues_without_sessions_can_be_looked_for(door: Staffed) -> None:
    assert re.search(r'<option value="village-hall"[^>]*>Village hall<', door.look("/sessions").text)


def test_a_series_is_named_by_its_time_and_venue_and_no_name_is_given_twice(site: Site) -> None:
    begins = datetime(2026, 3, 9, 10, 0)  # noqa: DTZ001

    def made(venue_id: str) -> str:
        return site.do(lambda unit: name_series(unit, venue_id, begins))

    assert made("gym") == "monday-1000-gym"
    assert made("v" * 63) == "monday-1000-" + "v" * 51
    for number, instructor in enumerate(("sam", "kim")):
        site.series(made("gym"), venue_id=f"gym-{number}", instructor_id=instructor)
    assert made("gym") == "monday-1000-gym-3"
