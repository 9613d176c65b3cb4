"""Laws 3 and 4: each consumer for itself, what is away parks nothing, nothing out of turn."""

from __future__ import annotations

from itertools import count

import pytest
from movewell.errors import Unavailable
from movewell.log.port import Record
from movewell.log.sqlite import SqliteLog
from movewell.wire.schema import time_text

from .stage import START, TOPIC, Stage, declined, lapsed, uid


def test_two_consumers_of_one_service_each_hear_everything() -> None:
    stage = Stage()
    stage.publish(lapsed(1, 10), lapsed(1, 11))
    for name in ("told", "heard"):
        stage.consumer(name).step(0)
    assert (stage.told(1, "told"), stage.told(1, "heard")) == ([10, 11], [10, 11])


def test_what_comes_after_a_gap_waits_for_it() -> None:
    stage = Stage()
    stage.publish(lapsed(1, 10), declined(1, 11), lapsed(1, 12))
    consumer, (first, second, third) = stage.consumer(), stage.records()
    consumer.apply([first, third])
    assert (stage.told(1), [each["reason"] for each in stage.waiting()]) == ([10], ["gap"])
    consumer.apply([second])
    while consumer.drain():
        pass
    assert (stage.told(1), stage.waiting()) == ([10, 11, 12], [])


def test_a_store_that_goes_away_while_records_are_tried_alone_parks_nothing() -> None:
    stage, tried = Stage(), count()
    stage.publish(lapsed(1, 10), lapsed(2, 20))
    stage.fails = lambda offer: ZeroDivisionError() if next(tried) == 0 else Unavailable("the store is away")
    with pytest.raises(Unavailable):
        stage.consumer().apply(stage.records())
    assert stage.waiting() == []


def test_a_store_that_is_away_at_a_retry_costs_no_try() -> None:
    stage = Stage()
    stage.publish(lapsed(1, 10))
    consumer = stage.consumer()
    stage.fails = lambda offer: ZeroDivisionError()
    consumer.apply(stage.records())
    before = stage.waiting()
    stage.clock.move(hours=1)
    stage.fails = lambda offer: Unavailable("the store is away")
    with pytest.raises(Unavailable):
        consumer.drain()
    assert stage.waiting() == before
    stage.fails = lambda offer: None
    consumer.drain()
    assert stage.told(1) == [10]


def test_a_waiting_record_whose_turn_has_not_come_is_not_applied_though_somebody_made_it_due() -> None:
    stage = Stage()
    stage.publish(lapsed(1, 10), lapsed(1, 11))
    consumer = stage.consumer()
    stage.fails = lambda offer: ZeroDivisionError() if offer == uid(10) else None
    consumer.apply(stage.records())
    _, behind = sorted(stage.waiting(), key=lambda row: row["sequence"])
    made_due = {**behind, "due": time_text(START)}
    stage.hearing.store.transaction("*", lambda tx: tx.replace("waiting", made_due, behind["version"]))
    consumer.drain()
    assert stage.told(1) == []
    stage.fails = lambda offer: None
    stage.clock.move(hours=1)
    while consumer.drain():
        pass
    assert stage.told(1) == [10, 11]


def test_a_member_that_was_paused_moves_no_offset_of_who_took_over() -> None:
    seconds = [1000.0]
    log = SqliteLog(None, lambda: seconds[0])
    log.prepare([TOPIC])
    log.publish([Record(TOPIC, "k", {}, b"")] * 3)
    paused, other = log.subscribe("g", [TOPIC]), log.subscribe("g", [TOPIC])
    (_, *rest) = paused.poll(3, 0)
    seconds[0] += 60
    taken = other.poll(1, 0)
    other.commit({(each.topic, each.partition): each.offset + 1 for each in taken})
    paused.commit({(each.topic, each.partition): each.offset + 1 for each in rest})
    assert (len(rest), len(taken), sum(log.committed("g", [TOPIC]).values())) == (2, 1, 1)
