"""A whole self-referral, from the first page to the worklist, while the service restarts again and again."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import pytest
from movewell.keyring.sealing import open_sealed
from movewell.keyring.sqlite import SqliteKeyring
from referral.application.receive_referral import CONTACT, EMERGENCY_CONTACT, IDENTITY, REASON, SAID

from .applicant import ANSWERS, PERSONAL, Applicant, at_the_door, fire

TENANT = "ZT001"


class Somewhere:
    """A store, a log and a keyring on disk: what stays when the processes end."""

    def __init__(self, folder: Path) -> None:
        names = ("database", "event_log", "keyring")
        self.urls = {f"{each}_url": f"sqlite:///{folder / each}" for each in names}
        self.keyring_file = folder / "keyring"
        self.door = at_the_door(**self.urls)

    def restart(self) -> None:
        """New processes with the same settings, at the same time of day."""
        moment = self.door.clock.moment
        self.door.running.store.close()
        self.door = at_the_door(**self.urls)
        self.door.clock.moment = moment

    def move_to(self, anna: Applicant) -> None:
        """Her browser, cookies and all, meets the new processes."""
        cookie = anna.client.get_cookie("self_referral", path="/refer")
        anna.door, anna.client = self.door, self.door.app.test_client()
        if cookie is not None:
            anna.client.set_cookie("self_referral", cookie.value, path="/refer")


def opened(keyring: SqliteKeyring, person: dict[str, Any], purpose: str, sealed: str) -> dict[str, Any]:
    return open_sealed(keyring, TENANT, person["id"], purpose, sealed)


def test_nothing_is_lost_when_the_service_restarts_before_every_answer(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    there = Somewhere(tmp_path)
    anna = Applicant(there.door)
    anna.start()
    asked = []
    while anna.at != "/refer/check":
        there.restart()
        there.move_to(anna)
        asked.append(anna.at.rsplit("/", 1)[1])
        assert anna.answer(ANSWERS[asked[-1]]).status_code == 303
    assert asked == list(ANSWERS)
    token = {"csrf_token": anna.get("/refer/check").text.split('name="csrf_token" value="')[1][:64]}
    there.restart()
    there.move_to(anna)
    assert anna.send("/refer/check", token).status_code == 303
    reference = anna.reference()
    there.restart()
    there.move_to(anna)
    assert anna.send("/refer/check", token).status_code == 303, "the button is pressed again"
    assert anna.reference() == reference
    fire(there.door)

    kept = there.door.kept()
    (person,), (referral,) = kept["people"], kept["referrals"]
    keyring = SqliteKeyring(str(there.keyring_file), secret=b"k" * 32, service="referral")
    assert opened(keyring, person, IDENTITY, person["identity"]) == {
        "nhs_number": "9990000018",
        "family_name": "Zzyxwell",
        "given_names": ["Quillonia"],
        "birth_date": "1984-03-09",
        "gender": "female",
        "ethnic_category": "B",
        "postcode": "ZZ99 3WZ",
        "address_lines": ["1 Marzipan Row", "Testford"],
    }
    assert opened(keyring, person, CONTACT, person["contact"]) == {
        "email": "quillonia@patients.example",
        "phone": "07700 900987",
        "preferred": "phone",
        "may_leave_message": False,
    }
    assert opened(keyring, person, EMERGENCY_CONTACT, person["emergency_contact"]) == {
        "name": "Borogove Zzyxwell",
        "phone": "07700 900988",
    }
    (reason,) = referral["reason"]
    assert opened(keyring, person, REASON, reason) == {
        "text": "Marzipan submarines keep me awake.\nI would like to swim."
    }
    assert opened(keyring, person, SAID, referral["particulars"][SAID]) == {
        "reference": reference,
        "therapy": "elsewhere",
        "therapy_service": "Zzyxshire Talking Therapies",
        "needs": "A place without steps",
    }
    keyring.close()
    outputs = f"{kept}{caplog.text}{there.door.call('GET', '/metrics').text}"
    assert [each for each in (*PERSONAL, reference) if each in outputs] == []
    files = b"".join(each.read_bytes() for each in tmp_path.iterdir())
    assert [each for each in PERSONAL if each.encode() in files] == []
