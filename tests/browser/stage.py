"""The services, at one address in this process, with a patient in every state."""

from __future__ import annotations

import importlib
import os
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol, TypeVar
from unittest.mock import patch

from flask import Blueprint
from movewell.contracts import referral as said
from movewell.contracts import scheduling as scheduled
from movewell.contracts.types import Actor, CloseReason, Intensity, SessionFormat
from movewell.doors import Assembly, assembled
from movewell.errors import Unavailable
from movewell.kernel import DomainError, Invalid
from movewell.movable_clock import MovableClock
from movewell.projections import current_generation, rows_of
from movewell.service import Running
from movewell.settings import ServiceSettings, load
from movewell.store.unit import Cause, Unit, new_id
from movewell.web.accesses import Accesses
from movewell.web.app import create_app
from movewell.web.links import mint_link
from movewell.web.policy import SEEN, NotAllowed, Policy, Principal, allow, anyone
from movewell.web.signin import StaffDoor
from movewell.web.tokens import Verifier, public
from outcomes.application.answer_questionnaire import answer_questionnaire
from outcomes.application.ask_before_session import close, questionnaire_id
from outcomes.bootstrap import SERVICE as OUTCOMES
from outcomes.domain.questionnaire import Questionnaire
from referral.application.limit_use import forget_use
from reporting.projections.booking_rows import BOOKINGS
from reporting.projections.referral_rows import REFERRALS
from scheduling.application.answer_offer import accept_offer, decline_offer, lapse_offer, withdraw_offer
from scheduling.application.describe_venue import Place, describe_venue
from scheduling.application.follow_referral import accept_programme, note_clearance
from scheduling.application.schedule_series import Series, schedule_series
from scheduling.domain.preference import Preference, time_of
from scheduling.domain.programme import Programme
from werkzeug.serving import WSGIRequestHandler, make_server

from deploy.local.gateway import Gateway
from deploy.local.site import SERVICES, TENANT, Site
from tests.browser.figures import booking_rows, referral_rows
from tests.browser.pages_met import PagesMet, pages_of

BRAND = "Moving together"
NAMES = Path(__file__).with_name("long_names.toml")
SESSIONS = 8
HALL = ("Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch village hall", "قاعة القرية، الطريق ١، ZZ99 3WZ")
FAILURES: dict[str, Exception] = {
    "invalid": Invalid("Two things are wrong.", [("/one", "This is required."), ("/two", "That is not a date.")]),
    "forbidden": NotAllowed("Your role does not allow this."),
    "conflict": DomainError("Somebody else did this before you."),
    "away": Unavailable("the store"),
    "bug": ZeroDivisionError("a fault of ours"),
}


