"""What a patient is told of their progress, in plain words."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from movewell.contracts import referral as said
from movewell.contracts import scheduling as scheduled
from movewell.contracts.types import Actor, AttendanceCode, SessionFormat
from movewell.store.unit import new_id
from movewell.testing.at_the_door import HTML, AtTheDoor, is_error_page, words_of

from .conftest import Clinic
from .stories import WEEK, Patient

MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
HELP = "If you need help now"
JARGON = re.compile(r"caseness|reliable|PHQ|GAD|severe|moderate|mild|deteriorat|referral_id|DNA|did not attend", re.I)


@pytest.fixture
def door(clinic: Clinic) -> AtTheDoor:
    clinic.door.clock.moment = MONDAY
    return clinic.door


def page_of(patient: Patient) -> str:
    patient.door.enter("progress", patient.referral_id)
    answer = patient.door.call("GET", "/progress", headers=HTML)
    assert answer.status_code == 200
    return answer.text


def told(patient: Patient) -> str:
    return words_of(re.sub(r"<svg.*?</svg>", "", page_of(patient), flags=re.DOTALL))


def offered(patient: Patient) -> str:
    offer_id, now = new_id(), patient.door.clock.now()
    patient.hear(
        scheduled.PlaceOffered(
            **patient.ids,
            offer_id=offer_id,
            format=SessionFormat.GROUP,
            venue_id="gym",
            sessions=8,
            first_starts_at=now + WEEK,
            offered_at=now,
            expires_at=now + timedelta(hours=48),
        )
    )
    return offer_id


@pytest.mark.usefixtures("door")
def test_before_anything_is_decided_they_are_told_to_wait(patient: Patient) -> None:
    assert "We are looking at your referral" in told(patient)
    patient.received()
    words = told(patient)
    assert "We are looking at your referral" in words and "2 March 2026 We got your referral" in words
    assert HELP in words


@pytest.mark.usefixtures("door")
def test_who_is_accepted_is_told_that_a_place_is_looked_for(patient: Patient) -> None:
    patient.received()
    patient.accepted()
    assert "We are looking for a place on sessions for you" in told(patient)


def test_who_waits_is_told_since_when(door: AtTheDoor, patient: Patient) -> None:
    patient.hear(scheduled.WaitingStarted(referral_id=patient.referral_id, format=SessionFormat.GROUP, since=MONDAY))
    assert "on our waiting list since Monday 2 March 2026, 9am" in told(patient)
    patient.hear(scheduled.WaitingEnded(referral_id=patient.referral_id, ended_at=MONDAY))
    assert "waiting list" not in told(patient)


def test_an_offer_is_told_until_it_ends(door: AtTheDoor, patient: Patient) -> None:
    offered(patient)
    assert "tell us by Wednesday 4 March 2026, 9am" in told(patient)
    door.clock.moment += timedelta(hours=49)
    assert "We hold a place" not in told(patient)


def test_sessions_done_and_to_come(door: AtTheDoor, patient: Patient) -> None:
    offer_id = offered(patient)
    patient.hear(
        scheduled.OfferAccepted(
            referral_id=patient.referral_id, offer_id=offer_id, by=Actor.PATIENT, accepted_at=MONDAY
        )
    )
    for ordinal in (1, 2, 3, 4):
        patient.booked(ordinal, MONDAY + ordinal * WEEK)
    door.clock.moment = MONDAY + 2 * WEEK + timedelta(hours=2)
    patient.attended(0)
    patient.missed(1)
    cancelled = {name: patient.bookings[3][name] for name in ("referral_id", "booking_id", "session_id")}
    code = AttendanceCode.CANCELLED_BY_PROVIDER
    patient.hear(scheduled.BookingCancelled(**cancelled, code=code, by=Actor.STAFF, cancelled_at=MONDAY))
    words = told(patient)
    assert "Your next session is on Monday 23 March 2026, 9am." in words
    assert "You have come to 1 session. 1 session is still to come." in words
    assert "Monday 9 March 2026, 9am You came" in words and "16 March 2026, 9am You missed it" in words
    assert "Monday 30 March 2026, 10am Cancelled" in words and "Monday 23 March 2026, 9am To come" in words
    door.clock.moment += WEEK
    assert "You have no session to come at the moment" in told(patient)
    assert "Monday 23 March 2026, 9am Not written down yet" in told(patient)


@pytest.mark.parametrize(
    ("ending", "said_so"),
    [
        (lambda ids: said.ReferralWithdrawn(**ids, withdrawn_at=MONDAY), "so we have stopped"),
        (
            lambda ids: said.ReferralDischarged(**ids, end_code="46", discharged_at=MONDAY),
            "Your care with us has ended",
        ),
        (lambda ids: said.ReferralDeclined(**ids, reason="99", declined_at=MONDAY), "Your referral has ended"),
        (lambda ids: said.ReferralCancelled(**ids, reason="revoked", cancelled_at=MONDAY), "Your referral has ended"),
        (lambda ids: said.ReferralSignposted(**ids, activity="parkrun", signposted_at=MONDAY), "an activity near you"),
    ],
)
def test_an_ending_is_told_kindly(door: AtTheDoor, patient: Patient, ending, said_so: str) -> None:
    event = ending(patient.ids)
    patient.received()
    patient.hear(event)
    words = told(patient)
    assert said_so in words and "call your Talking Therapies service" in words


def test_who_is_erased_is_told_nothing_else(door: AtTheDoor, patient: Patient) -> None:
    patient.answered(9, 9)
    patient.hear(said.ReferralErased(**patient.ids, erased_at=MONDAY))
    words = told(patient)
    assert words.startswith("We no longer keep your details") and "session" not in words and "score" not in words


def test_a_better_score_is_told_with_what_it_means(door: AtTheDoor, patient: Patient) -> None:
    patient.answered(18, 15)
    door.clock.moment += WEEK
    patient.answered(9, 13, ordinal=2)
    words = told(patient)
    assert "Your score is 9 points lower than when you started. That is more than the usual ups and downs" in words
    assert "Your score is 2 points lower than when you started. That is within the usual ups and downs." in words
    assert "A lower score means that these things troubled you less" in words
    page = page_of(patient)
    assert page.count('role="img"') == 2 and "18 out of 27" in words and "13 out of 21" in words


def test_a_worse_score_is_told_with_help_and_without_blame(door: AtTheDoor, patient: Patient) -> None:
    patient.answered(6, 4)
    door.clock.moment += WEEK
    patient.answered(14, 4, ordinal=2)
    words = told(patient)
    assert "it does not mean that you did something wrong" in words and "Your care team has been told" in words
    assert words.index(HELP) < words.index("How you have been feeling") and words.count(HELP) == 1
    assert "Your score is the same as when you started." in words
    raised = [each for each in door.running.store.scan("risk_items") if each["referral_id"] == patient.referral_id]
    assert [each["trigger"] for each in raised] == ["reliable_deterioration"]


def test_a_first_score_is_compared_with_nothing(door: AtTheDoor, patient: Patient) -> None:
    patient.answered(20, 15)
    assert "This is your first score." in told(patient)


def test_there_is_no_jargon(door: AtTheDoor, patient: Patient) -> None:
    patient.received()
    patient.accepted()
    patient.answered(20, 15)
    patient.missed(0)
    door.clock.moment += WEEK
    patient.answered(27, 21, ordinal=2)
    assert JARGON.findall(told(patient)) == []


def test_questions_that_wait_are_named(door: AtTheDoor, patient: Patient) -> None:
    patient.booked()
    assert "Some questions about how you feel are waiting for you." in told(patient)


def test_the_page_opens_by_its_own_link_only(door: AtTheDoor, patient: Patient) -> None:
    door.client.delete_cookie("movewell_progress", path="/progress")
    asked = patient.booked()
    assert is_error_page(door.call("GET", "/progress", headers=HTML), 401)
    link = door.link("progress", patient.referral_id, purpose="questionnaire")
    assert is_error_page(door.call("POST", link, headers=HTML), 404)
    door.enter("questionnaire", asked)
    assert is_error_page(door.call("GET", "/progress", headers=HTML), 401)


def test_another_services_patient_sees_nothing_of_it(door: AtTheDoor, patient: Patient) -> None:
    patient.answered(18, 15)
    door.call("POST", door.link("progress", patient.referral_id, tenant="ZT002"))
    assert "18 out of 27" not in door.call("GET", "/progress", headers=HTML).text
