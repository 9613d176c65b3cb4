"""Scheduling with named patients, behind its doors, for the pages of those who work there. Everybody is invented."""

from __future__ import annotations

import re
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from movewell.adapters import open_keyring
from movewell.contracts import referral as said
from movewell.contracts.people import PersonErased, PersonRegistered
from movewell.contracts.types import Actor, Intensity, SessionFormat
from movewell.keyring.sealing import seal
from movewell.testing.at_the_door import HTML, TENANT, AtTheDoor, csrf_of, words_of
from scheduling.application.answer_offer import accept_offer
from scheduling.application.follow_referral import accept_programme, note_clearance
from scheduling.application.keep_person import forget_person, keep_person
from scheduling.application.settle_booking import bookings_of
from scheduling.bootstrap import assemble
from scheduling.domain.booking import Booking
from scheduling.domain.programme import Programme
from scheduling.domain.session import Session
from werkzeug.test import TestResponse

from .offered import schedule


def referral(n: int) -> str:
    return str(UUID(int=n))


def person(n: int) -> str:
    return str(UUID(int=1000 + n))


class Staffed(AtTheDoor):
    """`instructor-1` gives a weekly group session on Mondays at 10am from 9 March 2026 on."""

    def __init__(self, folder: Path, directory: Path | None = None, **series: Any) -> None:
        url = f"sqlite:///{folder / 'keyring.sqlite'}"
        super().__init__("scheduling", assemble, keyring_url=url, directory_file=directory)
        self._keyring = open_keyring(url, b"k" * 32, "referral")
        schedule(self, venue_name="Sampletown Leisure Centre", **series)

    def named(self, n: int, given: str = "Ada", family: str = "Example", **more: Any) -> None:
        """A person is known, with an emergency contact if one is given."""
        self._keyring.create(TENANT, person(n))
        identity = {"given_names": [given], "family_name": family, "birth_date": "1990-01-01"}
        contact = more.get("contact")
        event = PersonRegistered(
            person_id=person(n),
            identity=seal(self._keyring, TENANT, person(n), "identity", identity),
            contact=seal(self._keyring, TENANT, person(n), "contact", {"email": "a@example.org"}),
            registered_at=self.clock.now(),
            emergency_contact=seal(self._keyring, TENANT, person(n), "emergency_contact", contact) if contact else None,
        )
        self.do(lambda unit: keep_person(event, unit))

    def erased(self, n: int) -> None:
        event = PersonErased(person_id=person(n), erased_at=self.clock.now())
        self.do(lambda unit: forget_person(event, unit))

    def offered(self, n: int, sessions: int = 8, **cleared: Any) -> str:
        """A place is offered; the id of the offer. Waiting, it is empty."""
        ids = {"referral_id": referral(n), "person_id": person(n)}
        given = {"ceiling": Intensity.MODERATE, "valid_until": date(2027, 3, 1), **cleared}
        accepted = said.ReferralAccepted(
            **ids, format=SessionFormat.GROUP, sessions_planned=sessions, accepted_at=self.clock.now()
        )
        self.do(lambda unit: note_clearance(said.ClearanceGranted(**ids, **given), unit))
        self.do(lambda unit: accept_programme(accepted, unit))
        return self.programme(n).offer_id or ""

    def booked(self, n: int, **more: Any) -> Booking:
        """The first booking of a named patient who took their offer."""
        self.named(n, **more)
        offer_id = self.offered(n, precautions=more.get("precautions"))
        self.do(lambda unit: accept_offer(unit, offer_id, Actor.PATIENT))
        return self.bookings(n)[0]

    def programme(self, n: int) -> Programme:
        return self.do(lambda unit: unit.get(Programme, referral(n)))

    def bookings(self, n: int) -> list[Booking]:
        return self.do(lambda unit: bookings_of(unit, referral(n)))

    def session(self, ordinal: int = 1) -> Session:
        found = self.do(lambda unit: unit.find(Session, {"series_id": "monday"}))
        return sorted(found, key=lambda each: each.starts_at)[ordinal - 1]

    def at(self, *moment: int) -> None:
        self.clock.moment = datetime(*moment, tzinfo=self.clock.moment.tzinfo)

    def look(self, path: str) -> TestResponse:
        return self.call("GET", path, headers=HTML)

    def send(self, page: str, path: str = "", **form: str) -> TestResponse:
        """The form of a page, as a browser sends it with these fields filled in."""
        shown = self.look(page)
        key = re.search(r'name="idempotency_key" value="([^"]+)"', shown.text)
        hidden = {"csrf_token": csrf_of(shown), **({"idempotency_key": key[1]} if key else {})}
        return self.call("POST", path or page, data={**hidden, **form}, headers=HTML)

    def records_seen(self) -> list[tuple[str, str, str]]:
        """Who, whose record, why, of every row of the audit."""
        rows = sorted(self.running.store.scan("accesses"), key=lambda row: (row["at"], row["id"]))
        return [(row["who"], row["record"], row["why"]) for row in rows]

    def told(self, name: str) -> int:
        """How often an event was told."""
        return sum(row["headers"]["ce_type"] == f"movewell.{name}.v1" for row in self.running.store.scan("outbox"))


def words(answer: TestResponse) -> str:
    """What a page says in its main part."""
    return words_of(answer.text)
