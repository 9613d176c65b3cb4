"""The embedded set measured: throughput against a raw SQLite loop, rebuild rate, reaction time under load.

Every comparison is interleaved (A B, B A, …) within one run and given as medians; nothing is asserted.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from movewell.contracts.scheduling import OfferDeclined, OfferLapsed, SessionMissed
from movewell.contracts.types import Actor, AttendanceCode
from movewell.kernel import SystemClock
from movewell.log.consumer import Consumer, Subscription
from movewell.log.relay import Relay
from movewell.log.sqlite import SqliteLog
from movewell.service import PLUMBING, Running
from movewell.store.documents import stored
from movewell.store.port import Collection
from movewell.store.sqlite import SqliteStore
from movewell.store.unit import Cause, Unit, Units
from reporting.bootstrap import SERVICE as REPORTING

from bench.raw_loop import RawLoop
from bench.reaction_time import measure as measure_reaction_time

TENANT, NOW = "ZT001", datetime(2026, 1, 5, 9, tzinfo=UTC)


def lapsed(number: int) -> OfferLapsed:
    """Twenty offers for each of many referrals."""
    return OfferLapsed(referral_id=str(UUID(int=number // 20)), offer_id=str(UUID(int=10**9 + number)), lapsed_at=NOW)


def missed(number: int) -> SessionMissed:
    """Twenty sessions for each of many referrals; reporting folds each into two rows."""
    return SessionMissed(
        referral_id=str(UUID(int=number // 20)),
        booking_id=str(UUID(int=10**9 + number)),
        session_id=str(UUID(int=2 * 10**9 + number)),
        code=AttendanceCode.DID_NOT_ATTEND,
        starts_at=NOW,
        recorded_at=NOW,
    )


def fill(log: SqliteLog, folder: Path, events: int, event: Callable[[int], object] = lapsed) -> None:
    """Publish so many events."""
    store = SqliteStore(str(folder / "producer.sqlite"))
    store.prepare(PLUMBING)
    units, relay = Units("scheduling", store, stored(), SystemClock()), Relay(store, log, "fill")
    for start in range(0, events, 500):

        def work(unit: Unit, start: int = start) -> None:
            for number in range(start, min(start + 500, events)):
                unit.publish(event(number))

        units.run(TENANT, Cause("bench"), work)
        while relay.step():
            pass
    store.close()


def react(event: OfferLapsed, unit: Unit) -> None:
    """The work: change one document, publish one event."""
    row = unit.tx.get("states", event.referral_id)
    if row is None:
        unit.tx.add("states", {"id": event.referral_id, "tenant": unit.tenant, "count": 1, "last": event.offer_id})
    else:
        changed = {**row, "count": row["count"] + 1, "last": event.offer_id}
        unit.tx.replace("states", changed, row["version"])
    unit.publish(
        OfferDeclined(referral_id=event.referral_id, offer_id=event.offer_id, by=Actor.SYSTEM, declined_at=NOW)
    )


def ours(folder: Path, events: int) -> Callable[[], None]:
    """Consume, handle, commit, publish: through the platform's layer."""
    log, out = SqliteLog(str(folder / "in.sqlite")), SqliteLog(str(folder / "out-ours.sqlite"))
    out.prepare(["scheduling"])
    store = SqliteStore(str(folder / "ours.sqlite"))
    store.prepare((*PLUMBING, Collection("states")))
    units = Units("scheduling", store, stored(), SystemClock())
    consumer = Consumer(log, units, Subscription(f"bench-{folder.name}", {OfferLapsed: react}))
    relay = Relay(store, out, "bench")

    def run() -> None:
        met = 0
        while met < events:
            met += consumer.step(0)
            relay.step()
        while relay.step():
            pass

    return run


def timed(run: Callable[[], None]) -> tuple[float, float]:
    """Wall and CPU seconds."""
    began, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_SELF)
    run()
    after = resource.getrusage(resource.RUSAGE_SELF)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return time.perf_counter() - began, cpu


def throughput(events: int, runs: int) -> dict[str, float]:
    """Events a second and CPU a event of both, and the ratio of CPU and of wall time, pair by pair."""
    pairs = []
    for number in range(runs):
        with tempfile.TemporaryDirectory() as scratch:
            folder = Path(scratch)
            log = SqliteLog(str(folder / "in.sqlite"))
            log.prepare(["scheduling"])
            fill(log, folder, events)
            contenders = {"ours": ours(folder, events), "raw": RawLoop(folder, events).run}
            order = ("ours", "raw") if number % 2 == 0 else ("raw", "ours")
            pairs.append({name: timed(contenders[name]) for name in order})
    return {
        "ours_events_per_second": events / statistics.median(pair["ours"][0] for pair in pairs),
        "raw_events_per_second": events / statistics.median(pair["raw"][0] for pair in pairs),
        "ours_cpu_us_per_event": 1e6 * statistics.median(pair["ours"][1] for pair in pairs) / events,
        "raw_cpu_us_per_event": 1e6 * statistics.median(pair["raw"][1] for pair in pairs) / events,
        "cpu_ratio": statistics.median(pair["ours"][1] / pair["raw"][1] for pair in pairs),
        "wall_ratio": statistics.median(pair["ours"][0] / pair["raw"][0] for pair in pairs),
    }


def rebuild_rate(events: int, runs: int) -> float:
    """Events a second that reporting's views are rebuilt at."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        log = SqliteLog(str(folder / "log.sqlite"))
        running = Running(REPORTING, SqliteStore(str(folder / "reporting.sqlite")), log, SystemClock())
        running.prepare()
        fill(log, folder, events, missed)
        return events / statistics.median(timed(lambda: running.rebuild() and None)[0] for _ in range(runs))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=5000)
    parser.add_argument("--rebuild", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=30)
    options = parser.parse_args()
    result = {
        "throughput": throughput(options.events, options.runs),
        "rebuild_events_per_second": rebuild_rate(options.rebuild, min(options.runs, 3)),
        "reaction": measure_reaction_time(options.seconds, options.runs),
    }
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
