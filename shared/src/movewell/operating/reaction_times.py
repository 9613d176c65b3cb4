"""How long it takes from an event to its effect: a histogram, filled by the consumers of one process."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from prometheus_client import Histogram

from movewell.wire.envelope import Envelope

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1, 2.5, 5, 15, 60, 300, 3600, 86_400)
"""Seconds. 0.15 is the aim of the design for the 99th percentile."""


class ReactionTimes:
    """From the time in an event's envelope to the commit of the transaction that applied it."""

    def __init__(self, service: str, now: Callable[[], datetime]) -> None:
        self._service = service
        self._now = now
        self.collector = Histogram(
            "movewell_reaction_seconds",
            "From the time of an event to its effect",
            ["service", "consumer"],
            buckets=BUCKETS,
            registry=None,
        )

    def of(self, consumer: str) -> Reaction:
        """The part of one consumer, which is one thread."""
        return Reaction(self.collector.labels(self._service, consumer), self._now)


class Reaction:
    """What a consumer has handled since it last committed: an event that is handled again counts once."""

    def __init__(self, histogram: Histogram, now: Callable[[], datetime]) -> None:
        self._histogram = histogram
        self._now = now
        self._handled: dict[str, datetime] = {}

    def note(self, envelope: Envelope) -> None:
        """A handler has run, within a transaction that may yet be rerun or lost."""
        self._handled[envelope.id] = envelope.time

    def settle(self) -> None:
        """All that was handled is committed."""
        if self._handled:
            now = self._now()
            for time in self._handled.values():
                self._histogram.observe(max((now - time).total_seconds(), 0.0))
            self._handled.clear()
