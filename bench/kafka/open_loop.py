"""Open loop: a record at each intended time, whatever is still open; the clock of each starts at its intended time."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence

from kafka import KafkaConsumer

from bench.kafka.inputs import Premade
from bench.kafka.topics import Topics

_PATIENCE, _LEAD = 20.0, 0.3


class Unanswered(Exception):
    """Events whose effect was never published."""


def open_loop(topics: Topics, records: Sequence[Premade], per_second: float) -> list[float]:
    """Seconds from each valid event's intended time until what it caused can be read by another client.

    Raises Unanswered.
    """
    awaited = {each.id for each in records if each.expects_effect}
    answered: dict[str, float] = {}
    ended = threading.Event()
    with topics.reading(from_the_end=True) as consumer:
        reader = threading.Thread(target=_read, args=(consumer, awaited, answered, ended))
        reader.start()
        intended = _send(topics, records, per_second)
        until = time.perf_counter() + _PATIENCE
        while len(answered) < len(awaited) and time.perf_counter() < until:
            time.sleep(0.02)
        ended.set()
        reader.join()
    if len(answered) < len(awaited):
        raise Unanswered(f"{len(awaited) - len(answered)} of {len(awaited)} events sent in open loop have no answer")
    return [answered[id] - intended[id] for id in awaited]


def _send(topics: Topics, records: Sequence[Premade], per_second: float) -> dict[str, float]:
    intended: dict[str, float] = {}
    begin = time.perf_counter() + _LEAD
    for number, each in enumerate(records):
        at = begin + number / per_second
        time.sleep(max(0.0, at - time.perf_counter()))
        intended.setdefault(each.id, at)
        topics.send(each)
    topics.producer.flush(timeout=20)
    return intended


def _read(consumer: KafkaConsumer, awaited: set[str], answered: dict[str, float], ended: threading.Event) -> None:
    while not ended.is_set():
        found = consumer.poll(100, max_records=500)
        now = time.perf_counter()
        for records in found.values():
            for each in records:
                cause = dict(each.headers).get("ce_causationid", b"").decode()
                if cause in awaited:
                    answered.setdefault(cause, now)
