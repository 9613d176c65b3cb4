"""What a coordinator does for a patient on the phone, and the lists that say for whom."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import pytest
from movewell.contracts.types import Actor, SessionFormat
from scheduling.application.answer_offer import decline_offer

from .offered import schedule
from .staffed import Staffed, referral, words

PAGE = f"/programmes/{referral(1)}"


@pytest.fixture
def door(tmp_path: Path) -> Staffed:
    made = Staffed(tmp_path)
    made.named(1, given="Zoe")
    made.sign_in("coordinator")
    return made


def test_an_open_offer_is_listed_with_the_time_that_is_left(door: Staffed) -> None:
    door.offered(1)
    door.at(2026, 3, 3, 9, 0)
    said = words(door.look("/offers"))
    assert "Zoe Example" in said and "8 sessions from Monday 9 March 2026, 10am" in said and "24 hours" in said
    assert "Nobody needs to be called." in said
    assert ("coordinator-1", referral(1), "open offers") in door.records_seen()


def test_who_gave_no_answer_is_listed_to_be_called(door: Staffed) -> None:
    offer_id = door.offered(1)
    door.do(lambda unit: decline_offer(unit, offer_id, Actor.PATIENT))
    door.at(2026, 3, 5, 9, 0)
    said = words(door.look("/offers"))
    assert "No offer is open." in said and "Zoe Example" in said and "3 days" in said


def test_each_list_of_offers_is_turned_page_by_page(door: Staffed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scheduling.entrypoints.waiting_pages._PAGE", 2)
    for n in range(1, 9):
        offer_id = door.offered(n)
        if n > 5:
            door.do(lambda unit, id=offer_id: decline_offer(unit, id, Actor.PATIENT))
    pages = [door.look("/offers").text]
    for name in ("open", "open", "unanswered"):
        pages.append(door.look(following(pages[-1], name)).text)
    first, second, third, fourth = ([listed(page, name) for name in ("open", "unanswered")] for page in pages)
    assert sorted([*first[0], *second[0], *third[0]]) == [referral(n) for n in range(1, 6)]
    assert sorted([*first[1], *fourth[1]]) == [referral(n) for n in range(6, 9)]
    assert first[1] == second[1] == third[1] and third[0] == fourth[0], "the other list stays"
    assert not re.search(r'href="/offers\?', pages[-1]), "both are at their end"


def listed(page: str, name: str) -> list[str]:
    """The referrals of a list on the page of offers."""
    part = page.split(f'id="{name}"')[1].split("<h2")[0]
    return re.findall(r'href="/programmes/([0-9a-f-]{36})"', part)


def following(page: str, name: str) -> str:
    [path] = re.findall(rf'href="(/offers\?[^"#]*)#{name}"', page)
    return unescape(path)


@pytest.mark.parametrize(
    ("answer", "status", "said"), [("accept", "booked", "booked"), ("decline", "unanswered", "declined")]
)
def test_an_answer_on_the_phone_is_kept_as_given_by_staff(door: Staffed, answer: str, status: str, said: str) -> None:
    offer_id = door.offered(1)
    for _ in range(2):
        sent = door.send(PAGE, f"{PAGE}/offer", offer_id=offer_id, answer=answer)
        assert sent.status_code == 303
    assert said in words(door.look(sent.headers["Location"]))
    assert door.programme(1).status.value == status
    (event,) = (row for row in door.running.store.scan("outbox") if f"offer.{answer}" in row["headers"]["ce_type"])
    assert '"by":"staff"' in event["value"].replace(" ", "")
    assert ("coordinator-1", referral(1), "answering for a patient") in door.records_seen()


def test_no_answer_is_asked_for_again(door: Staffed) -> None:
    page = door.send(PAGE, f"{PAGE}/offer", offer_id=door.offered(1))
    assert page.status_code == 400 and 'href="#answer"' in page.text and 'id="answer-error"' in page.text


def test_an_offer_that_ran_out_is_not_taken(door: Staffed) -> None:
    offer_id = door.offered(1)
    door.at(2026, 3, 4, 9, 0)
    assert "The offer has run out" in words(door.look(PAGE))
    page = door.send(PAGE, f"{PAGE}/offer", offer_id=offer_id, answer="accept")
    assert page.status_code == 409 and "The time to answer this offer has passed." in words(page)


def test_an_offer_of_somebody_else_is_not_there(door: Staffed) -> None:
    door.offered(1)
    other = door.offered(2)
    assert door.send(PAGE, f"{PAGE}/offer", offer_id=other, answer="accept").status_code == 404


def test_a_place_that_the_patient_chose_is_offered_once(door: Staffed) -> None:
    schedule(door, series_id="tuesday", instructor_id="i-2", venue_id="hall", first_starts_at="2026-03-10T10:00:00")
    offer_id = door.offered(1)
    assert "A place is offered already." in words(door.look(PAGE))
    door.do(lambda unit: decline_offer(unit, offer_id, Actor.STAFF))
    for _ in range(2):
        sent = door.send(PAGE, f"{PAGE}/place", series_id="tuesday", idempotency_key="the-same-key")
        assert (sent.status_code, sent.headers["Location"]) == (303, f"{PAGE}?done=offered")
    page = words(door.look(f"{PAGE}?done=offered"))
    assert "The place is offered." in page and "Tuesday 10 March 2026, 10am" in page
    assert door.told("place.offered") == 2


@pytest.mark.parametrize(("series", "status"), [("", 400), ("no-such-series", 409)])
def test_sessions_that_are_not_free_are_not_offered(door: Staffed, series: str, status: int) -> None:
    offer_id = door.offered(1)
    door.do(lambda unit: decline_offer(unit, offer_id, Actor.STAFF))
    assert door.send(PAGE, f"{PAGE}/place", series_id=series).status_code == status
    assert door.programme(1).status.value == "unanswered"


@pytest.mark.parametrize(("code", "said"), [("2", "Cancelled by the patient"), ("4", "Cancelled by the service")])
def test_a_booking_is_cancelled_by_whoever_it_is(door: Staffed, code: str, said: str) -> None:
    booking = door.booked(1, given="Zoe")
    path = f"{PAGE}/bookings/{booking.id}/cancel"
    assert "Who cancels?" in words(door.look(path))
    assert door.send(path).status_code == 400
    sent = door.send(path, code=code)
    assert (sent.status_code, door.bookings(1)[0].code.value) == (303, code)
    assert said in words(door.look(PAGE)) and "This booking cannot be cancelled" in words(door.look(path))


def test_a_booking_of_somebody_else_is_not_there(door: Staffed) -> None:
    door.offered(1)
    other = door.booked(2)
    assert door.look(f"{PAGE}/bookings/{other.id}/cancel").status_code == 404


def test_who_waits_is_listed_longest_first_by_format(tmp_path: Path) -> None:
    door = Staffed(tmp_path, capacity=1)
    for n, name in ((1, "Ann"), (2, "Bea"), (3, "Cat")):
        door.named(n, given=name)
        door.offered(n)
        door.at(2026, 3, 2, 9 + n, 0)
    door.sign_in("coordinator")
    said = words(door.look("/waiting-list"))
    assert "Ann" not in said and said.index("Bea Example") < said.index("Cat Example")
    assert "Group, 8 sessions" in said and "120 minutes" not in said and "2 hours" in said
    assert "Until 1 March 2027" in said
    assert "Nobody is waiting." in words(door.look(f"/waiting-list?format={SessionFormat.ONE_TO_ONE.value}"))
    assert {row[1] for row in door.records_seen() if row[2] == "waiting list"} == {referral(2), referral(3)}


def test_a_clinician_reads_a_programme_and_changes_nothing(door: Staffed) -> None:
    offer_id = door.offered(1)
    door.sign_in("clinician")
    page = door.look(PAGE)
    assert "Zoe Example" in words(page) and "What did the patient say?" not in words(page)
    assert f'href="/cases/{referral(1)}"' in page.text
    door.sign_in("coordinator")
    assert f'href="/cases/{referral(1)}/questionnaires"' in door.look(PAGE).text
    door.sign_in("clinician")
    form = {"offer_id": offer_id, "answer": "accept"}
    assert door.send(PAGE, f"{PAGE}/offer", **form).status_code == 403


def test_a_booking_is_moved_by_staff_for_the_patient(door: Staffed) -> None:
    schedule(door, series_id="tuesday", instructor_id="i-2", venue_id="hall", first_starts_at="2026-03-10T10:00:00")
    booking = door.booked(1, given="Zoe")
    path = f"{PAGE}/bookings/{booking.id}/move"
    assert "Tuesday 10 March 2026, 10am" in words(door.look(path))
    assert door.send(path).status_code == 400
    (to,) = (
        each["id"]
        for each in door.running.store.scan("sessions")
        if each["series_id"] == "tuesday" and each["starts_at"].startswith("2026-03-10")
    )
    for _ in range(2):
        sent = door.send(path, session=to)
        assert (sent.status_code, sent.headers["Location"]) == (303, f"{PAGE}?done=moved")
    assert door.told("booking.moved") == 1 and "The booking is moved." in words(door.look(f"{PAGE}?done=moved"))
    assert door.send(path, session=door.session(2).id).status_code == 409
    door.at(2026, 3, 10, 10, 0)
    assert "This booking cannot be moved" in words(door.look(path))


def test_a_patient_who_wants_another_time_is_looked_for_by_staff(door: Staffed) -> None:
    schedule(door, series_id="tuesday", instructor_id="i-2", venue_id="hall", first_starts_at="2026-03-10T18:00:00")
    door.offered(1)
    path = f"{PAGE}/times"
    assert "The place that is offered now will be given back." in words(door.look(path))
    assert door.send(path, format="group").status_code == 400
    sent = door.send(path, times="tuesday-evening", format="group")
    assert (sent.status_code, sent.headers["Location"]) == (303, f"{PAGE}?done=times")
    page = words(door.look(PAGE))
    assert "Tuesday 10 March 2026, 6pm" in page and "Tuesday evening" in page
    assert door.send(path, times="tuesday-evening", format="group").status_code == 409


def test_who_waits_and_agrees_times_is_offered_a_place_at_them(tmp_path: Path) -> None:
    door = Staffed(tmp_path, capacity=1)
    door.offered(1)
    door.named(2, given="Bea")
    door.offered(2)
    door.sign_in("coordinator")
    page = f"/programmes/{referral(2)}"
    assert door.send(f"{page}/times", times="sunday-evening", format="group").status_code == 303
    assert "Sunday evening" in words(door.look("/waiting-list"))
    assert door.programme(2).status.value == "waiting"
