"""One address for five services: gunicorn's application, which hands each path to the service that owns it."""

from __future__ import annotations

import importlib
import json
import os
from collections.abc import Iterable
from typing import Any

from flask import Flask
from movewell import tracing
from movewell.doctor import examine
from movewell.doors import Assembly, begin
from movewell.movable_clock import MovableClock
from movewell.projections import current_generation, rows_of
from movewell.settings import ServiceSettings, load
from movewell.store.port import ALL
from movewell.telemetry import configure_logging
from reporting.projections.referral_rows import REFERRALS

SHARED = ("/health", "/metrics", "/assets", "/signin", "/docs", "/docs/<event>", "/json-schema")
"""Every application answers these; one of them is asked."""
_TWO_SEGMENTS = ("api", "accesses", "docs")


def prefixes(app: Flask) -> set[str]:
    """The first one or two segments of every path that an application owns."""
    found = set()
    for rule in app.url_map.iter_rules():
        parts = rule.rule.split("/")
        prefix = "/".join(parts[:3]) if parts[1] in _TWO_SEGMENTS else f"/{parts[1]}"
        if prefix not in (*SHARED, "/static"):
            found.add(prefix)
    return found


class Gateway:
    """A WSGI application. `/local/doctor` shows how every service does."""

    def __init__(self, assemblies: dict[str, Assembly], clock: MovableClock) -> None:
        self._assemblies = assemblies
        self._clock = clock
        self._owners = {prefix: each.app for each in assemblies.values() for prefix in prefixes(each.app)}

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "/")
        if path == "/local/doctor":
            return self._doctor(start_response)
        parts = path.split("/")
        if path.startswith("/local/row/"):
            return self._row(parts[-1], start_response)
        for prefix in ("/".join(parts[:3]), "/".join(parts[:2])):
            if prefix in self._owners:
                return self._owners[prefix](environ, start_response)
        return self._assemblies["reporting"].app(environ, start_response)

    def _row(self, referral_id: str, start_response: Any) -> Iterable[bytes]:
        """Reporting's row of a referral: pseudonymous; for measurements in local mode only."""
        store = self._assemblies["reporting"].running.store
        name = rows_of(REFERRALS.collection, current_generation(store)).name
        row = store.read(ALL, lambda tx: tx.get(name, referral_id))
        start_response("200 OK", [("Content-Type", "application/json")])
        return [json.dumps(row or {}).encode()]

    def _doctor(self, start_response: Any) -> Iterable[bytes]:
        state = {
            "now": self._clock.now().isoformat(),
            "services": [examine(each.running) for each in self._assemblies.values()],
        }
        start_response("200 OK", [("Content-Type", "application/json"), ("Cache-Control", "no-store")])
        return [json.dumps(state).encode()]


def create() -> Gateway:
    """Put the five services together, from the environment of each (`MOVEWELL_ENVIRONMENTS`, JSON)."""
    configure_logging("api")
    environments = json.loads(os.environ["MOVEWELL_ENVIRONMENTS"])
    assemblies, clock = {}, None
    for service, environ in environments.items():
        settings = load(ServiceSettings, environ)
        if settings.clock_file is None:
            raise RuntimeError("the gateway is for local mode")
        clock = clock or MovableClock(settings.clock_file)
        os.environ.update(environ)  # for what a service reads of its own
        assemblies[service] = importlib.import_module(f"{service}.bootstrap").assemble(settings)
    if clock is None:
        raise RuntimeError("no service was named")
    tracing.configure("api", os.environ)
    begin(list(assemblies.values()))
    return Gateway(assemblies, clock)
