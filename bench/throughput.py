"""Consume → handle → commit → publish through the platform's layer, beside the raw loops that do the same work."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from movewell.contracts.scheduling import OfferDeclined, OfferLapsed
from movewell.contracts.types import Actor
from movewell.kernel import SystemClock
from movewell.log.consumer import Consumer, Subscription
from movewell.log.relay import Relay
from movewell.log.sqlite import SqliteLog
from movewell.service import PLUMBING
from movewell.store.documents import stored
from movewell.store.port import Collection
from movewell.store.sqlite import SqliteStore
from movewell.store.unit import Unit, Units

from bench.figures import over_runs
from bench.raw_loop import COMPILED, LIBRARIES, RawLoop
from bench.workload import fill, lapsed, timed

PEERS = {"raw": LIBRARIES, "raw_compiled": COMPILED}
_CONTENDERS = ("ours", *PEERS)


def throughput(events: int, runs: int) -> dict[str, dict[str, dict[str, float]]]:
    """Of each contender events a second, wall and CPU µs an event; of ours the ratios to the others, run by run.

    Every run fills a new log and gives it to all contenders, in an order that turns from run to run.
    """
    measured = [_run(events, number) for number in range(runs)]
    found: dict[str, dict[str, dict[str, float]]] = {}
    for name in _CONTENDERS:
        found[name] = {
            "events_per_second": over_runs(events / run[name][0] for run in measured),
            "wall_us_per_event": over_runs(1e6 * run[name][0] / events for run in measured),
            "cpu_us_per_event": over_runs(1e6 * run[name][1] / events for run in measured),
        }
    for peer in PEERS:
        found[f"ours_to_{peer}"] = {
            "wall_ratio": over_runs(run["ours"][0] / run[peer][0] for run in measured),
            "cpu_ratio": over_runs(run["ours"][1] / run[peer][1] for run in measured),
        }
    return found


def _run(events: int, number: int) -> dict[str, tuple[float, float]]:
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        log = SqliteLog(str(folder / "in.sqlite"))
        log.prepare(["scheduling"])
        fill(log, folder, events, lapsed)
        log.close()
        contenders: dict[str, Callable[[], None]] = {"ours": _ours(folder, events)}
        contenders |= {name: RawLoop(folder, name, codec, events).run for name, codec in PEERS.items()}
        turned = _CONTENDERS[number % 3 :] + _CONTENDERS[: number % 3]
        found = {name: timed(contenders[name]) for name in turned}
        for name in _CONTENDERS:
            _check_published(folder / f"out-{name}.sqlite", events)
        return found


def _check_published(path: Path, events: int) -> None:
    with closing(sqlite3.connect(path)) as connection:
        if connection.execute("SELECT count(*) FROM records").fetchone() != (events,):
            raise RuntimeError(f"not every event was answered in {path.name}")


def _ours(folder: Path, events: int) -> Callable[[], None]:
    log, out = SqliteLog(str(folder / "in.sqlite")), SqliteLog(str(folder / "out-ours.sqlite"))
    out.prepare(["scheduling"])
    store = SqliteStore(str(folder / "ours.sqlite"))
    store.prepare((*PLUMBING, Collection("states")))
    units = Units("scheduling", store, stored(), SystemClock())
    consumer = Consumer(log, units, Subscription("bench", {OfferLapsed: _react}))
    relay = Relay(store, out, "bench")

    def run() -> None:
        met = 0
        while met < events:
            met += consumer.step(0)
            relay.step()
        while relay.step():
            pass

    return run


def _react(event: OfferLapsed, unit: Unit) -> None:
    """The work: change one document, publish one event."""
    row = unit.tx.get("states", event.referral_id)
    if row is None:
        unit.tx.add("states", {"id": event.referral_id, "tenant": unit.tenant, "count": 1, "last": event.offer_id})
    else:
        changed = {**row, "count": row["count"] + 1, "last": event.offer_id}
        unit.tx.replace("states", changed, row["version"])
    unit.publish(
        OfferDeclined(referral_id=event.referral_id, offer_id=event.offer_id, by=Actor.SYSTEM, declined_at=unit.now)
    )
