"""Movewell: its consumer and its relay, each a thread as in `movewell.service.Worker`, on Kafka and the store given."""

from __future__ import annotations

import threading
import zlib
from collections.abc import Mapping, Sequence

from movewell.adapters import open_log, open_store
from movewell.contracts.referral import ReferralAccepted
from movewell.contracts.scheduling import WaitingStarted
from movewell.kernel import SystemClock
from movewell.log.consumer import Consumer, Subscription
from movewell.log.port import Delivered, EventLog, Position
from movewell.log.relay import BATCH, Relay
from movewell.service import PLUMBING
from movewell.store.documents import stored
from movewell.store.port import Collection, Store
from movewell.store.unit import Unit, Units

from bench.kafka.peers.task import Stopwatch, Task, task_given

_NAME = "bench-reactions"


class CountedLog:
    """The log, with the stopwatch told of what was met: `Consumer.step` counts what it has tried again as well."""

    def __init__(self, log: EventLog, stopwatch: Stopwatch) -> None:
        self._log, self._stopwatch, self._polled = log, stopwatch, 0

    def subscribe(self, group: str, topics: Sequence[str]) -> CountedLog:
        self._subscriber = self._log.subscribe(group, topics)
        return self

    def poll(self, limit: int, timeout: float) -> list[Delivered]:
        found = self._subscriber.poll(limit, timeout)
        self._polled = len(found)
        return found

    def commit(self, positions: Mapping[Position, int]) -> None:
        self._subscriber.commit(positions)
        self._stopwatch.count(self._polled)


def main() -> None:
    task = task_given()
    log, store = open_log(f"kafka://{task.servers}?prefix={task.prefix}"), open_store(task.store)
    store.prepare((*PLUMBING, Collection("states")))
    stopwatch = Stopwatch(task)
    threading.Thread(target=_relay, args=(store, log), daemon=True, name="relay").start()
    stopwatch.report_when_done(lambda: _has_pending(store))
    _consume(task, store, log, stopwatch)


def _consume(task: Task, store: Store, log: EventLog, stopwatch: Stopwatch) -> None:
    units = Units("scheduling", store, stored(), SystemClock())
    group = task.group.removeprefix(task.prefix)
    consumer = Consumer(CountedLog(log, stopwatch), units, Subscription(_NAME, {ReferralAccepted: _react}, group))
    while True:
        consumer.step()


def _relay(store: Store, log: EventLog) -> None:
    relay = Relay(store, log, "bench")
    while True:
        if relay.step() < BATCH:
            store.wait(0.5)


def _has_pending(store: Store) -> bool:
    where = {"pending": True}
    return any(store.read("*", lambda tx, lane=lane: tx.count("outbox", {**where, "lane": lane})) for lane in range(4))


def _react(event: ReferralAccepted, unit: Unit) -> None:
    """The work: change one document, publish one event."""
    row = unit.tx.get("states", event.referral_id)
    id = (unit.cause.causation_id or "").encode()
    if row is None:
        first = {"id": event.referral_id, "tenant": unit.tenant, "count": 1, "chain": zlib.crc32(id, 0)}
        unit.tx.add("states", first)
    else:
        changed = {**row, "count": row["count"] + 1, "chain": zlib.crc32(id, row["chain"])}
        unit.tx.replace("states", changed, row["version"])
    unit.publish(WaitingStarted(referral_id=event.referral_id, format=event.format, since=unit.now))


if __name__ == "__main__":
    main()
