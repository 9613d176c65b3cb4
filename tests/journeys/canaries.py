"""Canaries: recognisable details of every patient of the journeys, and the search for them in every output.

Where each may be, and nowhere else:

- name, NHS number, phone, postcode, free text: in the sender's request alone. Within the platform they are
  ciphertext under the person's key (`people.identity` and `people.contact` of referral's store, the topic `people`,
  `addressees.contact` of notifications), or not kept at all. So nothing that the search reads may hold them.
- e-mail: the same, and in the header `To` of the messages to that patient.
"""

from __future__ import annotations

import base64
import binascii
import email
import email.policy
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.journeys.world import World


@dataclass(frozen=True)
class Canary:
    """An invented person; `number` from 1 to 99 makes them another."""

    number: int

    @property
    def nhs_number(self) -> str:
        """Of the 999 range, with a valid check digit."""
        for nine in (f"99977{self.number:02}{spare:02}" for spare in range(100)):
            check = 11 - sum(int(digit) * (10 - place) for place, digit in enumerate(nine)) % 11
            if check != 10:
                return f"{nine}{check % 11}"
        raise AssertionError("unreachable")

    @property
    def family(self) -> str:
        return "Zzyxwellian"

    @property
    def given(self) -> str:
        return "Quillonia"

    @property
    def email(self) -> str:
        return f"canary.{self.number}@patients.example"

    @property
    def phone(self) -> str:
        return f"07700 9009{self.number:02}"

    @property
    def postcode(self) -> str:
        return f"ZZ99 {self.number % 10}WZ"

    @property
    def text(self) -> str:
        return "Marzipan submarines keep her awake at night."

    def bars(self) -> dict[str, str]:
        """As the builder of BaRS messages wants it."""
        names = ("nhs_number", "family", "given", "email", "phone", "postcode")
        return {each: getattr(self, each) for each in names}

    def person(self) -> dict[str, Any]:
        """As the JSON door wants it."""
        return {
            "nhs_number": self.nhs_number,
            "family_name": self.family,
            "given_names": [self.given],
            "birth_date": "1984-03-09",
            "email": self.email,
            "phone": self.phone,
            "postcode": self.postcode,
        }

    def traces(self) -> set[str]:
        """What to look for, in lower case."""
        written = {self.nhs_number, self.family, self.given, self.email, self.phone, self.postcode}
        written |= {self.phone.replace(" ", ""), self.postcode.replace(" ", ""), "marzipan submarines"}
        written.add(f"{self.nhs_number[:3]} {self.nhs_number[3:6]} {self.nhs_number[6:]}")
        return {each.lower() for each in written}


_PLANTED = {trace for number in range(1, 30) for trace in Canary(number).traces()}
TRACE_OF_A_CANARY = re.compile("|".join(re.escape(each) for each in sorted(_PLANTED)))


def leaks(world: World) -> list[str]:
    """Each place where a canary is that should not be: the output and the trace."""
    return [f"{where}: {trace}" for where, text in outputs(world) for trace in TRACE_OF_A_CANARY.findall(text.lower())]


def outputs(world: World) -> Iterator[tuple[str, str]]:
    """Every output of the world with its name, base64 opened."""
    for record in world.records():
        yield f"log {record.topic}", f"{record.key} {dict(record.headers)} {record.value.decode()}"
    for service, assembly in world.assemblies.items():
        for collection, document in world.dump(service):
            yield f"store {service}.{collection}", f"{document} {_opened(document)}"
        yield f"metrics of {service}", assembly.app.test_client().get("/metrics").get_data(as_text=True)
    yield "captured logs", world.log_text
    yield from (("answer of a door", each) for each in world.answers)  # URLs, headers, pages, problems, report
    yield from _messages(world)


def _opened(document: dict[str, Any]) -> str:
    """The records within waiting rows and those set aside."""
    try:
        return base64.b64decode(document.get("value", ""), validate=True).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        return ""


def _messages(world: World) -> Iterator[tuple[str, str]]:
    for id, content in world.messages().items():
        message: Any = email.message_from_bytes(content, policy=email.policy.default)
        del message["To"]
        yield f"message {id}", f"{message.items()} {message.get_body(('plain',)).get_content()}"
    for path in world.sink.iterdir():
        yield "name of a file of the sink", path.name
        if path.suffix != ".eml":
            yield f"sink {path.name}", path.read_text()
