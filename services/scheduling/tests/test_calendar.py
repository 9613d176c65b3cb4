"""Sessions in a calendar: taken in, corrected by a move, taken out by a cancellation; and no person in it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import icalendar
import pytest
from movewell.contracts.types import Actor, AttendanceCode
from scheduling.adapters.calendar_file import Calendar, CalendarEntry
from scheduling.application.move_booking import move_booking
from scheduling.application.settle_booking import cancel_booking

from .test_booking_page import Patient, path


@pytest.fixture
def patient() -> Patient:
    return Patient()


def read(patient: Patient, where: str) -> Any:
    answer = patient.door.call("GET", where)
    assert answer.mimetype == "text/calendar" and answer.headers["Content-Disposition"].startswith("attachment")
    made = icalendar.Calendar.from_ical(answer.get_data())
    assert answer.mimetype_params["method"] == made["METHOD"]
    return made


def events(patient: Patient, where: str = "/booking/calendar.ics") -> list[Any]:
    return list(read(patient, where).walk("VEVENT"))


def test_every_session_to_come_is_an_event_at_its_moment(patient: Patient) -> None:
    found = events(patient)
    assert [each["DTSTART"].dt for each in found] == [each.starts_at for each in patient.bookings]
    assert found[0]["DTSTART"].dt == datetime(2026, 3, 9, 10, tzinfo=UTC)
    assert found[-1]["DTSTART"].dt == datetime(2026, 4, 27, 9, tzinfo=UTC), "after the clocks have changed"
    assert {str(each["STATUS"]) for each in found} == {"CONFIRMED"}
    assert read(patient, "/booking/calendar.ics")["METHOD"] == "PUBLISH"


def test_a_file_has_what_the_standard_asks_of_it(patient: Patient) -> None:
    made = read(patient, "/booking/calendar.ics")
    assert made["VERSION"] == "2.0" and "PRODID" in made
    for event in made.walk("VEVENT"):
        assert {"UID", "DTSTAMP", "DTSTART", "DTEND", "SEQUENCE", "SUMMARY", "ORGANIZER"} <= set(event)
        assert "ATTENDEE" not in event
    content = patient.door.call("GET", "/booking/calendar.ics").get_data()
    assert content.endswith(b"END:VCALENDAR\r\n")
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))


def test_a_moved_session_is_the_same_event_with_a_higher_sequence(patient: Patient) -> None:
    first = patient.bookings[0]
    before = events(patient, path(first, "calendar.ics"))[0]
    to = patient.times(first)[0]
    patient.door.do(lambda unit: move_booking(unit, first.id, to, Actor.PATIENT))
    after = events(patient, path(first, "calendar.ics"))[0]
    assert (before["UID"], before["SEQUENCE"], after["SEQUENCE"]) == (after["UID"], 0, 1)
    assert after["DTSTART"].dt == datetime(2026, 3, 11, 14, tzinfo=UTC)
    assert str(after["LOCATION"]) == "Village hall"


def test_a_cancelled_session_is_taken_out(patient: Patient) -> None:
    first, code = patient.bookings[0], AttendanceCode.CANCELLED_BY_PATIENT
    to = patient.times(first)[0]
    patient.door.do(lambda unit: move_booking(unit, first.id, to, Actor.PATIENT))
    patient.door.do(lambda unit: cancel_booking(unit, first.id, code, Actor.PATIENT))
    made = read(patient, path(first, "calendar.ics"))
    (event,) = made.walk("VEVENT")
    assert (made["METHOD"], event["STATUS"], event["SEQUENCE"]) == ("CANCEL", "CANCELLED", 2)
    assert first.id not in [str(each["UID"]) for each in events(patient)]


def test_nothing_in_the_file_tells_whose_it_is_or_why_they_come(patient: Patient) -> None:
    first = patient.bookings[0]
    text = patient.door.call("GET", "/booking/calendar.ics").text.replace("\r\n ", "")
    for secret in (patient.referral_id, first.person_id, "herap", "ealth", "PHQ", "NHS"):
        assert secret not in text
    assert text.count("CLASS:PRIVATE") == 8


def test_words_of_a_venue_cannot_add_a_line(patient: Patient) -> None:
    now = patient.door.clock.now()
    entry = CalendarEntry("u", 0, now, now, "Hall; 1, Road\nATTENDEE:mailto:x@y.example")
    made = icalendar.Calendar.from_ical(Calendar("h").content([entry], now, "PUBLISH"))
    (event,) = made.walk("VEVENT")
    assert "ATTENDEE" not in event and str(event["LOCATION"]).startswith("Hall; 1, Road")
