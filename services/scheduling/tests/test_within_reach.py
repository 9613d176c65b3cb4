"""What one may not see is not there: another instructor's session, another service's everything."""

from __future__ import annotations

from pathlib import Path

import pytest
from movewell.testing.at_the_door import HTML

from .staffed import Staffed, referral

FORM = {"code": "5", "answer": "accept", "series_id": "monday", "text": "A note.", "idempotency_key": "a-key-of-mine"}


@pytest.fixture
def door(tmp_path: Path) -> Staffed:
    made = Staffed(tmp_path)
    made.booked(1)
    made.at(2026, 3, 9, 10, 20)
    return made


def paths(door: Staffed) -> dict[str, list[str]]:
    booking = door.bookings(1)[0]
    register, programme = f"/register/{booking.session_id}", f"/programmes/{referral(1)}"
    return {
        "instructor": [register, f"{register}/adverse-events/{booking.id}", f"{register}/notes/{booking.id}"],
        "coordinator": [
            register,
            f"/sessions/{booking.session_id}",
            f"/sessions/{booking.session_id}/cancel",
            programme,
            f"{programme}/bookings/{booking.id}/cancel",
        ],
    }


@pytest.mark.parametrize("role", ["instructor", "coordinator"])
def test_another_service_finds_nothing_and_changes_nothing(door: Staffed, role: str) -> None:
    door.sign_in(role, tenant="ZT002")
    before, token = door.kept(), door.look("/today").text.split('name="csrf-token" content="')[1].split('"')[0]
    for path in paths(door)[role]:
        assert door.look(path).status_code == 404, path
    register, *forms = paths(door)[role]
    posts = [f"{register}/attendance", *(each for each in forms if not each.endswith((referral(1), register[10:])))]
    if role == "coordinator":
        posts += [f"/programmes/{referral(1)}/offer", f"/programmes/{referral(1)}/place"]
    chosen = {"kind": "fall", "severity": "mild", "relatedness": "related", "action": "stopped"}
    form = {**FORM, **chosen, "csrf_token": token, "booking_id": door.bookings(1)[0].id, "code": "5"}
    for path in posts:
        form["code"] = "2" if path.endswith("/cancel") else "5"
        form["offer_id"] = next(iter(door.running.store.scan("offers")))["id"]
        assert door.call("POST", path, data=form, headers=HTML).status_code == 404, path
    assert door.kept() == before


def test_lists_of_another_service_are_empty(door: Staffed) -> None:
    door.sign_in("coordinator", tenant="ZT002")
    for path in ("/today", "/sessions", "/offers", "/waiting-list"):
        page = door.look(path)
        assert page.status_code == 200 and "Example" not in page.text and door.session().id not in page.text


def test_an_instructor_finds_their_own_sessions_only(tmp_path: Path) -> None:
    door = Staffed(tmp_path, instructor_id="somebody-else")
    door.booked(1)
    door.at(2026, 3, 9, 10, 20)
    door.sign_in("instructor")
    assert "You have no sessions on this day." in door.look("/today").text
    for path in paths(door)["instructor"]:
        assert door.look(path).status_code == 404, path
    booking = door.bookings(1)[0]
    told = door.call("POST", f"/api/bookings/{booking.id}/attendance", "instructor", json={"code": "5"})
    assert told.status_code == 404 and door.bookings(1)[0].code is None


@pytest.mark.parametrize("role", ["manager", "clinician", "instructor"])
def test_lists_of_patients_are_for_coordinators(door: Staffed, role: str) -> None:
    door.sign_in(role)
    for path in ("/sessions", "/sessions/new", "/offers", "/waiting-list", f"/sessions/{door.session().id}"):
        assert door.look(path).status_code == 403, path


def test_who_is_not_signed_in_is_led_to_the_sign_in(door: Staffed) -> None:
    answer = door.look(f"/register/{door.session().id}")
    assert answer.status_code == 303 and answer.headers["Location"].startswith("/signin?next=%2Fregister%2F")
