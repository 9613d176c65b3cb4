"""Somebody who refers themselves in a browser, and what they answer."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from jinja2 import FileSystemBytecodeCache
from movewell.testing.at_the_door import HTML, AtTheDoor
from referral.bootstrap import assemble
from werkzeug.test import Client, TestResponse

_TEMPLATES = FileSystemBytecodeCache()
BORN = {"birth_date-day": "9", "birth_date-month": "3", "birth_date-year": "1984"}
NHS_NUMBER = "9990000018"
ANSWERS: Mapping[str, Mapping[str, str]] = {
    "date-of-birth": BORN,
    "where-you-live": {"in_england": "yes"},
    "therapy": {"therapy": "elsewhere"},
    "therapy-service": {"therapy_service": "Zzyxshire Talking Therapies"},
    "name": {"given_name": "Quillonia", "family_name": "Zzyxwell"},
    "knows-nhs-number": {"knows_number": "yes"},
    "nhs-number": {"nhs_number": "999 000 0018"},
    "contact": {"email": "quillonia@patients.example", "phone": "07700 900987"},
    "preferred-contact": {"preferred": "phone"},
    "messages": {"may_leave_message": "no"},
    "address": {"address_line_1": "1 Marzipan Row", "town": "Testford", "postcode": "zz993wz"},
    "gender": {"gender": "female"},
    "ethnic-group": {"ethnic_group": "white"},
    "ethnic-background": {"ethnic_category": "B"},
    "emergency-contact": {"emergency_name": "Borogove Zzyxwell", "emergency_phone": "07700 900988"},
    "help": {"help": "Marzipan submarines keep me awake.\r\nI would like to swim."},
    "needs": {"needs": "A place without steps"},
}
LEAST: Mapping[str, Mapping[str, str]] = {
    "date-of-birth": BORN,
    "where-you-live": {"in_england": "yes"},
    "therapy": {"therapy": "none"},
    "name": {"family_name": "Zzyxwell"},
    "knows-nhs-number": {"knows_number": "no"},
    "contact": {"email": "quillonia@patients.example"},
    **{each: {} for each in ("address", "gender", "ethnic-group", "emergency-contact", "help", "needs")},
}
PERSONAL = (
    "Zzyx", "Quillonia", "quillonia@", "900987", "900988", "Marzipan", "Testford", "3WZ", "9990000018", "999 000 0018",
    "1984-03-09", "Borogove", "without steps",
)  # fmt: skip
"""What may be read nowhere but by the person."""


class Applicant:
    """A browser of their own at a door. `at` is where they are."""

    def __init__(self, door: AtTheDoor) -> None:
        self.door = door
        self.client: Client = door.app.test_client()
        self.at = "/refer"

    def get(self, path: str) -> TestResponse:
        return self.client.get(path, headers=HTML)

    def post(self, path: str, fields: Mapping[str, str] | None = None, **headers: str) -> TestResponse:
        """With the token of the page that they are on."""
        token = token_of(self.get(self.at))
        return self.send(path, {"csrf_token": token, **(fields or {})}, **headers)

    def send(self, path: str, fields: Mapping[str, str], **headers: str) -> TestResponse:
        answer = self.client.post(path, data=dict(fields), headers={**HTML, **headers})
        if answer.status_code == 303:
            self.at = answer.headers["Location"]
        return answer

    def start(self) -> None:
        assert self.send("/refer/safe", {"safe": "yes"}).status_code == 303

    def answer(self, fields: Mapping[str, str], **more: str) -> TestResponse:
        """The question that they are at."""
        return self.post(self.at, {**fields, **more})

    def fill(self, until: str = "check", answers: Mapping[str, Mapping[str, str]] = ANSWERS) -> None:
        """Answer what is asked until this page."""
        if self.at == "/refer":
            self.start()
        while (step := self.at.rsplit("/", 1)[1]) != until:
            assert self.answer(answers[step]).status_code == 303, step

    def sends(self) -> str:
        """The reference that they are given."""
        assert self.post("/refer/check").headers["Location"] == "/refer/sent"
        return self.reference()

    def reference(self) -> str:
        page = self.get("/refer/sent").text
        return page.split('movewell-reference">')[1].split("<")[0]


def token_of(page: TestResponse) -> str:
    """Of the page's own form, not of the header's where staff sign out."""
    found = re.search(r'name="csrf_token" value="(\w+)"', page.text[page.text.index("<main") :])
    return found[1] if found else ""


def at_the_door(**settings: Any) -> AtTheDoor:
    """Templates are compiled once for all doors."""
    made = AtTheDoor("referral", assemble, **settings)
    made.app.jinja_env.bytecode_cache = _TEMPLATES
    return made


def fire(door: AtTheDoor) -> None:
    """Every timer that is due."""
    loop = door.running.timers()
    while loop.step():
        pass