class Stage:
    """`url` is where the pages are; `met` notes which. Each state of an offer has its patient."""

    def __init__(self, folder: Path, url: str, assets: Path | None, names: Path = NAMES) -> None:
        self.site, self.url = replace(Site.at(folder), directory=names), url
        self.clock = MovableClock(self.site.clock_file)
        self.met = PagesMet()
        self._services = {each: self._assemble(each, assets) for each in SERVICES}
        self._failing = self._failures(assets)
        self.gateway = Gateway({**self._services, "failures": self._failing}, self.clock)
        for each in (*self._services.values(), self._failing):
            self.met.watch(each.app)
        self._schedule()
        self._fill_the_report()

    def _assemble(self, service: str, assets: Path | None) -> Assembly:
        environ = self.site.environment(service, self.url, assets)
        with patch.dict(os.environ, {**environ, "DRAFTS_AN_HOUR": "1000"}):  # all of them come from one browser
            return importlib.import_module(f"{service}.bootstrap").assemble(load(ServiceSettings, environ))

    def _failures(self, assets: Path | None) -> Assembly:
        """Pages that fail as services do, on demand."""
        routes = Blueprint("failures", __name__)

        @routes.get("/fails/<how>")
        def fails(how: str) -> str:
            raise FAILURES[how]

        @routes.post("/fails/for-staff")
        def for_staff() -> str:
            return "done"

        app = create_app(
            "movewell",
            blueprint=routes,
            policy=Policy({("GET", "/fails/<how>"): anyone(), ("POST", "/fails/for-staff"): allow("manager")}),
            staff=StaffDoor(load(ServiceSettings, self.site.environment("reporting", self.url, assets))),
            verifier=Verifier(public(self.site.secrets["token_key"])),
            assets=assets,
            brand=BRAND,
        )
        return assembled(self._services["reporting"].running, app)

    def pages_of(self, services: Iterable[str]) -> set[str]:
        """Their pages. What every service has (signing in) is reporting's: the gateway asks reporting for it."""
        own = {name: pages_of(each.app) for name, each in self._services.items()}
        shared = set.intersection(*own.values())
        return {route for name in services for route in own[name] if name == "reporting" or route not in shared}

    def every_page(self) -> set[str]:
        """Those of all services."""
        return {route for each in self._services.values() for route in pages_of(each.app)}

    def unmet(self, services: Iterable[str], scenes: Iterable[str]) -> set[str]:
        """Pages of these services that none of these scenes has shown yet."""
        return self.pages_of(services) - self.met.shown_in(scenes)

    def unmet_failures(self, scenes: Iterable[str]) -> set[str]:
        """Pages that are never shown, since they only fail."""
        return pages_of(self._failing.app) - self.met.shown_in(scenes)

    def running(self, service: str) -> Running:
        """A service behind its pages."""
        return self._services[service].running

    def _do(self, service: str, work: Callable[..., Any]) -> Any:
        return self._services[service].running.units.run(TENANT, Cause(new_id()), work)

    def _schedule(self) -> None:
        """Enough seats that start in nine days, and others two days later, in a place with long names."""
        given = {"format": SessionFormat.GROUP, "minutes": 60, "capacity": 100, "weeks": SESSIONS}
        first = self._first().replace(tzinfo=None)
        later = first + timedelta(days=2, hours=4)
        for series in (
            Series("group", "gym", "instructor", first_starts_at=first, **given),
            Series("other-group", "hall", "other-instructor", first_starts_at=later, **given),
        ):
            self._do("scheduling", lambda unit, series=series: schedule_series(unit, series))
        self._do("scheduling", lambda unit: describe_venue(unit, Place("hall", *HALL)))

    def _first(self) -> datetime:
        return (datetime.now(UTC) + timedelta(days=9)).replace(hour=10, minute=0, second=0, microsecond=0)

    def offer(self, then: str = "open") -> str:
        """The id of a new patient's offer, which is then accepted, declined, lapsed or withdrawn."""
        ids = {"referral_id": new_id(), "person_id": new_id()}
        cleared = said.ClearanceGranted(**ids, ceiling=Intensity.MODERATE, valid_until=date(2099, 1, 1))
        accepted = said.ReferralAccepted(
            **ids, format=SessionFormat.GROUP, sessions_planned=SESSIONS, accepted_at=self.clock.now()
        )
        self._do("scheduling", lambda unit: note_clearance(cleared, unit))
        self._do("scheduling", lambda unit: accept_programme(accepted, unit))
        programme = self._do("scheduling", lambda unit: unit.get(Programme, ids["referral_id"]))
        offer_id = programme.offer_id
        endings: dict[str, Callable[[Any], Any]] = {
            "open": lambda unit: None,
            "accepted": lambda unit: accept_offer(unit, offer_id, Actor.STAFF),
            "declined": lambda unit: decline_offer(unit, offer_id, Actor.STAFF),
            "lapsed": lambda unit: lapse_offer(unit, offer_id),
            "withdrawn": lambda unit: withdraw_offer(unit, offer_id, unit.get(Programme, ids["referral_id"])),
        }
        self._do("scheduling", endings[then])
        return str(offer_id)

    def at(self, service: str, work: Callable[[Unit], Any]) -> Any:
        """A unit of work of a service, behind its doors."""
        return self._do(service, work)

    def another_time(self) -> Preference:
        """When the other series is."""
        return Preference.of([time_of(self._first() + timedelta(days=2, hours=4))])

    def lapse(self, offer: str) -> None:
        """Its time is up."""
        self._do("scheduling", lambda unit: lapse_offer(unit, offer))

    def questionnaire(self, then: str = "open") -> str:
        """The id of a new patient's questionnaire, which is open, planned, closed, or answered (item 9 at 0 or 2)."""
        starts_at = self.clock.now() + timedelta(days=9)
        booked = scheduled.SessionBooked(
            referral_id=new_id(),
            person_id=new_id(),
            booking_id=new_id(),
            session_id=new_id(),
            venue_id="gym",
            format=SessionFormat.GROUP,
            ordinal=2 if then == "planned" else 1,  # the first is asked at once
            starts_at=starts_at,
            ends_at=starts_at + timedelta(hours=1),
        )
        self._do("outcomes", lambda unit: OUTCOMES.reactions[scheduled.SessionBooked](booked, unit))
        id = questionnaire_id(booked.booking_id)
        if then == "closed":
            self.close(id)
        elif then in ("answered", "risk"):
            self.answer(id, item9=2 if then == "risk" else 0)
        return id

    def answer(self, questionnaire: str, item9: int = 0) -> None:
        """As staff do for a patient on the phone."""
        items = {f"phq9_{n}": 1 for n in range(1, 9)} | {f"gad7_{n}": 2 for n in range(1, 8)}
        given = {**items, "phq9_9": item9}
        self._do("outcomes", lambda unit: answer_questionnaire(unit, questionnaire, given, Actor.STAFF))

    def close(self, questionnaire: str) -> None:
        """It was not answered in time."""
        self._do("outcomes", lambda unit: close(unit, unit.get(Questionnaire, questionnaire), CloseReason.OVERDUE))

    def an_hour_later(self) -> None:
        """What was tried too often may be tried again."""
        store = self._services["referral"].running.store
        for each in list(store.scan("allowances")):
            self._do("referral", lambda unit, id=each["id"]: forget_use(unit, id))

    def link(self, thing: str, subject: str, **changes: Any) -> str:
        """The address in a message to this patient; `changes` are of what `mint_link` is given."""
        audience, purpose = {
            "offer": ("scheduling", "offer"),
            "booking": ("scheduling", "booking"),
            "questionnaire": ("outcomes", "questionnaire"),
            "progress": ("outcomes", "progress"),
            "report/exact": ("reporting", "report"),
        }[thing]
        given = {
            "audience": audience,
            "purpose": purpose,
            "subject": subject,
            "tenant": TENANT,
            "jti": new_id(),
            "issued_at": self.clock.now(),
            "expires_at": self.clock.now() + timedelta(days=3),
            **changes,
        }
        return f"{self.url}/{thing}/link/{mint_link(self.site.secrets['link_key'], **given)}"

    def touch(self, record: str, times: int = 1) -> None:
        """Rows of reporting's audit."""
        accesses = Accesses(self._services["reporting"].running.units)
        who = Principal("clinician-1", frozenset({"clinician"}), TENANT)
        with self._services["reporting"].app.test_request_context():
            for _ in range(times):
                accesses.note(who, allow("clinician", record=SEEN, why="worklist"), [record])

    def _fill_the_report(self) -> None:
        store = self._services["reporting"].running.store
        generation = current_generation(store)
        for projection, rows in ((REFERRALS, referral_rows(TENANT)), (BOOKINGS, booking_rows(TENANT))):
            name = rows_of(projection.collection, generation).name
            store.transaction(TENANT, lambda tx, name=name, rows=rows: [tx.add(name, each) for each in rows])


def _nothing(environ: Any, start_response: Any) -> list[bytes]:
    """Holds the port until what is told its own address is there."""
    start_response("503 Service Unavailable", [])
    return []


class _Quiet(WSGIRequestHandler):
    def log(self, *_: Any, **__: Any) -> None:
        """Tests print what went wrong themselves."""


class Staged(Protocol):
    """What stands behind an address."""

    gateway: Gateway


Made = TypeVar("Made", bound=Staged)


@contextmanager
def at_an_address(make: Callable[[str], Made]) -> Iterator[Made]:
    """What is made of its own address answers there until the block ends."""
    server = make_server("127.0.0.1", 0, _nothing, threaded=True, request_handler=_Quiet)
    made = make(f"http://127.0.0.1:{server.port}")
    server.app = made.gateway
    answering = threading.Thread(target=server.serve_forever, daemon=True)
    answering.start()
    try:
        yield made
    finally:
        server.shutdown()
        answering.join()
        server.server_close()


@contextmanager
def on_stage(folder: Path, assets: Path | None, names: Path = NAMES) -> Iterator[Stage]:
    """A stage that answers at its address until the block ends. `names` is its directory's file."""
    with at_an_address(lambda url: Stage(folder, url, assets, names)) as made:
        yield made
