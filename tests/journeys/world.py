"""The world of the journeys: five services, one log, one keyring and one hand clock in one process.

The backends are chosen by URL and nothing else; no story knows which they are. Nothing runs by itself: a story
gives commands through the doors, and `settle` carries every effect to its end.
"""

from __future__ import annotations

import base64
import importlib
import io
import json
import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

from jinja2 import FileSystemBytecodeCache
from movewell import doors
from movewell import projections as projecting
from movewell.adapters import open_keyring, open_log
from movewell.contracts.declare import topics
from movewell.doctor import examine, lag
from movewell.doors import Assembly
from movewell.errors import Unavailable
from movewell.keyring.port import Keyring
from movewell.log.consumer import Consumer
from movewell.log.port import Delivered
from movewell.projections import rows_of
from movewell.service import PLUMBING, Running
from movewell.settings import ServiceSettings, load
from movewell.telemetry import JsonLines

from deploy.local.gateway import Gateway
from deploy.local.site import SERVICES, Site

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
URL = "http://movewell.test"
_PATIENCE = 60.0
_TEMPLATES = FileSystemBytecodeCache()


@dataclass(frozen=True)
class Backends:
    """Where the services keep what they keep: a store for each, one log, one keyring.

    `poll_seconds`: how long a poll waits; a broker answers in its own time.
    """

    store_url: Callable[[str], str]
    log_url: str
    keyring_url: str
    poll_seconds: float = 0.0

    @classmethod
    def in_memory(cls, folder: Path) -> Backends:
        """Stores and log in memory. The keyring is a file, as each service opens it under grants of its own."""
        return cls(lambda service: "sqlite://", "sqlite://", f"sqlite:///{folder / 'keyring.sqlite'}")


class HandClock:
    """Stands still until a story moves it."""

    def __init__(self, moment: datetime = START) -> None:
        self.moment = moment

    def now(self) -> datetime:
        return self.moment


