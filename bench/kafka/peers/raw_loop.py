"""The floor: one loop on kafka-python, with the options that the platform uses, and inbox and outbox by hand."""

from __future__ import annotations

from kafka import KafkaConsumer, KafkaProducer
from kafka.consumer.fetcher import ConsumerRecord
from kafka.structs import OffsetAndMetadata

from bench.kafka.peers.codecs import codec_named
from bench.kafka.peers.inbox_and_outbox import InboxAndOutbox, Met
from bench.kafka.peers.task import BATCH, RELAY_BATCH, Stopwatch, Task, task_given

_CONNECTION = {"request_timeout_ms": 8_000, "reconnect_backoff_max_ms": 1_000, "metrics_enabled": False}


def main() -> None:
    task = task_given()
    store, stopwatch = InboxAndOutbox(task.store, codec_named(task.codec)), Stopwatch(task)
    consumer, producer = _consumer(task), _producer(task)
    stopwatch.report_when_done(store.has_pending)
    while True:
        found = consumer.poll(200, max_records=BATCH)
        records = [_met(each) for polled in found.values() for each in polled]
        if records:
            store.apply(records)
            consumer.commit({at: OffsetAndMetadata(polled[-1].offset + 1) for at, polled in found.items()})
            stopwatch.count(len(records))
            _publish(store, producer, task.publishes)


def _met(record: ConsumerRecord) -> Met:
    return Met(record.partition, record.offset, record.key, record.headers, record.value)


def _consumer(task: Task) -> KafkaConsumer:
    consumer = KafkaConsumer(
        bootstrap_servers=task.servers,
        group_id=task.group,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        isolation_level="read_committed",
        session_timeout_ms=10_000,
        heartbeat_interval_ms=2_500,
        max_poll_interval_ms=60_000,
        fetch_max_wait_ms=25,
        allow_auto_create_topics=False,
        **_CONNECTION,
    )
    consumer.subscribe([task.consumes])
    consumer.partitions_for_topic(task.consumes)
    return consumer


def _producer(task: Task) -> KafkaProducer:
    return KafkaProducer(
        bootstrap_servers=task.servers,
        acks="all",
        enable_idempotence=True,
        delivery_timeout_ms=15_000,
        allow_auto_create_topics=False,
        **_CONNECTION,
    )


def _publish(store: InboxAndOutbox, producer: KafkaProducer, topic: str) -> None:
    while rows := store.pending(RELAY_BATCH):
        futures = [producer.send(topic, row.value, row.key, row.headers) for row in rows]
        producer.flush(timeout=15)
        if not all(each.succeeded() for each in futures):
            raise RuntimeError("the broker did not take every record")
        store.mark_done(rows)


if __name__ == "__main__":
    main()
