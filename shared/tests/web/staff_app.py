"""A small application that staff sign in to, with a record that is touched and a list of people."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Flask, jsonify
from movewell.kernel import Clock
from movewell.settings import ServiceSettings
from movewell.store.documents import stored
from movewell.store.sqlite import SqliteStore
from movewell.store.unit import Units
from movewell.web import accesses
from movewell.web.accesses import Accesses, note_seen
from movewell.web.app import create_app
from movewell.web.policy import SEEN, Policy, Rule, allow, principal
from movewell.web.signin import StaffDoor
from movewell.web.tokens import Verifier, new_key, public

KEY = new_key()
HTML = {"Accept": "text/html"}
RULES = {
    ("GET", "/notes"): allow("clinician"),
    ("POST", "/notes"): allow("clinician"),
    ("GET", "/people/<person_id>"): allow("clinician", record="person_id", why="reading"),
    ("GET", "/people"): allow("clinician", "coordinator", record=SEEN, why="worklist"),
    ("GET", "/forgets"): allow("clinician", record=SEEN, why="forgetting"),
}


class StillClock:
    def now(self) -> datetime:
        return datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def settings(**changes: Any) -> ServiceSettings:
    urls = dict.fromkeys(("database_url", "event_log_url", "keyring_url"), "sqlite://")
    keys = {"token_public_key": public(KEY), "link_public_key": public(KEY)}
    return ServiceSettings(
        **{**urls, **keys, "keyring_secret": b"k" * 32, "cookie_secret": b"c" * 32, "local_mode": True, **changes}
    )


def units(clock: Clock | None = None) -> Units:
    store = SqliteStore(None)
    store.prepare(accesses.COLLECTIONS)
    return Units("people", store, stored(), clock or StillClock())


def make(
    given: ServiceSettings,
    kept: Units | None = None,
    rules: dict[tuple[str, str], Rule] = RULES,
    seen: Iterable[str] = ("person-1", "person-2"),
    now: Callable[[], float] = time.time,
) -> Flask:
    routes = Blueprint("routes", __name__)

    @routes.get("/notes")
    def notes() -> Any:
        who = principal()
        return jsonify(subject=who.subject, name=who.name, roles=sorted(who.roles), tenant=who.tenant, csrf=who.csrf)

    @routes.post("/notes")
    def write() -> str:
        return "written"

    @routes.get("/people/<person_id>")
    def person(person_id: str) -> Any:
        return jsonify(person=person_id)

    @routes.get("/people")
    def people() -> Any:
        note_seen(seen)
        return jsonify(people=list(seen))

    @routes.get("/forgets")
    def forgets() -> str:
        return "somebody"

    return create_app(
        "people",
        blueprint=routes,
        policy=Policy(rules),
        verifier=Verifier(public(KEY)),
        staff=StaffDoor(given, now),
        accesses=Accesses(kept or units()),
    )
