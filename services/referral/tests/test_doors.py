"""Referral through its doors: messages and JSON in, decisions, erasure; no personal detail gets out."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from movewell.keyring.port import KeyDestroyed
from movewell.keyring.sqlite import SqliteKeyring
from movewell.log.sqlite import SqliteLog
from movewell.service import Running
from movewell.store.sqlite import SqliteStore
from movewell.testing.bars_message import bars_cancellation, bars_headers, bars_referral
from movewell.testing.hand_clock import HandClock
from movewell.web.accesses import Accesses
from movewell.web.app import create_app
from movewell.web.policy import SCOPES, Policy
from movewell.web.token_endpoint import add_token_endpoint
from movewell.web.tokens import Verifier, mint, new_key, public
from referral.application.receive_referral import Secrecy
from referral.bootstrap import make_service
from referral.entrypoints.api import routes
from referral.entrypoints.clinician_pages import add_clinician_pages
from referral.entrypoints.messages import add_message_door, render_fault
from referral.entrypoints.policy import POLICY, STATUSES
from werkzeug.test import TestResponse

TENANT, ELSEWHERE = "ZT001", "ZT002"
START = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
KEY, SECRET = new_key(), b"k" * 32
DOOR = "/FHIR/R4/$process-message"
NHS_NUMBER = "9990000018"
PERSONAL = {
    "family": "Zzyxwell",
    "given": "Quillonia",
    "phone": "07700 900987",
    "postcode": "ZZ99 3WZ",
    "email": "quillonia@patients.example",
}
JSON_REFERRAL = {
    "person": {
        "nhs_number": "999 000 0018",
        "family_name": PERSONAL["family"],
        "given_names": [PERSONAL["given"]],
        "birth_date": "1984-03-09",
        "phone": PERSONAL["phone"],
        "postcode": PERSONAL["postcode"],
        "email": PERSONAL["email"],
    },
    "source": "A1",
}
FIT = dict.fromkeys(("active", "disease", "symptoms"), False)
FIT |= {"systolic": 120, "diastolic": 80, "heart_rate": 70, "contraindications": []}
GROUP = {"format": "group", "sessions_planned": 8}


class Site:
    """Referral put together as its bootstrap does, on a store, keyring and clock of the test's."""

    def __init__(self) -> None:
        self.keyring, self.store = SqliteKeyring(None, secret=SECRET, service="referral"), SqliteStore(None)
        self.running = Running(make_service(self.keyring), self.store, SqliteLog(None), HandClock(START))
        self.running.prepare()
        units, secrecy = self.running.units, Secrecy(self.keyring, SECRET)
        blueprint = routes(units, secrecy)
        for add in (add_message_door, add_clinician_pages):
            add(blueprint, units, secrecy)
        add_token_endpoint(blueprint, clients={}, private_jwk=None, public_url="", burn=lambda *_: True)
        verifier = Verifier(public(KEY), now=START.timestamp)
        policy = Policy({key: rule for key, rule in POLICY.rules.items() if not f"{key[1]}/".startswith("/refer/")})
        rules = {"policy": policy, "statuses": STATUSES, "fhir_renderer": render_fault, "accesses": Accesses(units)}
        self.client = create_app("referral", blueprint=blueprint, verifier=verifier, **rules).test_client()
        self.answers: list[str] = []

    def call(self, method: str, path: str, role: str | None = "clinician", tenant: str = TENANT, **more: Any):
        headers = dict(more.pop("headers", {}))
        if role is not None:
            token = mint(KEY, subject=f"{role}-1", roles=[role], scopes=SCOPES, tenant=tenant, now=START.timestamp())
            headers["Authorization"] = f"Bearer {token}"
        answer = self.client.open(path, method=method, headers=headers, **more)
        self.answers.append(f"{answer.headers}{answer.get_data(as_text=True)}")
        return answer

    def message(self, document: dict[str, Any], request_id: int) -> TestResponse:
        headers = bars_headers(str(UUID(int=request_id)), str(UUID(int=99)))
        return self.call("POST", DOOR, "system", json=document, headers=headers)

    def post(self, document: dict[str, Any], key: str = "key-00001", **more: Any) -> TestResponse:
        return self.call("POST", "/api/referrals", json=document, headers={"Idempotency-Key": key}, **more)

    def received(self) -> str:
        """The path of a referral that the JSON door has just taken."""
        return self.post(JSON_REFERRAL).headers["Location"]

    def rows(self, collection: str) -> list[dict[str, Any]]:
        return list(self.store.scan(collection))

    def fire(self) -> None:
        loop = self.running.timers()
        while loop.step():
            pass

    def nothing_is_stored(self) -> bool:
        return not any(self.rows(name) for name in ("people", "referrals", "outbox", "streams", "commands", "timers"))


