"""What a service is made of, and how its doors are opened: the one place that all five have in common."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import uuid_utils

from movewell import projections as projecting
from movewell.contracts.declare import topics
from movewell.kernel import Clock
from movewell.log.consumer import COLLECTIONS as CONSUMER
from movewell.log.consumer import Consumer, Handler, Subscription
from movewell.log.port import EventLog
from movewell.log.relay import COLLECTIONS as RELAY
from movewell.log.relay import Relay
from movewell.projections import COLLECTIONS as GENERATIONS
from movewell.projections import Projection
from movewell.store import burned_links, idempotency, outbox, timers
from movewell.store.documents import Stored
from movewell.store.port import Collection, Store
from movewell.store.timers import Alarm, TimerLoop
from movewell.store.unit import Units
from movewell.telemetry import logger

log = logger(__name__)
PLUMBING = (
    *outbox.COLLECTIONS,
    *timers.COLLECTIONS,
    *idempotency.COLLECTIONS,
    *burned_links.COLLECTIONS,
    *CONSUMER,
    *RELAY,
    *GENERATIONS,
)


@dataclass(frozen=True)
class Service:
    """A service: its name, what it keeps, what it reacts to, what it projects, which timers it knows."""

    name: str
    stored: Stored
    reactions: Mapping[type, Handler] = field(default_factory=dict)
    projections: tuple[Projection, ...] = ()
    alarms: Mapping[str, Alarm] = field(default_factory=dict)
    collections: tuple[Collection, ...] = ()


class Running:
    """A service on its store and log. Its loops are stepped by `Worker`, or one by one by a test."""

    def __init__(self, service: Service, store: Store, event_log: EventLog, clock: Clock) -> None:
        self.service = service
        self.store = store
        self.log = event_log
        self.units = Units(service.name, store, service.stored, clock)
        self.owner = f"{service.name}-{uuid_utils.uuid7()}"

    def prepare(self) -> None:
        """Make collections, indexes and topics."""
        self.store.prepare((*PLUMBING, *self.service.stored.collections.values(), *self.service.collections))
        generation = projecting.current_generation(self.store)
        projecting.prepare(self.store, self.service.projections, generation)
        self.log.prepare(sorted(topics()))

    def reactions(self) -> Consumer:
        name = f"{self.service.name}-reactions"
        return Consumer(self.log, self.units, Subscription(name, self.service.reactions))

    def projections(self) -> Consumer:
        return projecting.live_consumer(self.service.name, self.log, self.units, self.service.projections)

    def relay(self) -> Relay:
        return Relay(self.store, self.log, self.owner)

    def timers(self) -> TimerLoop:
        return TimerLoop(self.units, self.service.alarms, self.owner)

    def rebuild(self, progress: Callable[[int, int], None] = lambda done, total: None) -> int:
        return projecting.rebuild(self.service.name, self.log, self.units, self.service.projections, progress)

    def digest(self) -> str:
        return projecting.digest(self.store, self.service.projections)


class Worker:
    """Runs loops of a service as threads until told to stop. What is away is tried again, with patience."""

    DOORS = ("consume", "relay", "timers")

    def __init__(self, running: Running, doors: tuple[str, ...] = DOORS) -> None:
        self._running = running
        self._stop = threading.Event()
        self._doors = doors
        self.healthy_at: dict[str, float] = {}

    def run(self) -> None:
        """Until `stop` is called, by a signal for instance."""
        loops: list[tuple[str, Callable[[], None]]] = []
        if "consume" in self._doors:
            if self._running.service.reactions:
                loops.append(("reactions", lambda: self._consume(self._running.reactions)))
            if self._running.service.projections:
                loops.append(("projections", lambda: self._consume(self._running.projections)))
        if "relay" in self._doors:
            loops.append(("relay", self._relay))
        if "timers" in self._doors:
            loops.append(("timers", self._timers))
        threads = [threading.Thread(target=self._patiently, args=each, name=each[0]) for each in loops]
        for thread in threads:
            thread.start()
        log.info("worker.started", service=self._running.service.name, pid=os.getpid())
        for thread in threads:
            thread.join()
        log.info("worker.stopped", service=self._running.service.name, pid=os.getpid())

    def stop(self) -> None:
        self._stop.set()

    def _patiently(self, name: str, loop: Callable[[], None]) -> None:
        pause = 0.05
        while not self._stop.is_set():
            started = time.monotonic()
            try:
                loop()
            except projecting.Superseded:
                log.info("projections.swapped")
            except Exception:
                log.exception("worker.paused", process=name)
                pause = 0.05 if time.monotonic() - started > 30 else min(pause * 2, 5.0)
                self._stop.wait(pause)

    def _consume(self, open_consumer: Callable[[], Consumer]) -> None:
        consumer = open_consumer()
        try:
            while not self._stop.is_set():
                consumer.step()
                self._beat("consume")
        finally:
            consumer.close()

    def _relay(self) -> None:
        relay = self._running.relay()
        try:
            while not self._stop.is_set():
                if not relay.step():
                    self._running.store.wait(0.5)
                self._beat("relay")
        finally:
            relay.release()

    def _timers(self) -> None:
        loop = self._running.timers()
        while not self._stop.is_set():
            if not loop.step():
                self._stop.wait(0.1)
            self._beat("timers")

    def _beat(self, name: str) -> None:
        self.healthy_at[name] = time.monotonic()
