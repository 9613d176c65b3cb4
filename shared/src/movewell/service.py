"""What a service is made of, and how its doors are opened: the one place that all five have in common."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

import uuid_utils

from movewell import projections as projecting
from movewell.contracts.declare import declaration_of, topics
from movewell.kernel import Clock
from movewell.log.breaker import Breaker
from movewell.log.consumer import COLLECTIONS as CONSUMER
from movewell.log.consumer import Consumer, Handler, Subscription
from movewell.log.port import EventLog
from movewell.log.relay import BATCH, Relay
from movewell.log.relay import COLLECTIONS as RELAY
from movewell.operating.marks import COLLECTIONS as MARKS
from movewell.operating.reaction_times import ReactionTimes
from movewell.operating.start import NotFitToStart, StartCheck
from movewell.operating.work_done import WorkDone
from movewell.projections import COLLECTIONS as GENERATIONS
from movewell.projections import Projection
from movewell.store import burned_links, idempotency, outbox, timers
from movewell.store.documents import Stored
from movewell.store.port import Collection, Store
from movewell.store.timers import Alarm, TimerLoop
from movewell.store.unit import Units
from movewell.telemetry import logger
from movewell.web.accesses import COLLECTIONS as ACCESSES

log = logger(__name__)
ASK_SECONDS, ASK_AGAIN_SECONDS, _LOOK_SECONDS = 300.0, 5.0, 0.5
PLUMBING = (
    *outbox.COLLECTIONS,
    *timers.COLLECTIONS,
    *idempotency.COLLECTIONS,
    *burned_links.COLLECTIONS,
    *CONSUMER,
    *RELAY,
    *GENERATIONS,
    *MARKS,
    *ACCESSES,
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
        self.prepare_store()
        self.prepare_log()

    def prepare_store(self) -> None:
        """Make collections and indexes. All that an api needs: no command waits for the log, a start neither."""
        self.store.prepare((*PLUMBING, *self.service.stored.collections.values(), *self.service.collections))
        generation = projecting.current_generation(self.store)
        projecting.prepare(self.store, self.service.projections, generation)

    def prepare_log(self) -> None:
        self.log.prepare(sorted(topics()))

    def groups(self) -> dict[str, tuple[str, ...]]:
        """The consumer groups of the service, each with the topics that it reads."""
        service = self.service
        classes = {
            f"{service.name}-reactions": set(service.reactions),
            f"{service.name}-projections": {cls for each in service.projections for cls in each.folds},
        }
        found = {name: sorted({declaration_of(cls).topic for cls in each}) for name, each in classes.items()}
        return {name: tuple(topics) for name, topics in found.items() if topics}

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
    """Runs loops of a service as threads until told to stop. What is away is tried again, with patience.

    Nothing is published or consumed before `start` has been answered with yes; it is asked again every five
    minutes. Once its answer is no, every loop ends and `run` raises NotFitToStart.
    """

    DOORS = ("consume", "relay", "timers")

    def __init__(self, running: Running, doors: tuple[str, ...] = DOORS, start: StartCheck | None = None) -> None:
        self._running = running
        self._stop = threading.Event()
        self._start = start or StartCheck(lambda: None)
        self._made = threading.Event()
        self._refused: NotFitToStart | None = None
        self._breakers: dict[str, Breaker] = {}
        self.reaction_times = ReactionTimes(running.service.name, running.units.clock.now)
        self.done = WorkDone(running.service.name)
        self.healthy_at: dict[str, float] = {}
        self._began = time.monotonic()
        self.loops = dict(self._loops(doors))

    def run(self) -> None:
        """Until `stop` is called, by a signal for instance. Raises NotFitToStart."""
        every = {"start": self._ask, **self.loops}
        threads = [threading.Thread(target=self._patiently, args=each, name=each[0]) for each in every.items()]
        for thread in threads:
            thread.start()
        log.info("worker.started", service=self._running.service.name, pid=os.getpid())
        for thread in threads:
            thread.join()
        log.info("worker.stopped", service=self._running.service.name, pid=os.getpid())
        if self._refused is not None:
            raise self._refused

    def stop(self) -> None:
        self._stop.set()

    def open_breakers(self) -> dict[str, bool]:
        """Of each consumer whether it has stopped because the same error hit many keys."""
        name = self._running.service.name
        return {f"{name}-{loop}": each.opened_by is not None for loop, each in self._breakers.items()}

    def silence(self) -> dict[str, float]:
        """Of each loop the seconds since it came round, or since the process began."""
        now = time.monotonic()
        return {each: now - self.healthy_at.get(each, self._began) for each in self.loops}

    def _loops(self, doors: tuple[str, ...]) -> Iterator[tuple[str, Callable[[], None]]]:
        if "consume" in doors:
            if self._running.service.reactions:
                yield "reactions", lambda: self._consume("reactions", self._running.reactions)
            if self._running.service.projections:
                yield "projections", lambda: self._consume("projections", self._running.projections)
        if "relay" in doors:
            yield "relay", self._relay
        if "timers" in doors:
            yield "timers", self._timers

    def _patiently(self, name: str, loop: Callable[[], None]) -> None:
        pause = 0.05
        while not self._stop.is_set():
            started = time.monotonic()
            try:
                loop()
            except projecting.Superseded:
                log.info("projections.swapped")
            except NotFitToStart as error:
                self._refused = error
                self._stop.set()
            except Exception:
                log.exception("worker.paused", process=name)
                pause = 0.05 if time.monotonic() - started > 30 else min(pause * 2, 5.0)
                self._stop.wait(pause)

    def _ask(self) -> None:
        self._running.prepare_log()
        if self._start.ask():
            self._made.set()
        self._stop.wait(ASK_SECONDS if self._made.is_set() else ASK_AGAIN_SECONDS)

    def _consume(self, name: str, open_consumer: Callable[[], Consumer]) -> None:
        if not self._made.wait(_LOOK_SECONDS):
            return
        self._running.prepare_log()
        reaction = self.reaction_times.of(f"{self._running.service.name}-{name}")
        consumer = open_consumer()
        consumer.handled = reaction.note
        consumer.breaker = self._breakers.setdefault(name, consumer.breaker)  # open, it stays open
        try:
            while not self._stop.is_set():
                consumer.step()
                reaction.settle()
                self._beat(name)
        finally:
            consumer.close()

    def _relay(self) -> None:
        if not self._made.wait(_LOOK_SECONDS):
            return
        self._running.prepare_log()
        relay = self._running.relay()
        try:
            while not self._stop.is_set():
                published = relay.step()
                self.done.published.inc(published)
                if published < BATCH:
                    self._running.store.wait(0.5)
                self._beat("relay")
        finally:
            relay.release()

    def _timers(self) -> None:
        loop = self._running.timers()
        while not self._stop.is_set():
            rung = loop.step()
            self.done.rung.inc(rung)
            if not rung:
                self._stop.wait(0.1)
            self._beat("timers")

    def _beat(self, name: str) -> None:
        self.healthy_at[name] = time.monotonic()
