"""`make bench-kafka`: the contest on real Apache Kafka, a table of all its rows, and `build/bench-kafka.json`.

Figures are medians over interleaved runs with the least and the most. A contender that failed the checker in any
run has no figures, and the table says why. Nothing is asserted: losing rows are printed like the others.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import signal
import sqlite3
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from bench.kafka.contenders import CONTENDERS, MONGO
from bench.kafka.contest import Ground, Size, contest, on_mongo
from bench.kafka.environments import python_with
from bench.kafka.table import print_table, summary, versions
from deploy.local.foreign_process import DidNotStart, Place
from deploy.local.kafka.broker import Broker
from deploy.local.mongo.stand_in import StandIn

RESULT = Path("build") / "bench-kafka.json"
SLOWER = 10.0
"""Records a second in open loop on the stand-in for MongoDB, which can't keep up with 50."""


def main() -> None:
    options = _options()
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit("Ended before it was done."))  # and the broker with it
    began, busy = time.monotonic(), os.getloadavg()
    for each in CONTENDERS.values():
        python_with(each.requirements)  # before anything is measured
    broker_core, core = _cores()
    with tempfile.TemporaryDirectory(prefix="bench-kafka-") as scratch:
        folder = Path(scratch)
        broker = Broker(folder / "kafka", Place(within=broker_core))
        try:
            broker.start()
        except DidNotStart as error:
            sys.exit(f"No Kafka: {error}")
        try:
            runs = _measure(options, Ground(broker.process.place.address, folder, core), broker_core)
        finally:
            broker.stop()
    result = {
        "figures": {name: summary(each) for name, each in runs.items()},
        "labels": {name: each.label for name, each in {**CONTENDERS, "movewell_mongo": MONGO}.items()},
        "options": vars(options),
        "machine": {
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
            "cores": os.cpu_count(),
            "apart": bool(core),
            "load_before": busy,
            "load_after": os.getloadavg(),
            "python": platform.python_version(),
            "sqlite": sqlite3.sqlite_version,
            "seconds": round(time.monotonic() - began),
        },
        "versions": versions(),
    }
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps(result, indent=2) + "\n")
    print_table(result, Console(width=None if sys.stdout.isatty() else 150))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few records, two runs: at most three minutes")
    parser.add_argument("--records", type=int, help="drained after a warm-up of 500")
    parser.add_argument("--runs", type=int)
    parser.add_argument("--seconds", type=float, help="of open loop")
    parser.add_argument("--per-second", type=float, default=50)
    parser.add_argument("--contenders", nargs="+", choices=list(CONTENDERS), default=list(CONTENDERS))
    parser.add_argument("--mongo-runs", type=int, default=1)
    options = parser.parse_args()
    records, runs, seconds = (800, 2, 2.0) if options.quick else (4000, 5, 6.0)
    options.records = options.records or records
    options.runs = options.runs or runs
    options.seconds = options.seconds or seconds
    return options


def _measure(options: argparse.Namespace, ground: Ground, broker_core: tuple[str, ...]) -> dict:
    size = Size(options.records, options.seconds, options.per_second)
    runs = contest(ground, size, options.runs, options.contenders)
    if options.mongo_runs:
        smaller = Size(min(options.records, 300), min(options.seconds, 5.0), min(options.per_second, SLOWER))
        server = StandIn(ground.folder / "mongo", Place(within=broker_core))
        try:
            server.start()
            ground = Ground(ground.servers, ground.folder, ground.core, server)
            runs["movewell_mongo"] = on_mongo(ground, smaller, options.mongo_runs)
        except DidNotStart as error:
            print(f"No stand-in for MongoDB, so no row for it: {error}")
        finally:
            server.kill()
    return runs


def _cores() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Broker and this program on one core, the contender on another; nowhere in particular where that can't be."""
    if (os.cpu_count() or 1) < 2 or not shutil.which("taskset") or not hasattr(os, "sched_setaffinity"):
        return (), ()
    first, second = sorted(os.sched_getaffinity(0))[:2]
    os.sched_setaffinity(0, {first})
    return ("taskset", "-c", str(first)), ("taskset", "-c", str(second))


if __name__ == "__main__":
    main()
