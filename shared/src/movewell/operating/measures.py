"""What Prometheus scrapes: how a service does, counted when it asks and never beyond a cap.

Labels are names of services, groups and consumers; there is no id and nothing of a person in them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from prometheus_client.core import GaugeMetricFamily, Metric

from movewell import projections as projecting
from movewell.doctor import lag_by_topic
from movewell.errors import Unavailable
from movewell.log.waiting import FAILED
from movewell.operating.readiness import ask_log
from movewell.service import Running
from movewell.store.outbox import LANES
from movewell.store.port import ALL, Between, Document, Transaction
from movewell.wire.schema import time_text

CAP = 1_000
"""Of each count at a scrape: where a number says so many, there may be more."""
OVERDUE = timedelta(seconds=10)
"""A timer that has been due for so long should have rung."""
_HELP = {
    "movewell_store_up": "1 when the store answered this scrape",
    "movewell_log_up": "1 when the event log answered this scrape",
    "movewell_consumer_lag_records": "Records of a topic that a group has yet to meet",
    "movewell_outbox_pending_records": f"Records to be published ({CAP} a lane at most are counted)",
    "movewell_outbox_oldest_pending_seconds": "Age of the oldest record to be published, among those counted",
    "movewell_waiting_records": f"Records that wait ({CAP} at most are counted)",
    "movewell_parked_records": "Waiting records that nobody will try again by itself, among those counted",
    "movewell_blocked_keys": "Keys with waiting records, among those counted",
    "movewell_set_aside_records": f"Records that could not be read ({CAP} at most are counted)",
    "movewell_overdue_timers": f"Timers due for {OVERDUE.seconds} seconds or more ({CAP} at most are counted)",
    "movewell_parked_timers": f"Timers that nobody will ring again by itself ({CAP} at most are counted)",
    "movewell_loop_silent_seconds": "Since a loop of this process came round",
    "movewell_breaker_open": "1 when a consumer has stopped because the same error hit many keys",
}

Breakers = Callable[[], dict[str, bool]]
Silence = Callable[[], dict[str, float]]


class Measures:
    """A collector of prometheus_client. Of this process `breakers` tells of each consumer whether it has stopped, and
    `silence` of each loop for how many seconds it has not come round."""

    def __init__(self, running: Running, breakers: Breakers = dict, silence: Silence = dict) -> None:
        self._running = running
        self._breakers = breakers
        self._silence = silence

    def collect(self) -> Iterable[Metric]:
        gauges = _Gauges(self._running.service.name)
        self._ask("movewell_store_up", gauges, self._from_store)
        self._ask("movewell_log_up", gauges, self._from_log)
        for consumer, is_open in self._breakers().items():
            gauges.add("movewell_breaker_open", int(is_open), consumer=consumer)
        for loop, seconds in self._silence().items():
            gauges.add("movewell_loop_silent_seconds", seconds, loop=loop)
        return gauges.families.values()

    def describe(self) -> Iterable[Metric]:
        """Nothing is counted when it is registered."""
        return ()

    def _ask(self, name: str, gauges: _Gauges, measure: Callable[[_Gauges], None]) -> None:
        try:
            measure(gauges)
        except Unavailable:
            gauges.add(name, 0)
        else:
            gauges.add(name, 1)

    def _from_log(self, gauges: _Gauges) -> None:
        ask_log(self._running)
        for (group, topic), records in lag_by_topic(self._running).items():
            gauges.add("movewell_consumer_lag_records", records, group=group, topic=topic)

    def _from_store(self, gauges: _Gauges) -> None:
        for name, value, labels in self._running.store.read(ALL, self._counted):
            gauges.add(name, value, **labels)

    def _counted(self, tx: Transaction) -> list[tuple[str, float, dict[str, str]]]:
        now = self._running.units.clock.now()
        late = {"parked": False, "due": Between(at_most=time_text(now - OVERDUE))}
        found: list[tuple[str, float, dict[str, str]]] = [
            *_outbox(tx, now),
            ("movewell_overdue_timers", tx.count("timers", late, cap=CAP), {}),
            ("movewell_parked_timers", tx.count("timers", {"parked": True}, cap=CAP), {}),
        ]
        for consumer, group in _consumers(self._running, projecting.generation_of(tx)):
            found += [(name, value, {"consumer": group}) for name, value in _waiting(tx, consumer)]
        return found


def _outbox(tx: Transaction, now: datetime) -> list[tuple[str, float, dict[str, str]]]:
    rows: list[Document] = []
    for lane in range(LANES):
        where = {"pending": True, "lane": lane}
        rows += tx.find("outbox", where, order=("topic", "key", "sequence"), limit=CAP)
    oldest = min((datetime.fromisoformat(row["headers"]["ce_time"]) for row in rows), default=now)
    age = max((now.astimezone(UTC) - oldest).total_seconds(), 0.0)
    return [("movewell_outbox_pending_records", len(rows), {}), ("movewell_outbox_oldest_pending_seconds", age, {})]


def _waiting(tx: Transaction, consumer: str) -> list[tuple[str, float]]:
    rows = tx.find("waiting", {"consumer": consumer}, order=("due",), limit=CAP)  # those due never come first
    parked = sum(1 for row in rows if row["due"] is None and row["reason"] == FAILED)
    return [
        ("movewell_waiting_records", len(rows)),
        ("movewell_parked_records", parked),
        ("movewell_blocked_keys", len({row["progress_id"] for row in rows})),
        ("movewell_set_aside_records", tx.count("set_aside", {"consumer": consumer}, cap=CAP)),
    ]


def _consumers(running: Running, generation: int) -> list[tuple[str, str]]:
    """What progress is kept under, and the group, which has the same name at each rebuild."""
    return [(f"{group}@{generation}" if group.endswith("-projections") else group, group) for group in running.groups()]


class _Gauges:
    """Gauges by name, each with the labels that it is first given."""

    def __init__(self, service: str) -> None:
        self._service = service
        self.families: dict[str, Any] = {}

    def add(self, name: str, value: float, **labels: str) -> None:
        if name not in self.families:
            self.families[name] = GaugeMetricFamily(name, _HELP[name], labels=["service", *labels])
        self.families[name].add_metric([self._service, *labels.values()], value)
