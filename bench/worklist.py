"""How long the server takes for the worklist at 10,000 open referrals. Aim: 200 ms.

A site of its own on the embedded set, in files: people referred through the use case, what other services say of
them folded by the view. Requests go to the application itself, in this process: routing, policy, the query, opening
25 names, the template, and the rows of the audit (`synchronous=FULL`) are in; the network and gunicorn are not. Kinds
of request take turns within a run. `python -m bench.worklist --referrals 10000`.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any
from unittest.mock import patch

from movewell.adapters import open_keyring
from movewell.contracts import outcomes, scheduling
from movewell.contracts.declare import declaration_of
from movewell.contracts.types import IntakeChannel, Measure, RiskTrigger, SessionFormat, SourceOfReferral
from movewell.doors import Assembly
from movewell.service import Running, Service
from movewell.settings import ServiceSettings, load
from movewell.store.documents import stored
from movewell.store.sqlite import SqliteStore
from movewell.store.unit import Cause, Unit, new_id
from referral.application.decide_referral import record_screening
from referral.application.receive_referral import Secrecy, receive_referral
from referral.bootstrap import assemble
from referral.domain.incoming import IncomingPerson, IncomingReferral
from rich.console import Console

from bench.server_time import Request, served, show
from deploy.local.site import TENANT, Site

RESULT = Path("build") / "bench-worklist.json"
_BATCH, _DEEP_PAGES, _NAMES = 100, 50, 5_000
_HTML = {"Accept": "text/html"}
_FACTS = {"systolic": 120, "diastolic": 80, "heart_rate": 70, "active": False, "disease": False, "symptoms": False}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--referrals", type=int, default=10_000)
    parser.add_argument("--requests", type=int, default=50, help="of each kind in a run")
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    busy = os.getloadavg()
    with tempfile.TemporaryDirectory() as scratch:
        clinic = _Clinic(Path(scratch))
        filled = clinic.fill(options.referrals)
        measured = served(clinic.requests(), options.requests, options.runs)
    result = {"open_referrals": options.referrals, "filled_in_seconds": filled, "requests": measured}
    result["machine"] = {"cores": os.cpu_count(), "load_before": busy, "load_after": os.getloadavg()}
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps(result, indent=2) + "\n")
    show(f"{options.referrals} open referrals", result, Console())


class _Clinic:
    def __init__(self, folder: Path) -> None:
        self._site = Site.at(folder)
        environ = self._site.environment("referral", "http://127.0.0.1", None)
        settings = load(ServiceSettings, environ)
        with patch.dict(os.environ, environ):
            self._assembly: Assembly = assemble(settings)
        self._running = self._assembly.running
        self._running.prepare_log()
        self._now = datetime.now(UTC)
        self._others = {
            name: Running(Service(name, stored()), SqliteStore(None), self._running.log, self._running.units.clock)
            for name in ("scheduling", "outcomes")
        }
        for each in self._others.values():
            each.prepare()
        self._secrecy = Secrecy(
            open_keyring(settings.keyring_url, settings.keyring_secret, "referral"), settings.keyring_secret
        )

    def fill(self, referrals: int) -> float:
        """Refer people, screen two thirds, accept one third, and say what other services would. Seconds taken."""
        began = time.monotonic()
        for first in range(0, referrals, _BATCH):
            numbers = range(first, min(first + _BATCH, referrals))
            referred = self._running.units.run(
                TENANT, Cause("bench"), lambda unit, numbers=numbers: self._refer(unit, numbers)
            )
            self._tell([event for id, number in referred for event in self._said(id, number)])
        relays, view = [each.relay() for each in (self._running, *self._others.values())], self._running.projections()
        while sum(each.step() for each in relays) or view.step(0):
            pass
        return round(time.monotonic() - began, 1)

    def _tell(self, events: list[Any]) -> None:
        for owner, other in self._others.items():
            own = [each for each in events if declaration_of(each).owner == owner]
            other.units.run(TENANT, Cause("bench"), lambda unit, own=own: [unit.publish(each) for each in own])

    def _refer(self, unit: Unit, numbers: range) -> list[tuple[str, int]]:
        """Ids of the referrals, with their numbers."""
        referred = []
        for number in numbers:
            person = IncomingPerson(
                family_name=f"Name{number % _NAMES}",
                given_names=("Testperson",),
                birth_date=date(1940, 1, 1) + timedelta(days=number % 25_000),
                email=None if number % 20 == 0 else f"person{number}@patients.example",
            )
            incoming = IncomingReferral(
                person=person,
                source=SourceOfReferral.GP_PRACTICE,
                channel=IntakeChannel.JSON,
                reason="Low mood, would like to be more active.",
            )
            unit.now = self._now - timedelta(minutes=20 * (len(numbers) + number))
            referral = receive_referral(unit, self._secrecy, incoming)
            if number % 3:
                record_screening(unit, referral.id, {**_FACTS, "contraindications": []}, "bench")
            if number % 3 == 2:
                screened = unit.get(type(referral), referral.id)
                screened.accept(SessionFormat.GROUP, 8, unit.now)
                unit.save(screened)
            referred.append((referral.id, number))
        return referred

    def _said(self, id: str, number: int) -> Iterator[Any]:
        """What scheduling and outcomes would."""
        if number % 3 == 2:
            ids = {"referral_id": id, "person_id": new_id()}
            for ordinal in range(1, 9):
                starts_at = self._now + timedelta(days=7 * ordinal)
                given = {
                    "booking_id": new_id(),
                    "session_id": new_id(),
                    "venue_id": "gym",
                    "format": SessionFormat.GROUP,
                }
                times = {"starts_at": starts_at, "ends_at": starts_at + timedelta(hours=1)}
                yield scheduling.SessionBooked(**ids, **given, ordinal=ordinal, **times)
            for measure in Measure:
                facts = {"score": 15, "at_caseness": True, "scored_at": self._now}
                yield outcomes.MeasureScored(referral_id=id, questionnaire_id=new_id(), measure=measure, **facts)
        if number % 100 == 0:
            facts = {"risk_id": new_id(), "trigger": RiskTrigger.PHQ9_ITEM9, "raised_at": self._now}
            yield outcomes.RiskRaised(referral_id=id, person_id=new_id(), **facts)

    def requests(self) -> dict[str, Request]:
        """Kinds of request by name."""
        deep = "/worklist"
        for _ in range(_DEEP_PAGES):
            page = self._ask("GET", deep)().text
            if (link := re.search(r'href="(/worklist\?[^"]+)" rel="next"', page)) is None:
                break
            deep = unescape(link[1])
        first = re.search(r'href="(/referrals/[0-9a-f-]+)"', self._ask("GET", "/worklist?show=booked")().text)
        if first is None:
            raise RuntimeError("the worklist is empty")
        return {
            "the worklist": self._ask("GET", "/worklist"),
            "longest wait first": self._ask("GET", "/worklist?sort=wait"),
            "one stage": self._ask("GET", "/worklist?show=no-decision"),
            "clearance ending": self._ask("GET", "/worklist?show=clearance"),
            f"{_DEEP_PAGES} pages down": self._ask("GET", deep),
            "search by name": self._ask("POST", "/worklist/search", data={"term": "NAME 17"}),
            "a referral": self._ask("GET", first[1]),
        }

    def _ask(self, method: str, path: str, **more: Any) -> Request:
        client = self._assembly.app.test_client()
        headers = {**_HTML, "Authorization": f"Bearer {self._site.token('clinician', time.time())}"}
        return lambda: client.open(path, method=method, headers=headers, **more)


if __name__ == "__main__":
    main()