class World:
    """The platform, stepped by hand. `log_text` is what it has logged, `answers` what its doors have said.

    `url` is where its messages say that it is; `assets` the folder of what its pages need in a browser.
    """

    def __init__(self, folder: Path, backends: Backends, url: str = URL, assets: Path | None = None) -> None:
        self.site = Site.at(folder)
        self.url = url
        self._backends, self._assets = backends, assets
        self.clock = HandClock()
        self.sink = self.site.sink
        self.answers: list[str] = []
        self.log = open_log(backends.log_url)
        self._log_lines = io.StringIO()
        self._handler = logging.StreamHandler(self._log_lines)
        self._handler.setFormatter(JsonLines("world"))
        logging.getLogger().addHandler(self._handler)
        logging.getLogger().setLevel(logging.INFO)
        self.assemblies = {each: self._assemble(each, backends) for each in SERVICES}
        self._prepare_log()
        self.gateway = Gateway(self.assemblies, self.clock)
        self._relays = {name: each.relay() for name, each in self.running.items()}
        self._timers = {name: each.timers() for name, each in self.running.items()}
        self._consumers: dict[tuple[str, str], Consumer] = {}

    def _prepare_log(self) -> None:
        """Patiently, as a worker does: a broker that has just started may not answer yet."""
        deadline = time.monotonic() + _PATIENCE
        while True:
            try:
                return self.running["referral"].prepare_log()
            except Unavailable:
                if time.monotonic() > deadline:
                    raise

    def keyring(self, service: str) -> Keyring:
        """The keyring as a service sees it. The caller closes it."""
        return open_keyring(
            self._backends.keyring_url, base64.urlsafe_b64decode(self.site.secrets["keyring_secret"]), service
        )

    def _assemble(self, service: str, backends: Backends) -> Assembly:
        """By the service's own composition root; the log and the clock are the world's."""
        environ = self.site.environment(service, self.url, self._assets) | {
            "DATABASE_URL": backends.store_url(service),
            "EVENT_LOG_URL": backends.log_url,
            "KEYRING_URL": backends.keyring_url,
        }
        with (
            patch.object(doors, "open_log", lambda url: self.log),
            patch.object(doors, "open_clock", lambda settings: self.clock),
        ):
            made: Assembly = importlib.import_module(f"{service}.bootstrap").assemble(load(ServiceSettings, environ))
        made.app.jinja_env.bytecode_cache = _TEMPLATES
        return made

    @property
    def running(self) -> dict[str, Running]:
        return {name: each.running for name, each in self.assemblies.items()}

    @property
    def log_text(self) -> str:
        return self._log_lines.getvalue()

    # time

    def move(self, by: timedelta) -> None:
        """Move the clock to each timer in turn that is due by then, so that it rings at its time."""
        self.move_to(self.clock.moment + by)

    def move_to(self, moment: datetime) -> None:
        self.settle()
        while (due := self._next_due()) is not None and due <= moment:
            self.clock.moment = max(self.clock.moment, due)
            self.settle()
        self.clock.moment = max(self.clock.moment, moment)
        self.settle()

    def _next_due(self) -> datetime | None:
        found = [
            datetime.fromisoformat(row["due"])
            for each in self.running.values()
            for row in each.store.scan("timers")
            if not row["parked"]
        ]
        return min(found, default=None)

    # delivery

    def settle(self) -> None:
        """Relays, consumers and timers in turn, until the doctor finds nothing pending, due or unread."""
        deadline = time.monotonic() + _PATIENCE
        while self._round(self._backends.poll_seconds) or self._is_busy():
            if time.monotonic() > deadline:
                raise AssertionError(f"not quiet after {_PATIENCE:.0f} s")

    def _round(self, timeout: float) -> int:
        return sum(
            self.publish(name)
            + (self.consume(name, timeout) if timeout == 0 or self._is_behind(name) else 0)
            + self.ring(name)
            for name in SERVICES
        )

    def _is_behind(self, service: str) -> bool:
        """Asked where a poll that finds nothing takes its time."""
        return any(lag(self.running[service]).values())

    def _is_busy(self) -> bool:
        states = [examine(each) for each in self.running.values()]
        return any(each["pending"] or each["timers_due"] or any(each["lag"].values()) for each in states)

    def publish(self, service: str) -> int:
        """The service's outbox to the log; the number of records."""
        return _until_nothing(self._relays[service].step)

    def consume(self, service: str, timeout: float = 0) -> int:
        """What the log has for the service; the number of records met."""
        return sum(self._consume(service, kind, timeout) for kind in self._kinds(service))

    def _consume(self, service: str, kind: str, timeout: float) -> int:
        try:
            return _until_nothing(lambda: self._consumer(service, kind).step(timeout))
        except projecting.Superseded:
            self._consumers.pop((service, kind)).close()
            return self._consume(service, kind, timeout)

    def ring(self, service: str) -> int:
        """The service's timers that are due; the number fired."""
        return _until_nothing(self._timers[service].step)

    def _kinds(self, service: str) -> list[str]:
        made = self.running[service].service
        return [*(["reactions"] if made.reactions else []), *(["projections"] if made.projections else [])]

    def _consumer(self, service: str, kind: str) -> Consumer:
        if (service, kind) not in self._consumers:
            self._consumers[service, kind] = getattr(self.running[service], kind)()
        return self._consumers[service, kind]

    def deliver_everything_again(self) -> None:
        """Every group goes back to the beginning of the log, with new consumers."""
        for consumer in self._consumers.values():
            consumer.close()
        self._consumers.clear()
        for service in SERVICES:
            for kind in self._kinds(service):
                self._go_back(f"{service}-{kind}")
        self.settle()

    def _go_back(self, group: str) -> None:
        self.log.place(group, dict.fromkeys(self.log.ends(sorted(topics())), 0))
        assert set(self.log.committed(group, sorted(topics())).values()) == {0}

    # what there is

    def records(self) -> list[Delivered]:
        """The whole log, in the order in which things happened."""
        found = []
        for (topic, partition), end in self.log.ends(sorted(topics())).items():
            at = 0
            while at < end:
                found += (read := self.log.read(topic, partition, at, 500))
                at = read[-1].offset + 1
        return sorted(found, key=lambda each: (each.headers["ce_time"], each.headers["ce_id"]))

    def events(self, referral_id: str) -> list[str]:
        """The names of the events that are keyed by a referral, in order of time."""
        return [_name(each) for each in self.records() if each.key == referral_id]

    def documents(self, service: str, collection: str) -> list[dict[str, Any]]:
        return list(self.running[service].store.scan(collection))

    def dump(self, service: str) -> Iterator[tuple[str, dict[str, Any]]]:
        """Every document of a service with its collection, but the leases of its relay."""
        running = self.running[service]
        generation = projecting.current_generation(running.store)
        views = [rows_of(each.collection, generation) for each in running.service.projections]
        kept = (*PLUMBING, *running.service.stored.collections.values(), *running.service.collections, *views)
        for collection in kept:
            if collection.name != "relay_lanes":
                yield from ((collection.name, each) for each in running.store.scan(collection.name))

    def dumps(self) -> dict[str, str]:
        """Every service's documents as text."""
        return {each: "\n".join(json.dumps(row, sort_keys=True) for row in self.dump(each)) for each in self.assemblies}

    def messages(self) -> dict[str, bytes]:
        """Every message sent, by its id."""
        return {each.stem: each.read_bytes() for each in sorted(self.sink.glob("*.eml"))}

    def close(self) -> None:
        logging.getLogger().removeHandler(self._handler)
        for consumer in self._consumers.values():
            consumer.close()
        for each in self.running.values():
            each.store.close()
        self.log.close()


def _until_nothing(step: Callable[[], int]) -> int:
    done = 0
    while more := step():
        done += more
    return done


def _name(record: Delivered) -> str:
    return record.headers["ce_type"].removeprefix("movewell.").rpartition(".v")[0]
