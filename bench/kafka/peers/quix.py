"""Quix Streams, with inbox and outbox by hand: a sink that writes each checkpoint in one transaction, and a relay.

A checkpoint is 50 records or 10 ms; Quix commits the offsets after the sink's `flush`. Values stay bytes, the relay
has Quix's own producer and a thread of its own.
"""

from __future__ import annotations

import threading
from typing import Any

from quixstreams import Application
from quixstreams.kafka import Producer
from quixstreams.sinks import BaseSink

from bench.kafka.peers.codecs import codec_named
from bench.kafka.peers.inbox_and_outbox import InboxAndOutbox, Met
from bench.kafka.peers.task import BATCH, RELAY_BATCH, Stopwatch, task_given


class WaitingSink(BaseSink):
    """Keeps what it is given until the checkpoint."""

    def __init__(self, store: InboxAndOutbox, stopwatch: Stopwatch, wake: threading.Event) -> None:
        super().__init__()
        self._store, self._stopwatch, self._wake = store, stopwatch, wake
        self._met: list[Met] = []

    def add(
        self, value: bytes, key: bytes, timestamp: int, headers: Any, topic: str, partition: int, offset: int
    ) -> None:
        self._met.append(Met(partition, offset, key, headers or (), value))

    def flush(self) -> None:
        if self._met:
            met, self._met = self._met, []
            self._store.apply(met)
            self._stopwatch.count(len(met))
            self._wake.set()


def main() -> None:
    task = task_given()
    store, stopwatch, wake = InboxAndOutbox(task.store, codec_named(task.codec)), Stopwatch(task), threading.Event()
    app = Application(
        broker_address=task.servers,
        consumer_group=task.group,
        auto_offset_reset="earliest",
        commit_every=BATCH,
        commit_interval=0.01,
        consumer_poll_timeout=0.01,
        consumer_extra_config={"isolation.level": "read_committed", "fetch.wait.max.ms": 25},
        producer_extra_config={"acks": "all", "enable.idempotence": True, "linger.ms": 0},
        auto_create_topics=False,
        use_changelog_topics=False,
        loglevel="WARNING",
    )
    topic = app.topic(task.consumes, value_deserializer="bytes", key_deserializer="bytes")
    app.dataframe(topic).sink(WaitingSink(store, stopwatch, wake))
    relay = threading.Thread(target=_relay, args=(store, app.get_producer(), task.publishes, wake), daemon=True)
    relay.start()
    stopwatch.report_when_done(store.has_pending)
    app.run()


def _relay(store: InboxAndOutbox, producer: Producer, topic: str, wake: threading.Event) -> None:
    while True:
        wake.clear()
        if rows := store.pending(RELAY_BATCH):
            for row in rows:
                producer.produce(topic, row.value, row.key, row.headers, on_delivery=_must_be_taken)
            producer.flush()
            store.mark_done(rows)
        else:
            wake.wait()


def _must_be_taken(error: object, _: object) -> None:
    if error is not None:
        raise RuntimeError("the broker did not take every record")


if __name__ == "__main__":
    main()
