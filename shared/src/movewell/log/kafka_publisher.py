"""Publish to Apache Kafka. The producer is imported here and nowhere else (law 1 of the design)."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Sequence
from typing import Any

from kafka import KafkaProducer
from kafka.errors import KafkaError

from movewell.errors import Unavailable
from movewell.log.kafka_options import DELIVERY_SECONDS, Site
from movewell.log.port import Record


class KafkaPublisher:
    """Publishes batches and waits for what became of each record."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._producer: KafkaProducer | None = None
        self._lock = threading.Lock()

    def publish(self, records: Sequence[Record]) -> list[bool]:
        """For each record whether it was acknowledged. Raises Unavailable when none was.

        A producer that has failed in anything is given up with all that it still holds: what the caller was
        told is not acknowledged must not be sent later, behind the caller's own next try.
        """
        with self._lock:
            acknowledged, error = self._send(records)
            if not all(acknowledged):
                self.close()
        if not any(acknowledged) and records:
            raise Unavailable("the event log takes nothing now") from error
        return _up_to_the_first_failure_of_each_key(records, acknowledged)

    def close(self) -> None:
        producer, self._producer = self._producer, None
        if producer is not None:
            with contextlib.suppress(KafkaError):
                producer.close(timeout=0)

    def _send(self, records: Sequence[Record]) -> tuple[list[bool], KafkaError | None]:
        futures: list[Any] = []
        error = None
        try:
            if self._producer is None:
                self._producer = KafkaProducer(**self._site.producer())
            for each in records:
                headers = [(name, text.encode()) for name, text in each.headers.items()]
                futures.append(
                    self._producer.send(self._site.named(each.topic), each.value, each.key.encode(), headers)
                )
            self._producer.flush(timeout=DELIVERY_SECONDS)
        except KafkaError as raised:
            error = raised
        acknowledged = [future.succeeded() for future in futures]
        return acknowledged + [False] * (len(records) - len(acknowledged)), error


def _up_to_the_first_failure_of_each_key(records: Sequence[Record], acknowledged: Sequence[bool]) -> list[bool]:
    """Where one record fails, its key stops: what follows is published again, after it."""
    stopped: set[tuple[str, str]] = set()
    result = []
    for record, taken in zip(records, acknowledged, strict=True):
        place = (record.topic, record.key)
        if not taken:
            stopped.add(place)
        result.append(place not in stopped)
    return result