@pytest.fixture
def site() -> Iterator[Site]:
    made = Site()
    yield made
    made.keyring.close()


def said(answer: TestResponse) -> list[tuple[str, str]]:
    """Severity and code of every issue of an OperationOutcome."""
    body = answer.get_json(force=True)
    assert (body["resourceType"], answer.mimetype) == ("OperationOutcome", "application/fhir+json")
    return [(each["severity"], each["code"]) for each in body["issue"]]


def test_a_message_is_taken_and_its_referral_can_be_read(site: Site) -> None:
    answer = site.message(bars_referral(**PERSONAL), 1)
    assert (answer.status_code, said(answer)) == (200, [("information", "informational")])
    shown = site.call("GET", answer.headers["Location"]).get_json()
    assert (shown["status"], shown["channel"], shown["source"]) == ("received", "bars", "A1")
    assert len(site.rows("people")) == len(site.rows("referrals")) == 1


def test_the_same_message_again_is_a_duplicate_and_changes_nothing(site: Site) -> None:
    site.message(bars_referral(), 1)
    before = {name: site.rows(name) for name in ("people", "referrals", "outbox")}
    answer = site.message(bars_referral(), 1)
    assert (answer.status_code, said(answer)) == (409, [("error", "duplicate")])
    assert {name: site.rows(name) for name in before} == before


def test_another_message_under_the_same_request_id_is_a_conflict(site: Site) -> None:
    site.message(bars_referral(), 1)
    answer = site.message(bars_referral(reference="MW-REF-0002"), 1)
    assert (answer.status_code, said(answer)) == (409, [("error", "conflict")])
    assert len(site.rows("referrals")) == 1


def test_the_sender_cancels_what_it_sent(site: Site) -> None:
    path = site.message(bars_referral(), 1).headers["Location"]
    answer = site.message(bars_cancellation(), 2)
    assert (answer.status_code, answer.headers["Location"]) == (200, path)
    assert site.call("GET", path).get_json()["status"] == "cancelled"


@pytest.mark.parametrize("changes", [{"reference": "MW-REF-0404"}, {"nhs_number": "9990000026"}])
def test_a_cancellation_of_something_else_is_not_found(site: Site, changes: dict[str, str]) -> None:
    path = site.message(bars_referral(), 1).headers["Location"]
    answer = site.message(bars_cancellation(**changes), 2)
    assert (answer.status_code, said(answer)) == (404, [("error", "not-found")])
    assert site.call("GET", path).get_json()["status"] == "received"


def test_what_has_ended_otherwise_is_not_cancelled(site: Site) -> None:
    path = site.message(bars_referral(), 1).headers["Location"]
    site.call("POST", f"{path}/withdraw")
    answer = site.message(bars_cancellation(), 2)
    assert (answer.status_code, said(answer)) == (409, [("error", "conflict")])
    assert site.call("GET", path).get_json()["status"] == "withdrawn"


def test_a_message_with_a_wrong_nhs_number_is_refused_and_nothing_is_stored(site: Site) -> None:
    answer = site.message(bars_referral(nhs_number="9990000019"), 1)
    assert answer.status_code == 400
    assert {severity for severity, _ in said(answer)} == {"error"}
    assert site.nothing_is_stored()
    assert site.keyring.doctor()["living"] == 0


def test_two_messages_about_one_nhs_number_are_about_one_person(site: Site) -> None:
    site.message(bars_referral(), 1)
    site.message(bars_referral(reference="MW-REF-0002"), 2)
    assert (len(site.rows("people")), len(site.rows("referrals"))) == (1, 2)


def test_the_same_command_again_gets_the_same_answer(site: Site) -> None:
    first, again = (site.post(JSON_REFERRAL) for _ in range(2))
    assert first.status_code == again.status_code == 201
    assert (first.get_json(), first.headers["Location"]) == (again.get_json(), again.headers["Location"])
    assert len(site.rows("referrals")) == 1


def test_another_body_under_the_same_key_is_refused(site: Site) -> None:
    site.post(JSON_REFERRAL)
    answer = site.post({**JSON_REFERRAL, "source": "B1"})
    assert (answer.status_code, len(site.rows("referrals"))) == (422, 1)


def test_a_command_without_a_key_is_refused_with_all_its_other_faults(site: Site) -> None:
    answer = site.call("POST", "/api/referrals", json={**JSON_REFERRAL, "source": "nobody"})
    assert {each["pointer"] for each in answer.get_json()["errors"]} == {"/source", "Idempotency-Key"}
    assert site.call("POST", "/api/referrals", json=JSON_REFERRAL).status_code == 400
    assert site.nothing_is_stored()


