"""From a self-referral to the figure in the report: everybody by keyboard, with JavaScript and without."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from deploy.local.people import answers
from tests.browser.at_the_keyboard import AtTheKeyboard
from tests.browser.chromium import Seen
from tests.browser.scenes_referral import Fields
from tests.browser.stage import at_an_address
from tests.browser.test_self_referral import begin, give, go_on, reference_on
from tests.journeys.canaries import Canary, leaks
from tests.journeys.visitors import Clinic, Patient
from tests.journeys.world import Backends, World

ANNA = Patient(Canary(1))
NAME = f"{ANNA.canary.given} {ANNA.canary.family}"
ANSWERS: dict[str, Fields] = {
    "date-of-birth": {"birth_date-day": "9", "birth_date-month": "3", "birth_date-year": "1984"},
    "where-you-live": {"in_england": "yes"},
    "therapy": {"therapy": "none"},
    "name": {"given_name": ANNA.canary.given, "family_name": ANNA.canary.family},
    "knows-nhs-number": {"knows_number": "yes"},
    "nhs-number": {"nhs_number": ANNA.canary.nhs_number},
    "contact": {"email": ANNA.canary.email, "phone": ANNA.canary.phone},
    "preferred-contact": {"preferred": "email"},
    "messages": {"may_leave_message": "yes"},
    "address": {"postcode": ANNA.canary.postcode},
    "help": {"help": ANNA.canary.text},
}
SERIES = {
    "capacity": "8",
    "date-day": "9",
    "date-month": "3",
    "date-year": "2026",
    "time": "10:00",
    "minutes": "60",
    "weeks": "2",
}
INSTRUCTOR, VENUE, ADDRESS = "Ben Carter", "Village hall", "The Green, Little Sample, ZZ99 3VZ"
FIRST, SECOND = "Monday 9 March 2026, 10am", "Monday 16 March 2026, 10am"
STAGES = (
    "Received",
    "Screened",
    "Cleared to exercise",
    "Accepted",
    "Offered a place",
    "Booked",
    "Attended at least once",
    "Finished a course",
    "Reliably improved",
)
Open = Callable[[], AtTheKeyboard]


@pytest.fixture
def world(assets: Path, tmp_path: Path) -> Iterator[World]:
    backends = Backends.in_memory(tmp_path)
    with at_an_address(lambda url: World(tmp_path, backends, url, assets)) as made:
        yield made
        made.close()


@pytest.fixture(params=[True, False], ids=["with JavaScript", "without JavaScript"])
def somebody(chromium: Any, world: World, request: pytest.FixtureRequest) -> Iterator[Open]:
    """A browser for each person; when the story is over, no page may have done what none may do."""
    made: list[tuple[Any, Seen]] = []

    def sits_down() -> AtTheKeyboard:
        context = chromium.new_context(java_script_enabled=request.param, locale="en-GB", timezone_id="Asia/Tokyo")
        context.set_default_timeout(10_000)
        page = context.new_page()
        made.append((context, Seen(page, world.url)))
        return AtTheKeyboard(page, world.url)

    yield sits_down
    for context, _ in made:
        context.close()
    assert [fault for _, seen in made for fault in seen.faults] == []


def schedules_sessions(coordinator: AtTheKeyboard) -> None:
    coordinator.signs_in("coordinator")
    coordinator.presses("nav a[href='/sessions']")
    coordinator.sees("Sessions and seats")
    coordinator.presses("main a[href='/sessions/new']")
    coordinator.sees("Schedule new sessions")
    coordinator.chooses(format="group")
    coordinator.types(**SERIES)
    coordinator.selects("instructor_id", "instructor-1")
    coordinator.selects("venue_id", "village-hall")
    coordinator.presses("main form button")
    coordinator.sees("Sessions and seats", "The sessions are scheduled.", FIRST, SECOND, INSTRUCTOR, VENUE)


def refers_herself(anna: AtTheKeyboard, world: World) -> str:
    """The reference that she is told."""
    begin(anna.page, world)
    while (step := anna.page.url.rsplit("/", 1)[1]) != "check":
        give(anna.page, step, ANSWERS)
    given = (ANNA.canary.given, ANNA.canary.family, ANNA.canary.email, ANNA.canary.text)
    anna.sees("Check your answers", "9 March 1984", *given)
    go_on(anna.page, "Send my referral")
    return reference_on(anna.page)


def finds_the_referral(clinician: AtTheKeyboard, reference: str) -> None:
    clinician.signs_in("clinician")
    clinician.sees("Worklist", NAME, "Received, not screened")
    clinician.types(term=reference)
    clinician.page.keyboard.press("Enter")
    clinician.sees("Referrals found", NAME)
    clinician.presses("main table a")
    clinician.sees("Referral", NAME, "The patient referred themselves.", ANNA.canary.text)


def screens_and_accepts(clinician: AtTheKeyboard) -> None:
    clinician.presses("main a[href$='/screening']")
    clinician.sees("Screening", NAME)
    clinician.types(systolic="124", diastolic="78", heart_rate="68")
    clinician.chooses(active="no", disease="no", symptoms="no")
    clinician.ticks("input[value=none]")
    clinician.presses("main form button")
    clinician.sees("Result of the screening", "Cleared to exercise")
    clinician.presses("main a[href$='/decision']")
    clinician.sees("Decision", NAME, "Accept for sessions")
    clinician.chooses(choice="accept", format="group")
    clinician.types(sessions_planned="2")
    clinician.presses("main form button")
    clinician.sees("Referral", "The referral is accepted.", "Accepted, no place offered yet")


def takes_the_place(anna: AtTheKeyboard, link: str) -> None:
    anna.opens_link(link, "We have a place for you")
    anna.sees("We have a place for you", "2 group sessions", VENUE, FIRST, SECOND)
    anna.chooses(answer="accept")
    anna.presses("main form button")
    anna.sees("Your sessions are booked", ADDRESS, FIRST, SECOND)


def answers_the_questions(anna: AtTheKeyboard, link: str, phq9: int, gad7: int) -> None:
    anna.opens_link(link, "How you have been feeling")
    anna.sees("How you have been feeling", "There are 16 questions")
    anna.chooses(layout="all")
    anna.presses("main form button")
    anna.page.wait_for_url("**/questionnaire/all")
    given = answers(phq9, gad7)
    anna.chooses(**{item: given[item] for item in sorted(given, key=_place)})
    anna.presses("main form button")
    anna.sees("Thank you for your answers", "Your care team can see your answers.")


def _place(item: str) -> tuple[bool, int]:
    measure, number = item.split("_")
    return measure == "gad7", int(number)


def records_attendance(instructor: AtTheKeyboard, day: str) -> None:
    instructor.opens("/today")
    instructor.sees(f"Sessions on {day}", "10am to 11am", VENUE)
    instructor.presses("main table a[href^='/register/']")
    instructor.sees("Register", NAME, "Not recorded", "Not used to exercise.")
    instructor.presses("main button[value='5']")
    instructor.sees("Register", "Correct the attendance")
    assert instructor.page.locator("[data-attendance]").inner_text() == "Attended"


def reviews_and_discharges(clinician: AtTheKeyboard) -> None:
    clinician.page.reload()
    clinician.sees("Referral", "All sessions over", "2 of 2 sessions attended.")
    clinician.presses("main a[href^='/cases/']")
    clinician.sees("Scores and answers", NAME, "Reliable improvement", "Recovered Yes", "Reviewed Not yet")
    clinician.presses("main form button")
    clinician.sees("Scores and answers", "You have reviewed these scores", "Amina Yusuf")
    clinician.presses("a[href^='/referrals/']")
    clinician.sees("Referral", NAME)
    clinician.presses("main a[href$='/decision']")
    clinician.sees("Decision", "Discharge the patient")
    clinician.chooses(choice="discharge")
    clinician.selects("end_code", "46")
    clinician.presses("main form button")
    clinician.sees("Referral", "The patient is discharged.", "Ended: discharged")


def flow_seen_by(manager: AtTheKeyboard) -> dict[str, str]:
    """The exact figures of March, by stage."""
    manager.signs_in("manager")
    manager.sees("Report", "For publication")
    manager.presses("main a[href^='/report/exact']")
    manager.sees("Report", "Exact numbers")
    manager.types(**{"from-day": "1", "from-month": "3", "from-year": "2026"})
    manager.types(**{"to-day": "31", "to-month": "3", "to-year": "2026"})
    manager.presses("main form button")
    manager.sees("Report, 1 March 2026 to 31 March 2026", "Exact numbers")
    rows = manager.page.locator("table", has_text="Cleared to exercise").locator("tbody tr").all()
    return {row.locator("th, td").nth(0).inner_text(): row.locator("th, td").nth(1).inner_text() for row in rows}


def test_who_refers_themselves_is_seen_exercises_recovers_and_is_counted(somebody: Open, world: World) -> None:
    clinic = Clinic(world)
    anna, clinician, instructor = somebody(), somebody(), somebody()
    schedules_sessions(somebody())
    world.settle()
    reference = refers_herself(anna, world)
    world.settle()
    finds_the_referral(clinician, reference)
    screens_and_accepts(clinician)
    world.settle()
    takes_the_place(anna, newest_link(clinic, "offer"))
    world.settle()
    answers_the_questions(anna, newest_link(clinic, "questionnaire"), phq9=18, gad7=15)
    clinic.after_session(1)
    instructor.signs_in("instructor")
    records_attendance(instructor, "Monday 9 March 2026")
    clinic.before_session(2)
    answers_the_questions(anna, newest_link(clinic, "questionnaire"), phq9=6, gad7=5)
    clinic.after_session(2)
    records_attendance(instructor, "Monday 16 March 2026")
    world.settle()
    reviews_and_discharges(clinician)
    world.settle()
    assert flow_seen_by(somebody()) == dict.fromkeys(STAGES, "1")
    assert leaks(world) == []


def newest_link(clinic: Clinic, thing: str) -> str:
    """To this thing, in the newest message to her that has one."""
    texts = [each.get_body(("plain",)).get_content() for each in clinic.messages_to(ANNA)]
    return [link for text in texts for link in re.findall(rf"http://\S+/{thing}/link/\S+", text)][-1]
