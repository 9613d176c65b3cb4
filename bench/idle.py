"""What the platform takes of a core while nothing happens. Reads /proc, so Linux only."""

from __future__ import annotations

import os
import time
from pathlib import Path

from bench.figures import over_runs
from deploy.local.processes import Platform, free_port
from deploy.local.site import Site

_SETTLING = 5.0
_TICKS = os.sysconf("SC_CLK_TCK")


def idle_cpu(site: Site, seconds: float, runs: int) -> dict[str, dict[str, float]] | None:
    """Per cent of one core: of the platform in `total`, then by process. None where there is no /proc."""
    if not Path("/proc/self/stat").exists():
        return None
    platform = Platform(site, free_port(8400), None)
    platform.start()
    try:
        time.sleep(_SETTLING)
        measured = [_measure(platform, seconds / runs) for _ in range(runs)]
    finally:
        platform.stop()
    return {name: over_runs(run[name] for run in measured) for name in measured[0]}


def _measure(platform: Platform, seconds: float) -> dict[str, float]:
    sessions = {name: process.pid for name, process in platform.processes.items()}
    before, began = _ticks(), time.monotonic()
    time.sleep(seconds)
    after, took = _ticks(), time.monotonic() - began
    taken = {
        name: 100 * (after.get(session, 0) - before.get(session, 0)) / _TICKS / took
        for name, session in sessions.items()
    }
    return {"total": sum(taken.values()), **taken}


def _ticks() -> dict[int, int]:
    """Session → clock ticks that its processes have taken; every process of a platform leads a session."""
    found: dict[int, int] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()  # from the state on, the third field
        except (FileNotFoundError, ProcessLookupError):  # it has just ended
            continue
        found[int(fields[3])] = found.get(int(fields[3]), 0) + int(fields[11]) + int(fields[12])
    return found