def test_all_faults_are_told_at_once_and_nothing_is_stored(site: Site) -> None:
    answer = site.post({"person": {"nhs_number": "9990000019", "birth_date": "2030-01-01"}, "source": "nobody"})
    assert (answer.status_code, answer.mimetype) == (400, "application/problem+json")
    places = {"/person/nhs_number", "/person/birth_date", "/person/family_name", "/source"}
    assert {each["pointer"] for each in answer.get_json()["errors"]} == places
    assert site.nothing_is_stored()


COMMANDS = [
    ("GET", "", None),
    ("POST", "/screening", FIT),
    ("POST", "/accept", GROUP),
    ("POST", "/decline", {"reason": "23"}),
    ("POST", "/signpost", {"activity": "parkrun"}),
    ("POST", "/withdraw", None),
    ("POST", "/discharge", {"end_code": "10"}),
]


@pytest.mark.parametrize(("method", "tail", "document"), COMMANDS)
def test_another_tenants_referral_is_not_there(site: Site, method: str, tail: str, document: Any) -> None:
    path = site.received()
    answer = site.call(method, path + tail, tenant=ELSEWHERE, json=document)
    assert answer.status_code == 404
    assert site.call("GET", path).get_json()["status"] == "received"


def test_another_tenants_person_is_not_erased(site: Site) -> None:
    site.received()
    (person,) = site.rows("people")
    assert site.call("POST", f"/api/people/{person['id']}/erase", tenant=ELSEWHERE).status_code == 404
    assert site.rows("people") == [person]


@pytest.mark.parametrize(("method", "tail", "document"), COMMANDS)
def test_nobody_is_asked_to_sign_in_and_an_instructor_may_not(
    site: Site, method: str, tail: str, document: Any
) -> None:
    path = site.received() + tail
    assert site.call(method, path, None, json=document).status_code == 401
    assert site.call(method, path, "instructor", json=document).status_code == 403


def test_nothing_is_accepted_without_a_clearance(site: Site) -> None:
    path = site.received()
    unasked = site.call("POST", f"{path}/screening", json={**FIT, "contraindications": None})
    assert (unasked.status_code, unasked.get_json()["errors"][0]["pointer"]) == (422, "/contraindications")
    for screening in (None, {**FIT, "symptoms": True}):
        if screening:
            assert site.call("POST", f"{path}/screening", json=screening).get_json()["ceiling"] is None
        answer = site.call("POST", f"{path}/accept", json=GROUP)
        assert (answer.status_code, answer.get_json()["type"]) == (409, "urn:movewell:problem:clearance-missing")
    site.call("POST", f"{path}/screening", json=FIT)
    answer = site.call("POST", f"{path}/accept", json=GROUP)
    assert (answer.status_code, answer.get_json()["status"]) == (200, "accepted")


def test_an_erased_person_is_forgotten_and_their_key_destroyed(site: Site) -> None:
    path = site.received()
    id = site.call("GET", path).get_json()["person_id"]
    assert site.call("POST", f"/api/people/{id}/erase").get_json() == {"person_id": id, "erased": True}
    site.fire()
    with pytest.raises(KeyDestroyed):
        site.keyring.key(TENANT, id)
    (person,), (referral,) = site.rows("people"), site.rows("referrals")
    assert [person[field] for field in ("identity", "contact", "nhs_number_mark")] == [None, None, None]
    assert (referral["status"], referral["referrer_mark"], site.rows("timers")) == ("erased", None, [])


def test_who_was_erased_and_is_referred_again_is_somebody_new(site: Site) -> None:
    id = site.call("GET", site.received()).get_json()["person_id"]
    site.call("POST", f"/api/people/{id}/erase")
    site.fire()
    assert site.post(JSON_REFERRAL, "key-00002").get_json()["person_id"] != id


def test_no_personal_detail_is_in_answers_logs_or_anything_stored(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    site.message(bars_referral(**PERSONAL), 1)
    site.message(bars_referral(**PERSONAL), 1)
    site.message(bars_referral(**{**PERSONAL, "email": PERSONAL["given"]}), 3)
    site.post({**JSON_REFERRAL, PERSONAL["family"]: 1}, "key-00002")
    path = site.received()
    site.call("POST", f"{path}/screening", json=FIT)
    site.call("GET", "/api/referrals?status=screened")
    site.call("GET", f"/api/referrals/{PERSONAL['given']}")
    site.message(bars_cancellation(family=PERSONAL["family"], given=PERSONAL["given"]), 4)
    logged = [
        f"{record.getMessage()} {vars(record)}" for record in caplog.records if record.name.startswith("movewell")
    ]
    kept = [str(row) for name in ("outbox", "people", "referrals", "commands", "timers") for row in site.rows(name)]
    assert len(logged) >= 9
    assert len(kept) >= 6
    for detail in (*PERSONAL.values(), NHS_NUMBER, "999 000 0018"):
        for text in (*site.answers, *logged, *kept):
            assert detail not in text
