"""FastStream on confluent-kafka, with inbox and outbox by hand.

Configured as its sister on aiokafka. Its batches are waited for until they are full or `polling_interval` is over,
so the interval is short.
"""

from __future__ import annotations

import asyncio
import logging

import uvloop
from confluent_kafka import Message
from faststream import AckPolicy
from faststream.confluent import KafkaBroker, KafkaMessage

from bench.kafka.peers.codecs import codec_named
from bench.kafka.peers.inbox_and_outbox import InboxAndOutbox, Met
from bench.kafka.peers.task import BATCH, RELAY_BATCH, Stopwatch, task_given


async def main() -> None:
    task = task_given()
    store, stopwatch, wake = InboxAndOutbox(task.store, codec_named(task.codec)), Stopwatch(task), asyncio.Event()
    broker = KafkaBroker(
        task.servers,
        acks="all",
        enable_idempotence=True,
        allow_auto_create_topics=False,
        apply_types=False,
        logger=logging.getLogger("contender"),
        log_level=logging.DEBUG,  # the level that it tells of every batch at
    )

    @broker.subscriber(
        task.consumes,
        group_id=task.group,
        batch=True,
        max_records=BATCH,
        polling_interval=0.01,
        auto_offset_reset="earliest",
        isolation_level="read_committed",
        fetch_max_wait_ms=25,
        ack_policy=AckPolicy.NACK_ON_ERROR,
        decoder=_as_it_is,
    )
    async def start_waiting(records: tuple[Message, ...]) -> None:
        store.apply([_met(each) for each in records])
        stopwatch.count(len(records))
        wake.set()

    await broker.start()
    stopwatch.report_when_done(store.has_pending)
    while True:
        wake.clear()
        if not await _publish(store, broker, task.publishes):
            await wake.wait()


def _met(record: Message) -> Met:
    return Met(record.partition(), record.offset(), record.key(), record.headers() or (), record.value())


async def _as_it_is(message: KafkaMessage) -> tuple[Message, ...]:
    return message.raw_message


async def _publish(store: InboxAndOutbox, broker: KafkaBroker, topic: str) -> int:
    rows = store.pending(RELAY_BATCH)
    sent = []
    for row in rows:
        headers = {name: text.decode() for name, text in row.headers}
        sent.append(await broker.publish(row.value, topic, key=row.key, headers=headers, no_confirm=True))
    await asyncio.gather(*sent)
    if rows:
        store.mark_done(rows)
    return len(rows)


if __name__ == "__main__":
    uvloop.run(main())
