"""The register: who comes, what to take care of, whom to call; attendance in two taps, once, and corrected."""

from __future__ import annotations

from pathlib import Path

import pytest
from movewell.testing.at_the_door import HTML, csrf_of

from .staffed import Staffed, referral, words

LATER = (2026, 3, 9, 10, 5)


@pytest.fixture
def door(tmp_path: Path) -> Staffed:
    """Two patients have booked; the session has begun; its instructor is signed in."""
    made = Staffed(tmp_path)
    made.booked(1, given="Zoe", precautions="falls", contact={"name": "Kim Example", "phone": "01632 960001"})
    made.booked(2, given="Ada")
    made.at(*LATER)
    made.sign_in("instructor")
    return made


def page_of(door: Staffed) -> str:
    return f"/register/{door.session().id}"


def tap(door: Staffed, n: int, code: str, was: str = "", **more: str) -> object:
    path = page_of(door)
    return door.send(path, f"{path}/attendance", booking_id=door.bookings(n)[0].id, code=code, was=was, **more)


def test_the_day_shows_an_instructor_their_sessions_with_seats(door: Staffed) -> None:
    page = door.look("/today")
    assert "Sessions on Monday 9 March 2026" in words(page)
    for said in ("10am to 11am", "Sampletown Leisure Centre", "Group", "2 of 100 taken, 98 free"):
        assert said in words(page)
    assert page_of(door) in page.text and "instructor-1" not in words(page)


@pytest.mark.parametrize("day", ["2026-03-10", "2026-03-08"])
def test_another_day_is_empty_and_says_so(door: Staffed, day: str) -> None:
    assert "You have no sessions on this day." in words(door.look(f"/today?day={day}"))


@pytest.mark.parametrize("day", ["2026-02-30", "tomorrow", "20260309", "1815-06-18", "2026-03-09T10:00"])
def test_a_day_that_is_none_is_refused(door: Staffed, day: str) -> None:
    assert door.look(f"/today?day={day}").status_code == 400


def test_the_register_names_who_comes_what_to_take_care_of_and_whom_to_call(door: Staffed) -> None:
    said = words(door.look(page_of(door)))
    assert said.index("Ada Example") < said.index("Zoe Example")
    ada, zoe = said.split("Zoe Example", 1)
    assert "Moderate: effort 12 to 13 of 20" in zoe and "Has had falls." in zoe and "falls " not in zoe.split(".")[0]
    assert "Kim Example 01632 960001" in zoe
    assert "No precautions" in ada and "Emergency contact None given" in ada


@pytest.mark.parametrize(("role", "back"), [("instructor", "/today?day=2026-03-09"), ("clinician", "/worklist")])
def test_the_register_leads_back_to_a_page_that_the_role_may_open(door: Staffed, role: str, back: str) -> None:
    door.sign_in(role)
    page = door.look(page_of(door)).text
    assert f'href="{back}"' in page.split('<nav aria-label="Back">')[1].split("</nav>")[0]


def test_reading_the_register_is_written_down_for_each_patient(door: Staffed) -> None:
    door.look(page_of(door))
    seen = set(door.records_seen())
    assert seen == {("instructor-1", referral(n), "register of a session") for n in (1, 2)}


def test_one_tap_records_an_attendance_by_whom(door: Staffed) -> None:
    answer = tap(door, 1, "5")
    booking = door.bookings(1)[0]
    assert (answer.status_code, answer.headers["Location"]) == (
        303,
        f"{page_of(door)}?done=attendance&about={booking.id}#booking-{booking.id}",
    )
    assert (booking.status.value, booking.marks[0].by) == ("attended", "instructor-1")
    assert ("instructor-1", referral(1), "attendance") in door.records_seen()
    page = words(door.look(f"{page_of(door)}?done=attendance"))
    assert "The attendance is recorded." in page and "Correct the attendance" in page


@pytest.mark.parametrize(("code", "said"), [("6", "Came late, was seen"), ("7", "Came late, was not seen")])
def test_who_came_late_is_recorded_as_late(door: Staffed, code: str, said: str) -> None:
    tap(door, 1, code)
    assert said in words(door.look(page_of(door))).split("Zoe Example")[1][:40]


def test_a_form_that_is_sent_again_records_once(door: Staffed) -> None:
    for _ in range(2):
        assert tap(door, 1, "5", idempotency_key="the-same-key").status_code == 303
    assert door.told("session.attended") == 1


