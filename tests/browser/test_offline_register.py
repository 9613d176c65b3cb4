"""Attendance with the network cut: taps wait on the device, by ids and codes only, and each is recorded once."""

from __future__ import annotations

import json
from typing import Any

import pytest
from movewell.contracts.types import AttendanceCode
from playwright.sync_api import expect
from scheduling.application.settle_booking import record_attendance
from scheduling.domain.booking import Booking

from tests.browser.chromium import Seen
from tests.browser.scenes_scheduling import NAMES, register, sign_in

TAPS = "localStorage.getItem('movewell-taps')"


@pytest.fixture
def page(chromium, stage):
    """An instructor's. That a browser says what did not load is what these tests ask for; nothing else may be said."""
    context = chromium.new_context()
    context.set_default_timeout(10_000)
    page = context.new_page()
    seen = Seen(page, stage.url)
    sign_in(page, stage, "instructor")
    yield page
    context.close()
    assert [fault for fault in seen.faults if not fault.startswith("console: Failed to load resource")] == []


@pytest.fixture
def opened(page, stage) -> tuple[Any, list[str]]:
    """The register of three, open in the browser; its bookings."""
    id, bookings = register(stage)
    page.goto(f"{stage.url}/register/{id}")
    return page, bookings


def cut(page, off: bool = True) -> None:
    page.context.set_offline(off)


def tap(page, booking: str, code: str) -> None:
    page.locator(f"#booking-{booking} button[value='{code}']").first.click()


def state(page, booking: str):
    return page.locator(f"#booking-{booking} [data-attendance]")


def marks(stage, booking: str) -> list[str]:
    """What was recorded of a booking, one after another."""
    kept = stage._do("scheduling", lambda unit: unit.get(Booking, booking))
    return [mark.code.value for mark in kept.marks]


def unsent(page):
    return page.locator("[data-unsent]")


def test_two_taps_without_a_network_are_recorded_once_each_when_it_is_back(opened, stage) -> None:
    page, bookings = opened
    cut(page)
    tap(page, bookings[0], "5")
    tap(page, bookings[1], "3")
    expect(unsent(page)).to_contain_text("2 attendances are not sent yet.")
    expect(state(page, bookings[0])).to_have_text("Attended, not sent yet")
    expect(state(page, bookings[1])).to_have_text("Did not attend, not sent yet")
    assert [marks(stage, each) for each in bookings[:2]] == [[], []]
    kept = page.evaluate(TAPS)
    assert not any(word in kept for name in NAMES for word in name.split())
    assert set(json.loads(kept)[0]) == {"whom", "path", "booking", "code", "was", "key", "at"}
    cut(page, off=False)
    expect(unsent(page)).to_be_empty()
    expect(state(page, bookings[0])).to_have_text("Attended")
    assert [marks(stage, each) for each in bookings] == [["5"], ["3"], []]
    assert json.loads(page.evaluate(TAPS)) == []

    page.evaluate("kept => localStorage.setItem('movewell-taps', kept)", kept)  # as if no answer had come back
    page.reload()
    expect(unsent(page)).to_be_empty()
    expect(state(page, bookings[0])).to_have_text("Attended")
    assert json.loads(page.evaluate(TAPS)) == []
    assert [marks(stage, each) for each in bookings] == [["5"], ["3"], []]


def test_taps_outlive_the_page_and_are_sent_from_the_next(opened, stage) -> None:
    page, bookings = opened
    cut(page)
    tap(page, bookings[2], "5")
    expect(unsent(page)).to_contain_text("1 attendance is not sent yet.")
    page.close()
    cut(page, off=False)
    later = page.context.new_page()
    with later.expect_response("**/attendance"):
        later.goto(f"{stage.url}/today")
    later.wait_for_function(f"{TAPS} === '[]'")
    expect(unsent(later)).to_be_empty()
    assert marks(stage, bookings[2]) == ["5"]


def test_who_leaves_the_page_without_a_network_is_asked(opened, stage) -> None:
    page, bookings = opened
    cut(page)
    tap(page, bookings[2], "5")
    expect(unsent(page)).to_contain_text("1 attendance is not sent yet.")
    page.on("dialog", lambda dialog: dialog.dismiss())
    with page.expect_event("dialog") as asked:
        page.locator("header a").first.click(no_wait_after=True)
    assert asked.value.type == "beforeunload"
    expect(unsent(page)).to_contain_text("1 attendance is not sent yet.")
    assert page.url.startswith(f"{stage.url}/register/")


def test_who_thinks_better_of_it_without_a_network_is_recorded_and_corrected_in_order(opened, stage) -> None:
    page, bookings = opened
    cut(page)
    for code in ("3", "3", "5"):
        tap(page, bookings[0], code)
    expect(unsent(page)).to_contain_text("2 attendances are not sent yet.")
    cut(page, off=False)
    expect(state(page, bookings[0])).to_have_text("Attended")
    assert marks(stage, bookings[0]) == ["3", "5"]


def test_what_is_refused_is_said_and_not_lost_in_silence(opened, stage) -> None:
    page, bookings = opened
    cut(page)
    tap(page, bookings[0], "5")
    stage._do("scheduling", lambda unit: record_attendance(unit, bookings[0], AttendanceCode("3"), "kit"))
    cut(page, off=False)
    expect(unsent(page)).to_contain_text("was not recorded. The attendance of this booking is recorded already.")
    expect(state(page, bookings[0])).to_have_text("Did not attend")
    page.get_by_role("button", name="I have seen this").click()
    expect(unsent(page)).to_be_empty()


def test_who_was_signed_out_is_told_and_the_taps_wait_for_them_alone(opened, stage) -> None:
    page, bookings = opened
    cut(page)
    tap(page, bookings[0], "5")
    page.context.clear_cookies()
    cut(page, off=False)
    expect(unsent(page)).to_contain_text("Sign in again and open the register to send them.")
    sign_in(page, stage, "coordinator")
    page.goto(f"{stage.url}/today")
    expect(unsent(page)).to_be_empty()
    sign_in(page, stage, "instructor")
    with page.expect_response("**/attendance"):
        page.goto(f"{stage.url}/today")
    expect(unsent(page)).to_be_empty()
    assert json.loads(page.evaluate(TAPS)) == []
    assert marks(stage, bookings[0]) == ["5"]


def test_with_a_network_one_tap_is_enough_and_the_focus_stays_with_the_patient(opened, stage) -> None:
    page, bookings = opened
    tap(page, bookings[1], "5")
    expect(state(page, bookings[1])).to_have_text("Attended")
    expect(page.locator(f"#name-{bookings[1]}")).to_be_focused()
    page.get_by_text("Correct the attendance").click()
    tap(page, bookings[1], "6")
    expect(state(page, bookings[1])).to_have_text("Came late, was seen")
    assert marks(stage, bookings[1]) == ["5", "6"]


def test_without_javascript_one_tap_is_enough_too(open_page, stage) -> None:
    page = open_page(java_script_enabled=False)
    sign_in(page, stage, "instructor")
    id, [booking, *_] = register(stage)
    page.goto(f"{stage.url}/register/{id}")
    tap(page, booking, "5")
    page.get_by_text("The attendance is recorded.").wait_for()
    assert marks(stage, booking) == ["5"]
