"""How fast reporting folds a log into new views."""

from __future__ import annotations

from movewell.kernel import SystemClock
from movewell.service import Running
from reporting.bootstrap import SERVICE as REPORTING

from bench.figures import over_runs
from bench.ground import log_of, store_of
from bench.workload import fill, missed, timed
from deploy.local.site import Site


def rebuild_rate(site: Site, events: int, runs: int) -> dict[str, dict[str, float]]:
    """Events a second, and CPU µs an event. Every run rebuilds the views of the run before."""
    log, store = log_of(site), store_of(site, "reporting")
    running = Running(REPORTING, store, log, SystemClock())
    running.prepare()
    fill(log, site.folder, events, missed)
    measured = [timed(lambda: _rebuild(running, events)) for _ in range(runs)]
    store.close()
    log.close()
    return {
        "events_per_second": over_runs(events / wall for wall, _ in measured),
        "cpu_us_per_event": over_runs(1e6 * cpu / events for _, cpu in measured),
    }


def _rebuild(running: Running, events: int) -> None:
    if running.rebuild() != events:
        raise RuntimeError("not every event was folded")
