"""How fast reporting folds a log into new views."""

from __future__ import annotations

import tempfile
from pathlib import Path

from movewell.kernel import SystemClock
from movewell.log.sqlite import SqliteLog
from movewell.service import Running
from movewell.store.sqlite import SqliteStore
from reporting.bootstrap import SERVICE as REPORTING

from bench.figures import over_runs
from bench.workload import fill, missed, timed


def rebuild_rate(events: int, runs: int) -> dict[str, dict[str, float]]:
    """Events a second, and CPU µs an event. Every run rebuilds the views of the run before."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        log = SqliteLog(str(folder / "log.sqlite"))
        running = Running(REPORTING, SqliteStore(str(folder / "reporting.sqlite")), log, SystemClock())
        running.prepare()
        fill(log, folder, events, missed)
        measured = [timed(lambda: _rebuild(running, events)) for _ in range(runs)]
    return {
        "events_per_second": over_runs(events / wall for wall, _ in measured),
        "cpu_us_per_event": over_runs(1e6 * cpu / events for _, cpu in measured),
    }


def _rebuild(running: Running, events: int) -> None:
    if running.rebuild() != events:
        raise RuntimeError("not every event was folded")
