"""A member of a consumer group of Apache Kafka."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Mapping, Sequence
from typing import Any

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import CommitFailedError, KafkaError, RebalanceInProgressError
from kafka.structs import OffsetAndMetadata

from movewell.errors import Unavailable
from movewell.log.kafka_options import ANSWER_SECONDS, Site
from movewell.log.port import Delivered, Position
from movewell.telemetry import logger

_IDLE_SECONDS = 60.0
"""A member that holds nothing for so long joins anew: beside the fault above, only a thirteenth member does."""
log = logger(__name__)


class KafkaSubscriber:
    """Implements `movewell.log.port.Subscriber`. Used by one thread.

    A member that was paused, or whose partitions went to another, may still apply what it had polled: the
    store's compare-and-set on `progress` fences it, not Kafka.
    """

    def __init__(self, site: Site, group: str, topics: Sequence[str]) -> None:
        self._site = site
        self._group = group
        self._assigned_at = time.monotonic()
        try:
            self._consumer = KafkaConsumer(**site.consumer(group))
            self._consumer.subscribe([site.named(each) for each in topics])
            # kafka-python 3.0.12 rejoins by itself when it learns of partitions after it has joined, and loses
            # what it is assigned then if a poll ends meanwhile: so it must know them before
            for each in topics:
                self._consumer.partitions_for_topic(site.named(each))
        except KafkaError as error:
            raise Unavailable("the event log is away") from error

    def poll(self, limit: int, timeout: float) -> list[Delivered]:
        try:
            found = self._consumer.poll(int(timeout * 1000), max_records=limit)
            if self._consumer.assignment():
                self._assigned_at = time.monotonic()
        except KafkaError as error:
            raise Unavailable("the event log is away") from error
        if time.monotonic() - self._assigned_at > _IDLE_SECONDS:
            raise Unavailable("this member was given no partition: join anew")
        return [delivered(each, self._site) for records in found.values() for each in records]

    def commit(self, positions: Mapping[Position, int]) -> None:
        offsets = {place(self._site, *each): OffsetAndMetadata(at) for each, at in positions.items()}
        try:
            self._consumer.commit(offsets, timeout_ms=int(ANSWER_SECONDS * 1000))
        except (CommitFailedError, RebalanceInProgressError):
            log.info("log.commit_after_rebalance", group=self._group)  # another reads them again, and skips
        except KafkaError as error:
            raise Unavailable("the event log is away") from error

    def close(self) -> None:
        with contextlib.suppress(KafkaError):
            self._consumer.close(autocommit=False, timeout_ms=2_000)


def place(site: Site, topic: str, partition: int) -> TopicPartition:
    """A position as the cluster knows it."""
    return TopicPartition(site.named(topic), partition)


def delivered(record: Any, site: Site) -> Delivered:
    """A record of kafka-python as the port has it. What others may have left out is empty."""
    headers = {name: (value or b"").decode(errors="replace") for name, value in record.headers or ()}
    key = (record.key or b"").decode(errors="replace")
    topic = record.topic.removeprefix(site.prefix)
    return Delivered(topic, record.partition, record.offset, key, headers, record.value or b"")
