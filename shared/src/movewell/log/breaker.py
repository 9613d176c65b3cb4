"""Stops a consumer when the same error hits many keys within a minute, so that a bad release cannot park the log."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable

from movewell.errors import Unavailable

KEYS, SECONDS = 20, 60.0


class Breaker:
    """Counts keys per kind of error. Once open it stays open until the process is restarted."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._hits: dict[str, dict[str, float]] = defaultdict(dict)
        self.opened_by: str | None = None

    def count(self, error: str, key: str) -> None:
        """A handler failed with `error` on `key`."""
        now = self._clock()
        hits = self._hits[error]
        hits[key] = now
        for old in [each for each, at in hits.items() if at < now - SECONDS]:
            del hits[old]
        if len(hits) >= KEYS:
            self.opened_by = error

    def check(self) -> None:
        """Raises Unavailable while open."""
        if self.opened_by is not None:
            raise Unavailable("the same error on many keys: consumer stopped")
