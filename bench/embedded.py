"""The embedded set measured: throughput beside raw loops, rebuild rate, what it takes idle, reaction time under load.

Contenders take turns within a run, figures are medians over the runs with the least and the most. Nothing is
asserted. A table is printed, and `build/bench.json` keeps all of it with what is known of the machine.
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

from bench.idle import idle_cpu
from bench.reaction_time import reaction_time
from bench.rebuild_rate import rebuild_rate
from bench.throughput import throughput

RESULT = Path("build") / "bench.json"
_NAMES = {
    "ours": "Movewell",
    "raw": "raw loop, json and marshmallow",
    "raw_compiled": "raw loop, Movewell's codec",
    "ours_to_raw": "Movewell to raw loop (aim ≤ 1.25)",
    "ours_to_raw_compiled": "Movewell to raw loop with its codec",
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=5000)
    parser.add_argument("--rebuild", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=20)
    options = parser.parse_args()
    began, busy = time.monotonic(), os.getloadavg()
    result = {
        "throughput": throughput(options.events, options.runs),
        "rebuild": rebuild_rate(options.rebuild, options.runs),
        "idle_cpu_per_cent": idle_cpu(30.0, options.runs),
        "reaction": reaction_time(options.seconds, options.runs),
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
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps(result, indent=2) + "\n")
    show(result, Console())


def show(result: dict, console: Console) -> None:
    """Print the table."""
    table = Table(title=f"Medians of {result['options']['runs']} runs (least – most)")
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
    console.print(f"{machine['cores']} cores, load {busy}; {machine['seconds']} s in all. Kept in {RESULT}.")
    console.print(f"Reactions never readable: {load['never_readable']}.")


def _rows(table: Table, what: str, figures: dict[str, dict[str, float]]) -> None:
    for number, (name, each) in enumerate(figures.items()):
        row = (f"{each['median']:.4g}", f"{each['min']:.4g} – {each['max']:.4g}")
        table.add_row(what if number == 0 else "", name.replace("_", " "), *row)
    table.add_section()


if __name__ == "__main__":
    main()
