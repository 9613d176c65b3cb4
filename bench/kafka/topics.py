"""The topics of one run of one contender: made, filled, read and deleted, by kafka-python whoever is measured."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator

from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.consumer.fetcher import ConsumerRecord

from bench.kafka.inputs import Premade

PARTITIONS = 12
_SHAPE = {"num_partitions": PARTITIONS, "replication_factor": 1}


class Topics:
    """The consumed and the published topic, of 12 partitions each, on the cluster at `servers`."""

    def __init__(self, servers: str, consumed: str, published: str) -> None:
        self.consumed, self.published = consumed, published
        self._servers = servers
        self._admin = KafkaAdminClient(bootstrap_servers=servers)
        self._admin.create_topics({consumed: _SHAPE, published: _SHAPE})
        self._admin.wait_for_topics([consumed, published], timeout_ms=20_000)
        self.producer = KafkaProducer(bootstrap_servers=servers, acks="all", metrics_enabled=False)

    def fill(self, records: Iterable[Premade]) -> None:
        for each in records:
            self.send(each)
        self.producer.flush(timeout=60)

    def send(self, record: Premade) -> None:
        self.producer.send(self.consumed, record.value, record.key.encode(), record.headers)

    @contextlib.contextmanager
    def reading(self, *, from_the_end: bool = False) -> Iterator[KafkaConsumer]:
        """A consumer, outside of any group, of all that is published."""
        consumer = KafkaConsumer(bootstrap_servers=self._servers, enable_auto_commit=False, metrics_enabled=False)
        try:
            places = [TopicPartition(self.published, each) for each in range(PARTITIONS)]
            consumer.assign(places)
            consumer.partitions_for_topic(self.published)
            if from_the_end:
                consumer.seek_to_end(*places)
                for each in places:
                    consumer.position(each, timeout_ms=10_000)
            else:
                consumer.seek_to_beginning(*places)
            yield consumer
        finally:
            consumer.close(autocommit=False, timeout_ms=1_000)

    def all_published(self) -> list[ConsumerRecord]:
        """Every record of the published topic, in order of each partition."""
        with self.reading() as consumer:
            places = consumer.assignment()
            wanted = sum(consumer.end_offsets(list(places)).values())
            found: list[ConsumerRecord] = []
            for _ in range(200):
                if len(found) >= wanted:
                    break
                for records in consumer.poll(200, max_records=5_000).values():
                    found += records
            if len(found) < wanted:
                raise RuntimeError(f"{wanted} records are published, {len(found)} could be read")
            return found

    def delete(self) -> None:
        self.producer.close(timeout=5)
        with contextlib.closing(self._admin):
            self._admin.delete_topics([self.consumed, self.published])
