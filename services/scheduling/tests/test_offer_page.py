"""The offer's page says when, where and whom to call, as the NHS writes it."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from movewell.settings import SettingsIncomplete
from movewell.testing.at_the_door import HTML, AtTheDoor
from scheduling.bootstrap import assemble

from .offered import offer, schedule

NAME, ADDRESS = "Sampletown Leisure Centre", "1 Example Road, Sampletown, ZZ99 3WZ"
PHONE = "0117 496 0000"


def words(door: AtTheDoor) -> str:
    door.enter("offer", offer(door))
    page = door.call("GET", "/offer", headers=HTML).text
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", page.split("<main")[1])).split())


def test_an_offer_says_where() -> None:
    door = AtTheDoor("scheduling", assemble)
    assert schedule(door, venue_name=NAME, venue_address=ADDRESS).status_code == 201
    assert f"Where {NAME} {ADDRESS} When Monday 9 March 2026, 10am" in words(door)


def test_an_address_may_come_later_and_be_corrected() -> None:
    door = AtTheDoor("scheduling", assemble)
    schedule(door)
    assert "Where Call your Talking Therapies service to ask where the sessions are." in words(door)
    later: dict[str, Any] = {"instructor_id": "instructor-2", "first_starts_at": "2026-03-10T10:00:00"}
    schedule(door, **later, series_id="tuesday", venue_name=NAME)
    assert f"Where {NAME} When" in words(door)
    later |= {"instructor_id": "instructor-3", "first_starts_at": "2026-03-11T10:00:00"}
    schedule(door, **later, series_id="wednesday", venue_address=ADDRESS)
    assert f"Where {NAME} {ADDRESS} When" in words(door)


def test_a_series_that_is_refused_tells_nothing_of_its_venue() -> None:
    door = AtTheDoor("scheduling", assemble)
    schedule(door)
    assert schedule(door, venue_name=NAME).status_code == 409
    assert list(door.running.store.scan("venues")) == []


def test_a_venue_cannot_bring_markup_into_the_page() -> None:
    door = AtTheDoor("scheduling", assemble)
    schedule(door, venue_name="<script>alert(1)</script>")
    door.enter("offer", offer(door))
    assert "<script>alert" not in door.call("GET", "/offer", headers=HTML).text


@pytest.mark.parametrize(
    ("answer", "said"), [("accept", "Your sessions are booked"), ("decline", "You said no to this place")]
)
def test_an_answer_leads_to_a_page_that_can_be_loaded_again(answer: str, said: str) -> None:
    door = AtTheDoor("scheduling", assemble)
    schedule(door)
    token = door.enter("offer", offer(door))
    for _ in range(2):  # the second press, or a tab that was open
        sent = door.call("POST", "/offer", data={"answer": answer, "csrf_token": token}, headers=HTML)
        assert (sent.status_code, sent.headers["Location"]) == (303, "/offer")
    assert said in door.call("GET", sent.headers["Location"], headers=HTML).text
    told = [row["headers"]["ce_type"] for row in door.running.store.scan("outbox")]
    assert sum(f"offer.{answer}" in each for each in told) == 1


def test_pages_say_which_number_to_call() -> None:
    door = AtTheDoor("scheduling", assemble, service_phone=PHONE)
    schedule(door)
    link = f'call your Talking Therapies service on <a class="movewell-phone" href="tel:01174960000">{PHONE}</a>'
    door.enter("offer", offer(door))
    footer = f"If you find this website hard to use, {link}"
    assert footer in door.call("GET", "/offer", headers=HTML).text
    assert footer in door.call("GET", "/nowhere", headers=HTML).text
    assert f"or it does not work, {link}" in door.call("GET", "/offer/link/x", headers=HTML).text


def test_without_a_number_pages_say_to_call_all_the_same() -> None:
    door = AtTheDoor("scheduling", assemble)
    page = door.call("GET", "/nowhere", headers=HTML).text
    assert "call your Talking Therapies service. They can help you on the phone." in page


@pytest.mark.parametrize(
    "phone", ["call us", "0117 496 0000\n", "<b>0117</b>", "01", "++44 117", "0117  496", "٠١١٧٤٩٦", "1" * 40]
)
def test_a_service_with_no_real_number_does_not_start(phone: str) -> None:
    with pytest.raises(SettingsIncomplete) as refused:
        AtTheDoor("scheduling", assemble, service_phone=phone)
    assert phone not in str(refused.value)
