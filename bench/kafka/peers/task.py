"""What a contender is told, and how it measures itself: wall and CPU from the end of the warm-up until all is done.

Only the standard library: this runs in every contender's environment.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

_REPORT = os.dup(1)
BATCH, RELAY_BATCH = 50, 500
_LOOK_SECONDS = 0.02


@dataclass(frozen=True)
class Task:
    """Consume `consumes` as `group`, keep the store at `store`, publish to `publishes`; all are the cluster's names.

    `records`: how many there are to meet until the contender reports. `prefix`: of topics and group.
    """

    servers: str
    prefix: str
    consumes: str
    publishes: str
    group: str
    store: str
    warm_up: int
    records: int
    codec: str = "msgspec"


def task_given() -> Task:
    """From the command line. From now on what a framework prints goes where errors go: nobody would read the pipe."""
    os.dup2(2, 1)
    return Task(**json.loads(sys.argv[1]))


@dataclass
class Stopwatch:
    """Counts records met; reports on the standard output when all are met and nothing is pending; ends on request."""

    task: Task
    met: int = 0
    _began: tuple[float, float] = (0.0, 0.0)
    _counted_from: int = 0
    _ended: threading.Event = field(default_factory=threading.Event)

    def count(self, records: int) -> None:
        """So many more records were met: their effects are committed."""
        self.met += records
        if not self._counted_from and self.met >= self.task.warm_up:
            self._began, self._counted_from = _now(), self.met

    def report_when_done(self, has_pending: Callable[[], bool]) -> None:
        """In a thread of its own: report, then end the process at the end of the standard input."""
        threading.Thread(target=self._report, args=(has_pending,), daemon=True, name="stopwatch").start()

    def _report(self, has_pending: Callable[[], bool]) -> None:
        while self.met < self.task.records or has_pending():
            time.sleep(_LOOK_SECONDS)
        wall, cpu = (now - then for now, then in zip(_now(), self._began, strict=True))
        found = {"events": self.met - self._counted_from, "wall": wall, "cpu": cpu}
        os.write(_REPORT, f"{json.dumps(found)}\n".encode())
        sys.stdin.read()
        os._exit(0)  # what was committed is committed: no contender is given time to tidy up


def _now() -> tuple[float, float]:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return time.perf_counter(), used.ru_utime + used.ru_stime
