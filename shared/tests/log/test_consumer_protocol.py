"""Law 3 and 4: every effect once, in order of its key; one bad event never blocks its neighbours."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from movewell.contracts.scheduling import OfferDeclined, OfferLapsed
from movewell.contracts.types import Actor
from movewell.errors import Unavailable
from movewell.log.consumer import COLLECTIONS as CONSUMER
from movewell.log.consumer import Consumer, Subscription
from movewell.log.port import Delivered
from movewell.log.relay import COLLECTIONS as RELAY
from movewell.log.relay import Relay
from movewell.log.sqlite import SqliteLog
from movewell.log.waiting import TRIES
from movewell.store import outbox, timers
from movewell.store.documents import stored
from movewell.store.port import Collection
from movewell.store.sqlite import SqliteStore
from movewell.store.unit import Cause, Unit, Units

TENANT = "ZT001"
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


class HandClock:
    def __init__(self) -> None:
        self.moment = START

    def now(self) -> datetime:
        return self.moment


def key(number: int) -> str:
    return str(UUID(int=number))


class Bench:
    """A producer, a log and a consumer that writes down what it was told, all in memory."""

    def __init__(self) -> None:
        self.clock = HandClock()
        self.log = SqliteLog(None)
        self.log.prepare(["scheduling"])
        self.producer = self._store()
        self.relay = Relay(self.producer.store, self.log, "relay")
        self.consumer_units = self._store()
        self.broken: set[str] = set()
        self.away = False
        self.consumer = Consumer(
            self.log,
            self.consumer_units,
            Subscription("told", {OfferLapsed: self._tell, OfferDeclined: self._tell}),
        )

    def _store(self) -> Units:
        store = SqliteStore(None)
        store.prepare([*outbox.COLLECTIONS, *timers.COLLECTIONS, *CONSUMER, *RELAY, Collection("told")])
        return Units("scheduling", store, stored(), self.clock)

    def _tell(self, event: OfferLapsed | OfferDeclined, unit: Unit) -> None:
        if self.away:
            raise Unavailable("the store is away")
        if event.offer_id in self.broken:
            raise ZeroDivisionError
        told = unit.tx.get("told", event.referral_id)
        if told is None:
            unit.tx.add("told", {"id": event.referral_id, "tenant": unit.tenant, "offers": [event.offer_id]})
        else:
            unit.tx.replace("told", {**told, "offers": [*told["offers"], event.offer_id]}, told["version"])

    def publish(self, *offers: tuple[int, int]) -> None:
        for referral, offer in offers:
            event = OfferLapsed(referral_id=key(referral), offer_id=key(offer), lapsed_at=START)
            self.producer.run(TENANT, Cause("c"), lambda unit, event=event: unit.publish(event))
        self.relay.step()

    def told(self, referral: int) -> list[int]:
        document = self.consumer_units.store.read(TENANT, lambda tx: tx.get("told", key(referral)))
        return [UUID(each).int for each in document["offers"]] if document else []

    def waiting(self) -> list[dict]:
        return list(self.consumer_units.store.scan("waiting"))

    def progress(self) -> list[tuple[int, int]]:
        return [(each["applied"], each["blocked"]) for each in self.consumer_units.store.scan("progress")]

    def log_records(self) -> list[Delivered]:
        ends = self.log.ends(["scheduling"])
        return [each for (topic, p), end in ends.items() for each in self.log.read(topic, p, 0, end)]


def test_each_event_is_applied_once_and_in_order() -> None:
    bench = Bench()
    bench.publish((1, 10), (2, 20), (1, 11), (1, 12))
    bench.consumer.step(0)
    assert (bench.told(1), bench.told(2)) == ([10, 11, 12], [20])


def test_the_whole_log_delivered_again_changes_nothing() -> None:
    bench = Bench()
    bench.publish(*((n % 7, 100 + n) for n in range(120)))
    while bench.consumer.step(0):
        pass
    before = list(bench.consumer_units.store.scan("told"))
    bench.consumer.apply(bench.log_records())
    assert list(bench.consumer_units.store.scan("told")) == before


def test_an_event_that_always_fails_blocks_its_key_and_nothing_else() -> None:
    bench = Bench()
    bench.broken = {key(11)}
    bench.publish((1, 10), (1, 11), (1, 12), (2, 20))
    bench.consumer.step(0)
    assert (bench.told(1), bench.told(2)) == ([10], [20])
    assert [(row["sequence"], row["reason"]) for row in bench.waiting()] == [(2, "failed"), (3, "behind")]
    assert sorted(bench.progress()) == [(1, 0), (1, 2)]


def test_a_failed_event_is_parked_after_its_last_try() -> None:
    bench = Bench()
    bench.broken = {key(11)}
    bench.publish((1, 11))
    bench.consumer.step(0)
    for _ in range(TRIES):
        bench.clock.moment += timedelta(hours=3)
        bench.consumer.step(0)
    (row,) = bench.waiting()
    assert (row["due"], row["tries"], row["error"]) == (None, TRIES, "ZeroDivisionError")


def test_after_the_fix_what_waited_is_applied_once_and_in_order() -> None:
    bench = Bench()
    bench.broken = {key(11)}
    bench.publish((1, 11), (1, 12), (1, 13))
    bench.consumer.step(0)
    bench.broken = set()
    for _ in range(4):
        bench.clock.moment += timedelta(hours=3)
        bench.consumer.step(0)
    assert bench.told(1) == [11, 12, 13]
    assert (bench.waiting(), bench.progress()) == ([], [(3, 0)])


def test_when_infrastructure_is_away_nothing_is_parked_and_no_offset_moves() -> None:
    bench = Bench()
    bench.publish((1, 10), (1, 11))
    bench.away = True
    with pytest.raises(Unavailable):
        bench.consumer.step(0)
    assert bench.waiting() == []
    assert set(bench.log.committed("told", ["scheduling"]).values()) == {0}


def test_the_same_error_on_twenty_keys_stops_the_consumer() -> None:
    bench = Bench()
    bench.broken = {key(1000 + n) for n in range(30)}
    bench.publish(*((n, 1000 + n) for n in range(30)))
    bench.consumer.step(0)
    with pytest.raises(Unavailable):
        bench.consumer.step(0)


@pytest.mark.parametrize(
    ("name", "spoil"),
    [
        ("not JSON", lambda r: replace(r, value=b"{")),
        ("not an object", lambda r: replace(r, value=b"[]")),
        ("breaks the schema", lambda r: replace(r, value=b'{"referral_id":7}')),
        ("deeply nested", lambda r: replace(r, value=b"[" * 100_000)),
        ("of a type nobody knows", lambda r: replace(r, headers={**r.headers, "ce_type": "movewell.x.v9"})),
        ("another key's event", lambda r: replace(r, value=r.value.replace(b"000001", b"000002", 1))),
    ],
)
def test_a_poisonous_record_blocks_its_own_key_only(name: str, spoil) -> None:
    bench = Bench()
    bench.publish((1, 10), (2, 20))
    records = bench.log_records()
    bench.consumer.apply([spoil(each) if each.key == key(1) else each for each in records])
    assert (bench.told(1), bench.told(2)) == ([], [20])
    assert [row["error"] for row in bench.waiting()] == ["Undecodable"]


def test_a_record_without_an_envelope_is_set_aside_once() -> None:
    bench = Bench()
    bench.publish((1, 10))
    (record,) = bench.log_records()
    stranger = replace(record, headers={}, offset=99)
    bench.consumer.apply([stranger, record])
    bench.consumer.apply([stranger])
    assert bench.told(1) == [10]
    assert [each["reason"] for each in bench.consumer_units.store.scan("set_aside")] == ["the header ce_id is missing"]


def test_unknown_fields_are_passed_over() -> None:
    bench = Bench()
    bench.publish((1, 10))
    (record,) = bench.log_records()
    value = json.dumps({**json.loads(record.value), "added_later": 1}).encode()
    bench.consumer.apply([replace(record, value=value)])
    assert bench.told(1) == [10]


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_any_delivery_gives_the_same_state(data: st.DataObject) -> None:
    """Duplicates, gaps, batches cut anywhere, any interleaving and any order of keys: the same effects."""
    bench = Bench()
    bench.publish(*((n % 3, 100 + n) for n in range(9)))
    records = bench.log_records()
    order = data.draw(st.lists(st.sampled_from(records), max_size=20)) + data.draw(st.permutations(records))
    while order:
        size = data.draw(st.integers(1, len(order)))
        bench.consumer.apply(order[:size])
        order = order[size:]
        if data.draw(st.booleans()):
            bench.consumer.drain()
    for _ in range(10):
        bench.consumer.drain()
    assert [bench.told(n) for n in range(3)] == [[100 + n + m for m in (0, 3, 6)] for n in range(3)]
    assert bench.waiting() == []


def test_state_and_events_commit_together_or_not_at_all() -> None:
    bench = Bench()

    def work(unit: Unit) -> None:
        unit.publish(OfferDeclined(referral_id=key(1), offer_id=key(2), by=Actor.PATIENT, declined_at=START))
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        bench.producer.run(TENANT, Cause("c"), work)
    assert list(bench.producer.store.scan("outbox")) == list(bench.producer.store.scan("streams")) == []
