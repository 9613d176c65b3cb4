"""Referral behind its doors, with people referred to it, its views, and what other services say."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from movewell.contracts.declare import declaration_of
from movewell.service import Running, Service
from movewell.store.documents import stored
from movewell.store.sqlite import SqliteStore
from movewell.store.unit import Cause, new_id
from movewell.testing.at_the_door import HTML, TENANT, AtTheDoor, csrf_of
from referral.bootstrap import assemble
from referral.domain.referral import Referral
from werkzeug.test import TestResponse

DAY = timedelta(days=1)
FIT = {"systolic": "120", "diastolic": "80", "heart_rate": "70", "active": "no", "disease": "no", "symptoms": "no"}
FIT |= {"contraindications": "none", "desired_intensity": "any"}
PERSON = {"family_name": "Quux", "given_names": ["Ada"], "birth_date": "1984-03-09"}


class Clinic:
    """`door` is the service; a call without a role is of who is signed in."""

    def __init__(self) -> None:
        self.door = AtTheDoor("referral", assemble)
        self.clock, running = self.door.clock, self.door.running
        running.prepare_log()
        self._others = {
            name: Running(Service(name, stored()), SqliteStore(None), running.log, self.clock)
            for name in ("scheduling", "outcomes", "notifications")
        }
        for each in self._others.values():
            each.prepare()
        self._relays = [each.relay() for each in (running, *self._others.values())]
        self._view = running.projections()

    def refer(self, **person: Any) -> str:
        """Somebody is referred; the id of the referral."""
        document = {"person": {**PERSON, **person}, "source": "A1", "reason": "Low mood since the winter."}
        answer = self.door.call(
            "POST", "/api/referrals", "system", json=document, headers={"Idempotency-Key": new_id()}
        )
        assert answer.status_code == 201, answer.text
        self.follow()
        return str(answer.get_json()["referral_id"])

    def tell(self, *events: Any) -> None:
        """Other services say these."""
        for event in events:
            units = self._others[declaration_of(event).owner].units
            units.run(TENANT, Cause("c"), lambda unit, event=event: unit.publish(event))
        self.follow()

    def follow(self) -> None:
        """The view hears all that was said."""
        for relay in self._relays:
            while relay.step():
                pass
        while self._view.step(0):
            pass

    def get(self, path: str, role: str | None = None) -> TestResponse:
        return self.door.call("GET", path, role, headers=HTML)

    def post(self, path: str, role: str | None = None, form: dict[str, Any] | None = None) -> TestResponse:
        answer = self.door.call("POST", path, role, headers=HTML, data=form or {})
        self.follow()
        return answer

    def screen(self, id: str, **changes: Any) -> TestResponse:
        return self.post(f"/referrals/{id}/screening", "clinician", {**FIT, "key": new_id(), **changes})

    def decide(self, id: str, choice: str, **more: Any) -> TestResponse:
        form = {"choice": choice, "seen": self.referral(id).version, "key": new_id(), **more}
        return self.post(f"/referrals/{id}/decision", "clinician", form)

    def referral(self, id: str) -> Referral:
        found: Referral = self.door.do(lambda unit: unit.get(Referral, id))
        return found

    def accesses(self) -> list[tuple[str, str, str]]:
        """Route, who and record of every access that was written down."""
        return [(row["route"], row["who"], row["record"]) for row in self.door.running.store.scan("accesses")]

    def token(self, path: str) -> str:
        """The CSRF token of the page for who is signed in."""
        return csrf_of(self.get(path))
