"""FastStream on aiokafka, with inbox and outbox by hand.

Configured for speed: batches as they come, raw (no decoding of its own, no injection), commit once a batch after the
handler, publications unconfirmed one by one and confirmed together while the next batch is handled, uvloop.
`publish_batch` is not used: it takes one partition and one set of headers for all.
"""

from __future__ import annotations

import asyncio
import logging

import uvloop
from aiokafka import ConsumerRecord
from faststream import AckPolicy
from faststream.kafka import KafkaBroker, KafkaMessage

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
        batch_timeout_ms=200,
        auto_offset_reset="earliest",
        isolation_level="read_committed",
        fetch_max_wait_ms=25,
        ack_policy=AckPolicy.NACK_ON_ERROR,
        decoder=_as_it_is,
    )
    async def start_waiting(records: tuple[ConsumerRecord, ...]) -> None:
        store.apply([Met(each.partition, each.offset, each.key, each.headers, each.value) for each in records])
        stopwatch.count(len(records))
        wake.set()

    await broker.start()
    stopwatch.report_when_done(store.has_pending)
    while True:
        wake.clear()
        if not await _publish(store, broker, task.publishes):
            await wake.wait()


async def _as_it_is(message: KafkaMessage) -> tuple[ConsumerRecord, ...]:
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
