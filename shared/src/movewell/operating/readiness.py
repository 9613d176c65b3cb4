"""Whether a process can do its work now: what its readiness probe asks."""

from __future__ import annotations

import time
from collections.abc import Callable

from movewell.errors import Unavailable
from movewell.operating import audit
from movewell.service import Running, Worker
from movewell.store.port import ALL

BEAT_SECONDS = 30.0
"""A loop that has not come round for so long hangs, or what it needs is away."""
REACHED_SECONDS = 10.0
"""An answer of the store or the log holds for so long; then it is asked again."""

Check = Callable[[], None]


class Reached:
    """A check that asks again only when its last good answer is old."""

    def __init__(self, ask: Check, clock: Callable[[], float] = time.monotonic) -> None:
        self._ask = ask
        self._clock = clock
        self._good_until = float("-inf")

    def __call__(self) -> None:
        if self._clock() >= self._good_until:
            self._ask()
            self._good_until = self._clock() + REACHED_SECONDS


def ask_store(running: Running) -> None:
    """Raises Unavailable."""
    running.store.read(ALL, lambda tx: tx.get("marks", "nothing"))


def ask_log(running: Running) -> None:
    """Raises Unavailable."""
    names = {name for topics in running.groups().values() for name in topics}
    running.log.ends(sorted(names | set(audit.own_topics(running)))[:1])


def of_work(running: Running, worker: Worker, clock: Callable[[], float] = time.monotonic) -> dict[str, Check]:
    """A worker: its loops come round, no breaker is open, store and log answer."""

    def loops() -> None:
        silent = [each for each in worker.loops if clock() - worker.healthy_at.get(each, 0.0) > BEAT_SECONDS]
        if silent:
            raise Unavailable(f"not come round: {', '.join(silent)}")

    def breakers() -> None:
        if any(worker.open_breakers().values()):
            raise Unavailable("the same error on many keys: a consumer has stopped")

    return {
        "store": Reached(lambda: ask_store(running), clock),
        "log": Reached(lambda: ask_log(running), clock),
        "loops": loops,
        "breaker": breakers,
    }