def test_a_tap_that_was_meant_for_another_state_says_so(door: Staffed) -> None:
    tap(door, 1, "5")
    answer = tap(door, 1, "3")
    assert answer.status_code == 409 and "The attendance of this booking is recorded already." in words(answer)
    assert "Error: Register" in answer.text
    assert door.bookings(1)[0].code.value == "5"


def test_an_attendance_is_corrected_the_same_day(door: Staffed) -> None:
    tap(door, 1, "5")
    assert tap(door, 1, "3", was="5").status_code == 303
    assert (door.bookings(1)[0].code.value, door.told("attendance.corrected")) == ("3", 1)


def test_the_next_day_it_is_not_corrected_and_the_page_says_whom_to_tell(door: Staffed) -> None:
    tap(door, 1, "5")
    door.at(2026, 3, 10, 0, 0)
    answer = tap(door, 1, "3", was="5")
    assert answer.status_code == 409 and "only on the day that it was recorded" in words(answer)
    assert "Tell your coordinator if it is wrong." in words(answer)


def test_before_the_start_nothing_can_be_recorded(door: Staffed) -> None:
    door.at(2026, 3, 9, 9, 59)
    assert "You can record attendance from 10am on." in words(door.look(page_of(door)))
    path = page_of(door)
    token = csrf_of(door.look(path))
    form = {"booking_id": door.bookings(1)[0].id, "code": "5", "idempotency_key": "a-key-of-mine", "csrf_token": token}
    assert door.call("POST", f"{path}/attendance", data=form, headers=HTML).status_code == 409


@pytest.mark.parametrize("form", [{}, {"code": "2"}, {"code": "5", "was": "9"}, {"code": "5", "idempotency_key": "x"}])
def test_a_form_that_is_not_ours_is_refused(door: Staffed, form: dict[str, str]) -> None:
    path = page_of(door)
    sent = {"booking_id": door.bookings(1)[0].id, **form}
    assert door.send(path, f"{path}/attendance", **sent).status_code == 400
    assert door.bookings(1)[0].code is None


def test_a_booking_of_another_session_or_cancelled_is_not_there(door: Staffed) -> None:
    path, other = page_of(door), door.bookings(1)[1].id
    for id in (other, "no-such-booking"):
        assert door.send(path, f"{path}/attendance", booking_id=id, code="5").status_code == 404


def test_a_script_gets_json_and_the_same_answer_again(door: Staffed) -> None:
    path, token = page_of(door), csrf_of(door.look(page_of(door)))
    form = {"booking_id": door.bookings(1)[0].id, "code": "5", "was": ""}
    headers = {"Accept": "application/json", "Idempotency-Key": "tap-number-one", "X-CSRF-Token": token}
    answers = [door.call("POST", f"{path}/attendance", data=form, headers=headers) for _ in range(2)]
    assert [each.get_json() for each in answers] == [
        {"booking_id": form["booking_id"], "code": "5", "words": "Attended"}
    ] * 2
    assert door.told("session.attended") == 1


def test_without_the_token_of_the_form_nothing_is_recorded(door: Staffed) -> None:
    form = {"booking_id": door.bookings(1)[0].id, "code": "5", "idempotency_key": "a-key-of-mine"}
    assert door.call("POST", f"{page_of(door)}/attendance", data=form, headers=HTML).status_code == 400
    assert door.bookings(1)[0].code is None


def test_an_erased_patient_has_no_name_and_one_unknown_none_yet(tmp_path: Path) -> None:
    door = Staffed(tmp_path)
    door.booked(1, given="Zoe")
    door.booked(2, given="Ada")
    door.erased(1)
    door.sign_in("instructor")
    said = words(door.look(page_of(door)))
    assert "Details erased" in said and "Zoe" not in said and "Ada Example" in said


def test_markup_in_a_name_is_only_text(tmp_path: Path) -> None:
    door = Staffed(tmp_path)
    door.booked(1, given="<script>alert(1)</script>", contact={"name": "<b>Kim</b>", "phone": "1"})
    door.sign_in("instructor")
    page = door.look(page_of(door)).text
    assert "<script>alert" not in page and "<b>Kim" not in page and "&lt;script&gt;" in page


def test_a_session_that_nobody_booked_says_so(tmp_path: Path) -> None:
    door = Staffed(tmp_path)
    door.sign_in("instructor")
    assert "Nobody has booked this session." in words(door.look(page_of(door)))
