"""What could not be sent is a task for a coordinator; what was sent about a referral can be looked up."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from movewell.contracts import people
from movewell.contracts import scheduling as scheduled
from movewell.contracts.types import MessageKind, SessionFormat
from movewell.keyring.sealing import seal
from movewell.keyring.sqlite import SqliteKeyring
from movewell.store.unit import new_id
from movewell.testing.at_the_door import HTML, ODD_IDS, TENANT, AtTheDoor, words_of
from movewell.web.tokens import new_key
from notifications.bootstrap import assemble
from notifications.domain.message import MessageStatus
from notifications.domain.task import Problem, Task
from notifications.entrypoints import words
from notifications.entrypoints.subscriptions import REACTIONS

MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


class Desk(NamedTuple):
    """The service, and the keyring as referral has it."""

    door: AtTheDoor
    keys: SqliteKeyring

    def hear(self, *events: Any) -> None:
        for event in events:
            self.door.do(lambda unit, event=event: REACTIONS[type(event)](event, unit))

    def fire(self) -> None:
        loop = self.door.running.timers()
        while loop.step():
            pass

    def page(self, path: str) -> str:
        answer = self.door.call("GET", path, headers=HTML)
        assert answer.status_code == 200
        return answer.text

    def words(self, path: str) -> str:
        return words_of(self.page(path))

    def press(self, task_id: str) -> Any:
        page = self.door.call("GET", "/messages", headers=HTML).text
        token = re.search(r'name="csrf-token" content="(\w+)"', page)[1]
        data = {"csrf_token": token}
        return self.door.call("POST", f"/messages/tasks/{task_id}/done", data=data, headers=HTML)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    path = tmp_path / "keys.db"
    keys = SqliteKeyring(str(path), secret=b"k" * 32, service="referral")
    more = {"keyring_url": f"sqlite:///{path}", "sink_dir": tmp_path / "sink", "link_private_key": new_key()}
    made = Desk(AtTheDoor("notifications", assemble, **more), keys)
    made.door.clock.moment = MONDAY
    made.door.sign_in("coordinator")
    yield made
    keys.close()


def registered(desk: Desk, person_id: str, **contact: str) -> None:
    desk.keys.create(TENANT, person_id)
    names = {"given_names": ["Alma"], "family_name": "Testwell"}
    desk.hear(
        people.PersonRegistered(
            person_id=person_id,
            identity=seal(desk.keys, TENANT, person_id, "identity", names),
            contact=seal(desk.keys, TENANT, person_id, "contact", contact),
            registered_at=desk.door.clock.now(),
        )
    )


def offered(desk: Desk) -> dict[str, str]:
    ids = {"referral_id": new_id(), "person_id": new_id()}
    now = desk.door.clock.now()
    desk.hear(
        scheduled.PlaceOffered(
            **ids,
            offer_id=new_id(),
            format=SessionFormat.GROUP,
            venue_id="gym",
            sessions=8,
            first_starts_at=now + timedelta(days=9),
            offered_at=now,
            expires_at=now + timedelta(hours=48),
        )
    )
    return ids


def undelivered(desk: Desk, **contact: str) -> dict[str, str]:
    ids = offered(desk)
    registered(desk, ids["person_id"], **contact)
    desk.fire()
    return ids


def tasks(desk: Desk) -> list[Task]:
    return desk.door.do(lambda unit: unit.find(Task, {"done_at": None}, order=("since",)))


def test_when_everything_was_sent_there_is_nothing_to_do(desk: Desk) -> None:
    undelivered(desk, email="alma@patients.example")
    assert "There is nothing to do." in desk.words("/messages")
    assert "Nothing was done yet." in desk.words("/messages?show=done")


def test_who_has_no_address_is_to_be_called(desk: Desk) -> None:
    ids = undelivered(desk, phone="07700900123")
    words = desk.words("/messages")
    assert "Offer of a place: Alma Testwell" in words and "There is no email address" in words
    assert "Phone 07700900123" in words and "Tell them about the place" in words
    page = desk.page("/messages")
    assert "nhsuk-card__heading nhsuk-heading-m" in page
    assert f'href="/referrals/{ids["referral_id"]}"' in page and 'href="tel:07700900123"' in page


def test_contact_details_that_never_came_are_a_task_after_a_week(desk: Desk) -> None:
    offered(desk)
    desk.door.clock.moment += timedelta(days=6)
    desk.fire()
    assert tasks(desk) == []
    desk.door.clock.moment += timedelta(days=2)
    desk.fire()
    assert [each.problem for each in tasks(desk)] == [Problem.NEVER_CAME]
    assert "No contact details came within a week" in desk.words("/messages") and "Name not known" in desk.page(
        "/messages"
    )


def test_a_broken_seal_is_a_task_and_told_as_such(desk: Desk) -> None:
    ids = offered(desk)
    desk.keys.create(TENANT, ids["person_id"])
    damaged = seal(desk.keys, TENANT, ids["person_id"], "another purpose", {"email": "alma@patients.example"})
    desk.hear(
        people.PersonRegistered(person_id=ids["person_id"], identity=damaged, contact=damaged, registered_at=MONDAY)
    )
    desk.fire()
    assert [each.problem for each in tasks(desk)] == [Problem.SEAL_BROKEN]
    assert "The contact details cannot be read" in desk.words("/messages")


def test_done_says_who_and_when_and_only_once(desk: Desk) -> None:
    undelivered(desk, phone="07700900123")
    (task,) = tasks(desk)
    desk.door.clock.moment += timedelta(hours=1)
    answer = desk.press(task.id)
    assert (answer.status_code, answer.location) == (303, "/messages?done=yes")
    assert desk.words(answer.location).startswith("Success The task is done")
    desk.door.clock.moment += timedelta(hours=1)
    desk.press(task.id)
    assert "Done By Chloe Evans (coordinator-1), Monday 2 March 2026, 10am" in desk.words("/messages?show=done")
    assert "07700900123" not in desk.page("/messages?show=done")


def test_the_oldest_task_comes_first_page_by_page(desk: Desk) -> None:
    for _ in range(27):
        undelivered(desk, phone="07700900123")
        desk.door.clock.moment += timedelta(minutes=1)
    ids = [each.id for each in tasks(desk)]
    first = desk.page("/messages")
    shown = re.findall(r"/messages/tasks/([0-9a-f-]+)/done", first)
    more = unescape(re.search(r'href="(/messages\?after=[^"]+)"', first)[1])
    assert shown + re.findall(r"/messages/tasks/([0-9a-f-]+)/done", desk.page(more)) == ids
    assert (len(shown), len(ids)) == (25, 27)


def test_an_erased_person_leaves_no_task_and_no_name(desk: Desk) -> None:
    ids = undelivered(desk, phone="07700900123")
    desk.keys.destroy(TENANT, ids["person_id"])
    assert "Name not known" in desk.words("/messages")
    desk.hear(people.PersonErased(person_id=ids["person_id"], erased_at=MONDAY))
    assert tasks(desk) == []
    (kept,) = desk.door.running.store.scan("addressees")
    assert (kept["contact"], kept["identity"]) == (None, None)


def test_what_was_sent_to_a_patient_and_when(desk: Desk) -> None:
    ids = undelivered(desk, email="alma@patients.example")
    words = desk.words(f"/messages/{ids['referral_id']}")
    assert "Alma Testwell" in words and "Offer of a place" in words
    assert "Status Sent When Monday 2 March 2026, 9am" in words
    assert "alma@patients.example" not in words


def test_what_was_not_sent_says_why(desk: Desk) -> None:
    ids = undelivered(desk, phone="07700900123")
    assert "Not sent: nobody could be written to" in desk.words(f"/messages/{ids['referral_id']}")
    waiting = offered(desk)
    assert "Waits for contact details" in desk.words(f"/messages/{waiting['referral_id']}")


@pytest.mark.parametrize("id", ODD_IDS)
def test_what_was_never_there_is_not_found(desk: Desk, id: str) -> None:
    assert desk.door.call("GET", f"/messages/{id}", headers=HTML).status_code == 404
    assert desk.press(id).status_code == 404


@pytest.mark.parametrize("query", ["?after=x", "?after=x~y", "?show=x", "?show=done&after=2026-01-01T00:00:00~%00"])
def test_an_odd_address_is_no_fault(desk: Desk, query: str) -> None:
    assert desk.door.call("GET", f"/messages{query}", headers=HTML).status_code == 200


def test_another_service_sees_nothing(desk: Desk) -> None:
    ids = undelivered(desk, phone="07700900123")
    (task,) = tasks(desk)
    desk.door.sign_in("coordinator", "ZT002")
    assert "Testwell" not in desk.page("/messages")
    assert desk.door.call("GET", f"/messages/{ids['referral_id']}", headers=HTML).status_code == 404
    assert desk.press(task.id).status_code == 404


@pytest.mark.parametrize("role", ["clinician", "instructor", "manager"])
def test_tasks_are_for_coordinators(desk: Desk, role: str) -> None:
    ids = undelivered(desk, email="alma@patients.example")
    desk.door.sign_in(role)
    assert desk.door.call("GET", "/messages", headers=HTML).status_code == 403
    status = desk.door.call("GET", f"/messages/{ids['referral_id']}", headers=HTML).status_code
    assert status == (200 if role == "clinician" else 403)


def test_what_is_shown_is_written_into_the_audit(desk: Desk) -> None:
    ids = undelivered(desk, phone="07700900123")
    (task,) = tasks(desk)
    desk.page("/messages")
    desk.press(task.id)
    rows = [each for each in desk.door.running.store.scan("accesses") if each["record"] == ids["referral_id"]]
    assert {(each["who"], each["method"]) for each in rows} == {("coordinator-1", "GET"), ("coordinator-1", "POST")}


def test_every_code_has_its_words() -> None:
    kinds = {each.value for each in MessageKind}
    assert kinds <= set(words.KINDS) and kinds - {"risk_alert"} <= set(words.TELL)
    assert set(words.PROBLEMS) == set(words.MEND) == set(Problem)
    assert set(words.STATUSES) == set(MessageStatus)
