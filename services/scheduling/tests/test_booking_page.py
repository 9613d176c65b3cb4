"""The patient's sessions: seen, moved, cancelled, by the link and by nobody else."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from movewell.contracts.types import Actor, AttendanceCode
from movewell.testing.at_the_door import HTML, ODD_IDS, AtTheDoor, csrf_of, is_error_page
from scheduling.application.settle_booking import cancel_booking, record_attendance
from scheduling.bootstrap import assemble
from scheduling.domain.booking import Booking
from scheduling.domain.session import Session

from .offered import booked, bookings, schedule, words

WEDNESDAYS: dict[str, Any] = {
    "series_id": "wednesday",
    "venue_id": "hall",
    "instructor_id": "instructor-2",
    "first_starts_at": "2026-03-11T14:00:00",
    "venue_name": "Village hall",
}


class Patient:
    """A patient with eight Mondays, who has used the link. Wednesdays are free."""

    def __init__(self, **changes: Any) -> None:
        self.door = AtTheDoor("scheduling", assemble)
        schedule(self.door)
        self.referral_id = booked(self.door)
        assert schedule(self.door, **{**WEDNESDAYS, **changes}).status_code == 201
        self.enter()

    def enter(self) -> None:
        self.door.call("POST", self.door.link("booking", self.referral_id, expires_at=self.in_days(90)))

    def in_days(self, days: int) -> Any:
        return self.door.clock.now() + timedelta(days=days)

    @property
    def bookings(self) -> list[Booking]:
        return bookings(self.door, self.referral_id)

    def sees(self, path: str = "/booking") -> str:
        return words(self.door.call("GET", path, headers=HTML).text)

    def sends(self, path: str, **form: Any) -> Any:
        token = csrf_of(self.door.call("GET", path, headers=HTML))
        return self.door.call("POST", path, data={**form, "csrf_token": token}, headers=HTML)

    def times(self, booking: Booking, page: int = 1) -> list[str]:
        shown = self.door.call("GET", f"/booking/{booking.id}/move?page={page}", headers=HTML).text
        return re.findall(r'name="session" type="radio" value="([^"]+)"', shown)


@pytest.fixture
def patient() -> Patient:
    return Patient()


def path(booking: Booking, what: str) -> str:
    return f"/booking/{booking.id}/{what}"


def test_every_session_is_seen_with_its_time_and_place(patient: Patient) -> None:
    seen = patient.sees()
    assert seen.startswith("Your sessions Still to come Monday 9 March 2026, 10am Move (Monday 9 March 2026, 10am)")
    assert "Monday 27 April 2026, 10am" in seen and seen.count("Add to calendar") == seen.count("Group session") == 8
    assert "If you do not know where your sessions are, call your Talking Therapies service." in seen


@pytest.mark.parametrize(
    ("code", "said"),
    [("5", "You came"), ("6", "You came, a little late"), ("3", "You did not come"),
     ("7", "You came too late to take part"), (None, "Not written down yet")],
)  # fmt: skip
def test_what_became_of_a_past_session_is_said_in_words(patient: Patient, code: str | None, said: str) -> None:
    first = patient.bookings[0]
    patient.door.clock.move(days=7, hours=2)
    if code:
        patient.door.do(lambda unit: record_attendance(unit, first.id, AttendanceCode(code), "instructor-1"))
    past = patient.sees().split("Past and cancelled sessions")[1]
    assert past.startswith(f" Monday 9 March 2026, 10am {said} Coming back")


def test_a_session_is_moved_and_the_page_says_so(patient: Patient) -> None:
    first = patient.bookings[0]
    to = patient.times(first)[0]
    sent = patient.sends(path(first, "move"), session=to)
    assert (sent.status_code, sent.headers["Location"]) == (303, "/booking?done=moved")
    seen = patient.sees("/booking?done=moved")
    assert "Your session has moved." in seen
    assert "Wednesday 11 March 2026, 2pm" in seen and "Group session Village hall" in seen
    assert "Monday 9 March" not in seen


def test_a_venue_cannot_bring_markup_into_the_pages() -> None:
    patient = Patient(venue_name="<script>alert(1)</script>")
    first = patient.bookings[0]
    patient.sends(path(first, "move"), session=patient.times(first)[0])
    for where in ("/booking", path(first, "move")):
        assert "<script>alert" not in patient.door.call("GET", where, headers=HTML).text
    assert "&lt;script&gt;alert" in patient.door.call("GET", "/booking", headers=HTML).text


def test_pressed_twice_a_move_is_one(patient: Patient) -> None:
    first = patient.bookings[0]
    to = patient.times(first)[0]
    assert [patient.sends(path(first, "move"), session=to).status_code for _ in range(2)] == [303, 303]
    assert patient.bookings[0].moves == 1


def test_who_chooses_nothing_is_asked_again(patient: Patient) -> None:
    sent = patient.sends(path(patient.bookings[0], "move"))
    assert is_error_page(sent, 400) and "Select a time to move to" in sent.text and "<title>Error: " in sent.text


def test_a_time_that_somebody_else_has_taken_is_told_kindly_and_nothing_is_lost(patient: Patient) -> None:
    first = patient.bookings[0]
    to = patient.times(first)[0]
    patient.door.do(lambda unit: unit.save(full(unit.get(Session, to))))
    sent = patient.sends(path(first, "move"), session=to)
    assert is_error_page(sent, 409)
    assert "That time is no longer free. Select another" in words(sent.text)
    assert "Nothing has changed: you still have it." in words(sent.text)
    assert to not in sent.text and patient.bookings[0] == first


def full(session: Session) -> Session:
    session.capacity, session.full = len(session.seats), True
    return session


def test_times_are_shown_a_page_at_a_time(patient: Patient) -> None:
    schedule(
        patient.door, **{**WEDNESDAYS, "series_id": "friday", "first_starts_at": "2026-03-13T14:00:00", "weeks": 12}
    )
    first = patient.bookings[0]
    pages = [patient.times(first, page) for page in (1, 2, 3)]
    assert [len(each) for each in pages] == [10, 9, 9], "beyond the last page is the last one"
    assert pages[1] == pages[2] and not set(pages[0]) & set(pages[1])
    assert "Later times" in patient.sees(path(first, "move")) and "Earlier times" not in patient.sees(
        path(first, "move")
    )


def test_where_there_is_nothing_to_move_to_the_page_says_so(patient: Patient) -> None:
    for id in [each["id"] for each in patient.door.running.store.scan("sessions")]:
        patient.door.do(lambda unit, id=id: unit.save(full(unit.get(Session, id))))
    assert "There is no other session with a free place" in patient.sees(path(patient.bookings[0], "move"))


def test_a_session_is_cancelled_after_a_page_that_says_what_it_means(patient: Patient) -> None:
    first = patient.bookings[0]
    asked = patient.sees(path(first, "cancel"))
    assert "somebody else can have your place" in asked and patient.bookings[0] == first
    assert patient.sends(path(first, "cancel")).headers["Location"] == "/booking?done=cancelled"
    assert patient.bookings[0].code is AttendanceCode.CANCELLED_BY_PATIENT
    assert "You cancelled" in patient.sees().split("Past and cancelled sessions")[1]
    assert patient.sends("/booking/cancel").status_code == 303, "the others, by a page that is not confused with it"
    assert {each.status.value for each in patient.bookings} == {"cancelled"}


def test_all_that_is_left_is_cancelled_and_nothing_that_was(patient: Patient) -> None:
    patient.door.clock.move(days=7, hours=2)
    assert "Cancel all your sessions" in patient.sees("/booking/cancel")
    assert patient.sends("/booking/cancel").headers["Location"] == "/booking?done=all-cancelled"
    assert [each.status.value for each in patient.bookings] == ["booked"] + 7 * ["cancelled"]
    assert "You have no sessions to come." in patient.sees("/booking?done=all-cancelled")
    assert patient.door.call("GET", "/booking/cancel").status_code == 303


@pytest.mark.parametrize("what", ["move", "cancel"])
def test_a_session_that_has_begun_stays_as_it_is(patient: Patient, what: str) -> None:
    first = patient.bookings[0]
    token = csrf_of(patient.door.call("GET", path(first, "cancel"), headers=HTML))
    to = patient.times(first)[0]
    patient.door.clock.moment = first.starts_at
    for method in ("GET", "POST"):
        sent = {"session": to, "csrf_token": token}
        answer = patient.door.call(
            method, path(first, what), headers=HTML, **({"data": sent} if method == "POST" else {})
        )
        assert is_error_page(answer, 409) and "This session has started" in answer.text
    assert patient.bookings[0] == first


def test_a_session_that_we_cancelled_is_not_cancelled_again(patient: Patient) -> None:
    first, code = patient.bookings[0], AttendanceCode.CANCELLED_BY_PROVIDER
    token = csrf_of(patient.door.call("GET", path(first, "cancel"), headers=HTML))
    patient.door.do(lambda unit: cancel_booking(unit, first.id, code, Actor.STAFF))
    sent = patient.door.call("POST", path(first, "cancel"), data={"csrf_token": token}, headers=HTML)
    assert is_error_page(sent, 409) and patient.bookings[0].code is code


def test_what_is_somebody_elses_is_not_there(patient: Patient) -> None:
    theirs = bookings(patient.door, booked(patient.door))[0]
    token = csrf_of(patient.door.call("GET", path(patient.bookings[0], "cancel"), headers=HTML))
    form = {"data": {"session": patient.times(patient.bookings[0])[0], "csrf_token": token}}
    for method, what in (
        ("GET", "move"),
        ("POST", "move"),
        ("GET", "cancel"),
        ("POST", "cancel"),
        ("GET", "calendar.ics"),
    ):
        answer = patient.door.call(method, path(theirs, what), headers=HTML, **(form if method == "POST" else {}))
        assert is_error_page(answer, 404), (method, what)
    assert bookings(patient.door, theirs.referral_id)[0] == theirs


@pytest.mark.parametrize("id", ODD_IDS)
def test_what_was_never_there_is_not_found(patient: Patient, id: str) -> None:
    for what in ("move", "cancel", "calendar.ics"):
        assert is_error_page(patient.door.call("GET", f"/booking/{id}/{what}", headers=HTML), 404)


def test_without_the_forms_token_nothing_happens(patient: Patient) -> None:
    before, first = patient.door.kept(), patient.bookings[0]
    to = patient.times(first)[0]
    for where in (path(first, "move"), path(first, "cancel"), "/booking/cancel"):
        assert is_error_page(patient.door.call("POST", where, data={"session": to}, headers=HTML), 400)
    assert patient.door.kept() == before


def test_a_get_never_acts(patient: Patient) -> None:
    before, first = patient.door.kept(), patient.bookings[0]
    for where in ("/booking", path(first, "move"), path(first, "cancel"), "/booking/cancel", "/booking/calendar.ics"):
        assert patient.door.call("GET", where, headers=HTML).status_code == 200
    assert patient.door.kept() == before


def test_the_link_to_an_offer_opens_no_sessions(patient: Patient) -> None:
    stranger = AtTheDoor("scheduling", assemble)
    link = patient.door.link("offer", patient.referral_id).replace("/offer/", "/booking/")
    assert is_error_page(patient.door.call("POST", link, headers=HTML), 404)
    assert is_error_page(stranger.call("GET", "/booking", headers=HTML), 401)


def test_a_used_link_and_an_old_one_say_what_to_do(patient: Patient) -> None:
    link = patient.door.link("booking", patient.referral_id)
    patient.door.client.delete_cookie("movewell_booking", path="/booking")
    assert patient.door.call("POST", link).status_code == 303
    patient.door.client.delete_cookie("movewell_booking", path="/booking")
    used = patient.door.call("POST", link, headers=HTML)
    assert is_error_page(used, 410) and "Look for a newer message from us and use its link." in words(used.text)
    old = patient.door.link("booking", patient.referral_id)
    patient.door.clock.move(days=3)
    assert is_error_page(patient.door.call("GET", old, headers=HTML), 410)


def test_every_look_and_every_change_is_written_down(patient: Patient) -> None:
    patient.sees()
    patient.sends(path(patient.bookings[0], "cancel"))
    rows = list(patient.door.running.store.scan("accesses"))
    assert {(each["record"], each["why"]) for each in rows} == {(patient.referral_id, "own sessions")}
