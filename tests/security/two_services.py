"""Two services of the NHS on one platform, each with the same pathway walked: the ground that the matrix stands on."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from movewell.doors import Assembly
from movewell.store.unit import Cause, Unit
from movewell.web.policy import Policy, Rule
from notifications.application.follow_up import give_up
from notifications.domain.message import Message
from notifications.domain.task import Problem

from deploy.local.site import SERVICES
from tests.journeys.visitors import Clinic, Patient, Visitor
from tests.journeys.world import URL, Backends, World

OURS, THEIRS = "ZT001", "ZT002"
ABSENT = "019a0000-0000-7000-8000-00000000000f"
_VARIABLE = re.compile(r"<([a-z0-9_]+)>")

VARIABLES: dict[str, tuple[str, str]] = {
    "referral_id": ("referral", "referrals"),
    "person_id": ("referral", "people"),
    "offer_id": ("scheduling", "offers"),
    "booking_id": ("scheduling", "bookings"),
    "session_id": ("scheduling", "sessions"),
    "questionnaire_id": ("outcomes", "questionnaires"),
    "risk_id": ("outcomes", "risk_items"),
    "message_id": ("notifications", "messages"),
    "task_id": ("notifications", "tasks"),
}
"""What a variable of a route names: the service and the collection that its records are in."""

PLUMBING = frozenset({"accesses", "commands", "progress", "relay_lanes", "burned_links"})
"""What a call may write that touches nobody's record."""


@dataclass(frozen=True)
class Route:
    """A method and a path of a service, with its rule."""

    service: str
    method: str
    path: str
    rule: Rule

    @property
    def variables(self) -> list[str]:
        return _VARIABLE.findall(self.path)

    def at(self, ids: dict[str, str]) -> str:
        return _VARIABLE.sub(lambda found: ids[found[1]], self.path)

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


def policy_of(assembly: Assembly) -> Policy:
    """The rows of the service, and those that every service has."""
    found: Policy = assembly.app.extensions["movewell-policy"]
    return found


class TwoServices:
    """The world, with ids of both services' records by the names that routes have for them."""

    def __init__(self, folder: Path, url: str = URL, assets: Path | None = None) -> None:
        """`url` and `assets` are for a browser."""
        self.world = World(folder, Backends.in_memory(folder), url, assets)
        self._offered: dict[str, tuple[Clinic, Patient]] = {}
        for tenant, people in ((OURS, 0), (THEIRS, 10)):
            self._walk(Clinic(self.world, tenant, people))

    def _walk(self, clinic: Clinic) -> None:
        """One has a place and a risk item, one an open offer, one nothing yet."""
        clinic.schedules(f"series-{clinic.tenant.lower()}")
        takes, offered = clinic.takes_on(clinic.refer()), clinic.takes_on(clinic.refer("bars"))
        clinic.refer()
        clinic.takes_place(takes)
        clinic.answers_questions(takes, phq9=10, gad7=8, item9=1)
        self._offered[clinic.tenant] = (clinic, offered)
        self._cannot_write_to(clinic, offered)

    def _cannot_write_to(self, clinic: Clinic, patient: Patient) -> None:
        """A message that could not be sent."""

        def work(unit: Unit) -> None:
            message = unit.find(Message, {"referral_id": patient.referral_id})[0]
            give_up(unit, message, Problem.NO_ADDRESS)

        self.world.running["notifications"].units.run(clinic.tenant, Cause(""), work)

    def routes(self) -> Iterator[Route]:
        for service in SERVICES:
            for (method, path), rule in policy_of(self.world.assemblies[service]).rules.items():
                yield Route(service, method, path, rule)

    def ids(self, tenant: str) -> dict[str, str]:
        """A record for each variable; of referrals the first, which has everything."""
        return {name: self.records(tenant, name)[0] for name in VARIABLES}

    def records(self, tenant: str, variable: str) -> list[str]:
        service, collection = VARIABLES[variable]
        rows = self.world.running[service].store.scan(collection)
        return [str(each["id"]) for each in rows if each["tenant"] == tenant]

    def instructor(self, session_id: str) -> str:
        """Whose session it is."""
        store = self.world.running["scheduling"].store
        return next(str(each["instructor_id"]) for each in store.scan("sessions") if each["id"] == session_id)

    def booked(self, tenant: str) -> dict[str, Any]:
        """A booking that stands."""
        rows = self.world.running["scheduling"].store.scan("bookings")
        return next(each for each in rows if each["tenant"] == tenant and each["status"] == "booked")

    def patient(self, thing: str) -> Visitor:
        """The browser of the patient with an open offer, after they have opened the link to it."""
        clinic, offered = self._offered[OURS]
        return clinic.opens_link(offered, thing).browser

    def offered(self, tenant: str) -> tuple[Clinic, Patient]:
        """The patient with an open offer, and their clinic."""
        return self._offered[tenant]

    def kept(self, tenant: str | None = None) -> str:
        """Everything that matters of the tenant, or of both, to compare before and after."""
        found: dict[str, list[Any]] = {}
        for service, running in self.world.running.items():
            names = {each.name for each in running.service.stored.collections.values()} | {"outbox", "timers"}
            for name in sorted(names - PLUMBING):
                rows = running.store.scan(name)
                found[f"{service}.{name}"] = [each for each in rows if tenant in (None, each["tenant"])]
        return json.dumps(found, sort_keys=True, default=str)
