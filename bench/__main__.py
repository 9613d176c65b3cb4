"""`make bench`: throughput beside raw loops, rebuild rate, what it takes idle, reaction time under load.

On the embedded set, or on Apache Kafka and the stand-in for MongoDB (`LOG=kafka STORE=mongo`); throughput there is
`make bench-kafka`'s. Contenders take turns within a run, figures are medians over the runs with the least and the
most. Nothing is asserted. A table is printed, and `build/bench-<log>-<store>.json` keeps all of it with what is known
of the machine.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sqlite3
import time
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench.ground import ground
from bench.idle import idle_cpu
from bench.reaction_time import reaction_time
from bench.rebuild_rate import rebuild_rate
from bench.throughput import throughput

BUILD = Path("build")
_REBUILT, _PER_SECOND = {"sqlite": 100_000, "mongo": 2_000}, {"sqlite": 20.0, "mongo": 2.0}
"""By store: the stand-in for MongoDB does not bear more."""
_NAMES = {
    "ours": "Movewell",
    "raw": "raw loop, json and marshmallow",
    "raw_compiled": "raw loop, Movewell's codec",
    "ours_to_raw": "Movewell to raw loop (aim ≤ 1.25)",
    "ours_to_raw_compiled": "Movewell to raw loop with its codec",
}


def main() -> None:
    options = _options()
    began, busy = time.monotonic(), os.getloadavg()
    embedded = (options.log, options.store) == ("sqlite", "sqlite")
    with ground(options.log, options.store) as new_site:
        result = {
            "throughput": throughput(options.events, options.runs) if embedded else {},
            "rebuild": rebuild_rate(new_site(), options.rebuild, options.runs),
            "idle_cpu_per_cent": idle_cpu(new_site(), 30.0, options.runs),
            "reaction": reaction_time(new_site(), options.per_second, options.seconds, options.runs),
        }
    result["options"] = vars(options)
    result["machine"] = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "cores": os.cpu_count(),
        "load_before": busy,
        "load_after": os.getloadavg(),
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "seconds": round(time.monotonic() - began),
    }
    BUILD.mkdir(exist_ok=True)
    _file(result).write_text(json.dumps(result, indent=2) + "\n")
    show(result, Console())


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--log", choices=("sqlite", "kafka"), default="sqlite")
    parser.add_argument("--store", choices=("sqlite", "mongo"), default="sqlite")
    parser.add_argument("--events", type=int, default=5000)
    parser.add_argument("--rebuild", type=int, help="events in the log that views are rebuilt from")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--per-second", type=float, help="events published while reactions are timed")
    options = parser.parse_args()
    options.rebuild = options.rebuild or _REBUILT[options.store]
    options.per_second = options.per_second or _PER_SECOND[options.store]
    return options


def show(result: dict, console: Console) -> None:
    """Print the table."""
    options = result["options"]
    table = Table(title=f"{options['log']} and {options['store']}: medians of {options['runs']} runs (least – most)")
    table.add_column("What")
    table.add_column("Figure")
    table.add_column("Median", justify="right")
    table.add_column("Least – most", justify="right")
    for name, figures in result["throughput"].items():
        _rows(table, _NAMES[name], figures)
    _rows(table, "Rebuild of reporting's views (aim ≥ 2000)", result["rebuild"])
    if result["idle_cpu_per_cent"] is not None:
        _rows(table, "Idle platform (aim < 5)", {"% of a core": result["idle_cpu_per_cent"]["total"]})
    for name in ("scheduling", "reporting"):
        figures = {key: value for key, value in result["reaction"][name].items() if key != "measured"}
        _rows(table, f"POST to readable in {name} (aim p50 ≤ 50, p99 ≤ 250)", figures)
    load = result["reaction"]["load"]
    _rows(table, "Published meanwhile", {"events_per_second": load["published_events_per_second"]})
    console.print(table)
    machine = result["machine"]
    busy = " and ".join(
        f"{machine[when][0]:.1f} {when.removeprefix('load_')}" for when in ("load_before", "load_after")
    )
    console.print(f"{machine['cores']} cores, load {busy}; {machine['seconds']} s in all. Kept in {_file(result)}.")
    console.print(f"Reactions never readable: {load['never_readable']}.")


def _file(result: dict) -> Path:
    return BUILD / f"bench-{result['options']['log']}-{result['options']['store']}.json"


def _rows(table: Table, what: str, figures: dict[str, dict[str, float]]) -> None:
    for number, (name, each) in enumerate(figures.items()):
        row = (f"{each['median']:.4g}", f"{each['min']:.4g} – {each['max']:.4g}")
        table.add_row(what if number == 0 else "", name.replace("_", " "), *row)
    table.add_section()


if __name__ == "__main__":
    main()
