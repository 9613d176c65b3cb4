"""Law 2: the relay asks for what is pending, publishes it in order of each key, one relay a lane."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Sequence

import pytest
from movewell.errors import Unavailable
from movewell.log.kafka_options import Site
from movewell.log.kafka_publisher import KafkaPublisher
from movewell.log.port import Record
from movewell.log.relay import Relay
from movewell.store.outbox import lane_of

from .stage import TENANT, Stage, lapsed, uid


class Seconds:
    """Real time as the relay sees it."""

    def __init__(self) -> None:
        self.at = 1000.0

    def __call__(self) -> float:
        return self.at


def test_a_lane_belongs_to_one_relay_until_its_lease_ends() -> None:
    stage, seconds = Stage(), Seconds()
    one, two = (Relay(stage.telling.store, stage.log, name, seconds) for name in ("one", "two"))
    one.step()
    stage.say(*(lapsed(n, 10) for n in range(20)))
    assert two.step() == 0
    seconds.at += 60
    assert two.step() == 20


def test_records_of_a_key_are_published_in_order_of_their_sequence() -> None:
    stage = Stage()
    stage.publish(*(lapsed(1, n) for n in range(30)))
    assert [int(each.headers["ce_sequence"]) for each in stage.records()] == list(range(1, 31))


def test_lanes_are_asked_for_together_and_only_those_that_are_held(monkeypatch: pytest.MonkeyPatch) -> None:
    stage, seconds, asked = Stage(), Seconds(), []
    one, two = (Relay(stage.telling.store, stage.log, name, seconds) for name in ("one", "two"))
    for each in (one, two, one, two):
        each.step()
        seconds.at += 3
    stage.say(*(lapsed(n, 10) for n in range(20)))
    lanes = Counter(lane_of(uid(n)) % 2 for n in range(20))
    read = stage.telling.store.read
    monkeypatch.setattr(stage.telling.store, "read", lambda tenant, work: asked.append(read(tenant, work)) or asked[-1])
    assert sorted((one.step(), two.step())) == sorted(lanes.values())
    assert [len({row["lane"] for row in rows}) for rows in asked] == [2, 2]


def test_a_relay_is_not_woken_by_what_it_has_marked_itself() -> None:
    stage = Stage()
    relay, store = stage.telling.relay(), stage.telling.store
    store.wait(0)
    elsewhere = threading.Thread(target=stage.say, args=(lapsed(1, 10),))
    elsewhere.start()
    elsewhere.join()
    assert store.wait(0) is True
    assert relay.step() == 1
    assert store.wait(0) is False


def test_what_was_committed_late_is_published_though_others_were_before_it() -> None:
    """A unit that began first and commits last has the smaller id: no watermark may pass over it."""
    stage = Stage()
    relay = stage.telling.relay()

    stage.say(lapsed(1, 10))
    (late,) = stage.telling.store.scan("outbox")
    stage.telling.store.transaction(TENANT, lambda tx: tx.remove("outbox", late["id"], late["version"]))
    stage.say(lapsed(2, 20))
    assert relay.step() == 1
    stage.telling.store.transaction(TENANT, lambda tx: tx.add("outbox", late))
    assert relay.step() == 1


def test_only_what_the_log_acknowledged_is_done() -> None:
    stage = Stage()
    relay, publish = stage.telling.relay(), stage.log.publish

    def first_only(records: Sequence[Record]) -> list[bool]:
        return [*publish(records[:1]), *[False] * (len(records) - 1)]

    stage.log.publish = first_only  # type: ignore[method-assign]
    stage.say(*(lapsed(1, n) for n in range(3)))
    assert relay.step() == 1
    assert [row["pending"] for row in stage.telling.store.scan("outbox")] == [False, True, True]
    stage.log.publish = publish  # type: ignore[method-assign]
    relay.step()
    assert [int(each.headers["ce_sequence"]) for each in stage.records()] == [1, 2, 3]


def test_while_the_log_is_away_commands_are_taken_and_nothing_is_lost() -> None:
    stage = Stage()
    relay = stage.telling.relay()
    publish = stage.log.publish

    def away(records: Sequence[Record]) -> list[bool]:
        raise Unavailable("the log is away")

    stage.log.publish = away  # type: ignore[method-assign]
    for n in range(3):
        stage.say(lapsed(1, n))
        with pytest.raises(Unavailable):
            relay.step()
    stage.log.publish = publish  # type: ignore[method-assign]
    relay.step()
    assert [int(each.headers["ce_sequence"]) for each in stage.records()] == [1, 2, 3]


class Sent:
    """What became of a record, as kafka-python tells it."""

    def __init__(self, well: bool) -> None:
        self._well = well

    def succeeded(self) -> bool:
        return self._well


class Failing:
    """A producer whose broker takes all but the records of these places."""

    def __init__(self, *lost: int) -> None:
        self._lost, self._sent = lost, 0

    def send(self, *_: object) -> Sent:
        self._sent += 1
        return Sent(self._sent - 1 not in self._lost)

    def flush(self, timeout: float) -> None:
        """Everything is decided."""

    def close(self, timeout: float) -> None:
        """Nothing is open."""


def publish_with(producer: Failing, *keys: str) -> list[bool]:
    publisher = KafkaPublisher(Site(("127.0.0.1:1",)))
    publisher._producer = producer  # type: ignore[assignment]
    return publisher.publish([Record("scheduling", key, {}, b"") for key in keys])


def test_where_a_record_fails_its_key_stops_and_others_go_on() -> None:
    assert publish_with(Failing(1), "a", "a", "b", "a", "b") == [True, False, True, False, True]


def test_what_the_broker_did_not_take_is_not_called_acknowledged() -> None:
    assert publish_with(Failing(0), "a", "b") == [False, True]
    with pytest.raises(Unavailable):
        publish_with(Failing(0, 1), "a", "b")
