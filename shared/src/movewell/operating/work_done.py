"""What the loops of one process have done since it began: counters for Prometheus."""

from __future__ import annotations

from prometheus_client import Counter
from prometheus_client.registry import Collector


class WorkDone:
    """Of one service. A record that is published again counts again: it is what the log took."""

    def __init__(self, service: str) -> None:
        self._published = Counter(
            "movewell_published_records", "Records that the log acknowledged", ["service"], registry=None
        )
        self._rung = Counter("movewell_rung_timers", "Timers that rang, or were put off", ["service"], registry=None)
        self.published, self.rung = self._published.labels(service), self._rung.labels(service)

    def collectors(self) -> list[Collector]:
        return [self._published, self._rung]
