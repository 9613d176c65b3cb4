"""What every event log does: order of a key, groups, leases, offsets, reading outside of any group."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from movewell.adapters import open_log
from movewell.log.port import PARTITIONS, Delivered, EventLog, Record, Subscriber

OpenLog = Callable[[], EventLog]
PATIENCE = 30.0
"""Seconds, for what other threads and brokers do; no test waits for as long when all is well."""


@pytest.fixture(params=["memory", "file", "kafka"])
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[OpenLog]:
    """Opens the same log again and again, as the processes of a site do."""
    made: list[EventLog] = []
    if request.param == "kafka":
        try:
            broker = request.getfixturevalue("kafka_url")
        except pytest.FixtureLookupError:
            pytest.skip("the tests of this distribution alone know no broker")
        url = f"{broker}?session_ms=6000&prefix=t{uuid.uuid4().hex[:12]}."
    else:
        url = "sqlite://" if request.param == "memory" else f"sqlite:///{tmp_path / 'log.sqlite'}"

    def another() -> EventLog:
        if request.param == "memory" and made:
            return made[0]
        made.append(open_log(url))
        return made[-1]

    yield another
    for each in made:
        each.close()


@pytest.fixture
def log(opened: OpenLog) -> EventLog:
    log = opened()
    log.prepare(["people", "referral"])
    return log


def record(key: str, number: int, topic: str = "referral") -> Record:
    return Record(topic, key, {"ce_id": f"{key}-{number}", "ce_source": "/é"}, f'{{"n":{number}}}'.encode())


def published(log: EventLog, *records: Record) -> None:
    assert log.publish(records) == [True] * len(records)


def drained(subscriber: Subscriber, count: int, *, commit: bool = True) -> list[Delivered]:
    """The next `count` records, and not one more."""
    found: list[Delivered] = []
    until = time.monotonic() + PATIENCE
    while len(found) < count and time.monotonic() < until:
        batch = subscriber.poll(50, 0.2)
        if batch and commit:
            subscriber.commit({(each.topic, each.partition): each.offset + 1 for each in batch})
        found += batch
    assert len(found) == count
    return found


def everything(log: EventLog, topic: str) -> list[Delivered]:
    found = []
    for partition in range(PARTITIONS):
        at = 0
        while records := log.read(topic, partition, at, 3):
            found += records
            at = records[-1].offset + 1
    return found


def test_what_was_published_is_delivered_as_it_was(log: EventLog) -> None:
    published(log, record("k", 1))
    (found,) = drained(log.subscribe("g", ["referral"]), 1)
    assert (found.topic, found.key, dict(found.headers), found.value, found.offset) == (
        "referral",
        "k",
        {"ce_id": "k-1", "ce_source": "/é"},
        b'{"n":1}',
        0,
    )


def test_a_new_group_begins_at_the_beginning(log: EventLog) -> None:
    published(log, *(record("k", number) for number in range(3)))
    assert len(drained(log.subscribe("late", ["referral"]), 3)) == 3


def test_the_records_of_a_key_lie_in_one_partition_in_order(log: EventLog) -> None:
    for start in range(0, 40, 10):
        published(log, *(record(f"k{key}", start + number) for number in range(10) for key in range(7)))
    found = drained(log.subscribe("g", ["referral"]), 280)
    for key in range(7):
        mine = [each for each in found if each.key == f"k{key}"]
        assert [each.value for each in mine] == [f'{{"n":{number}}}'.encode() for number in range(40)]
        assert len({each.partition for each in mine}) == 1


def test_keys_are_spread_over_the_partitions(log: EventLog) -> None:
    published(log, *(record(f"key-{number}", 1) for number in range(200)))
    assert {each.partition for each in everything(log, "referral")} == set(range(PARTITIONS))


def test_a_poll_brings_no_more_than_was_asked_for(log: EventLog) -> None:
    published(log, *(record(f"k{number}", 1) for number in range(30)))
    subscriber, found = log.subscribe("g", ["referral"]), 0
    until = time.monotonic() + PATIENCE
    while found < 30 and time.monotonic() < until:
        batch = subscriber.poll(7, 0.2)
        assert len(batch) <= 7
        found += len(batch)
    assert found == 30


def test_a_group_goes_on_from_what_it_committed(opened: OpenLog, log: EventLog) -> None:
    published(log, *(record("k", number) for number in range(4)))
    first = log.subscribe("g", ["referral"])
    drained(first, 4)
    first.close()
    published(log, record("k", 4))
    (found,) = drained(opened().subscribe("g", ["referral"]), 1)
    assert found.value == b'{"n":4}'


def test_what_was_polled_and_not_committed_comes_again(opened: OpenLog, log: EventLog) -> None:
    published(log, *(record("k", number) for number in range(4)))
    first = log.subscribe("g", ["referral"])
    drained(first, 4, commit=False)
    first.close()
    assert len(drained(opened().subscribe("g", ["referral"]), 4)) == 4


def test_groups_do_not_take_from_one_another(log: EventLog) -> None:
    published(log, *(record(f"k{number}", 1) for number in range(20)))
    for group in ("one", "two"):
        assert len(drained(log.subscribe(group, ["referral"]), 20)) == 20


def test_members_of_a_group_share_its_records(opened: OpenLog, log: EventLog) -> None:
    members = [log.subscribe("g", ["referral"]), opened().subscribe("g", ["referral"])]
    share: list[dict[tuple[int, int], str]] = [{}, {}]
    stop = threading.Event()

    def consume(number: int) -> None:
        while not stop.is_set():
            batch = members[number].poll(50, 0.1)
            share[number] |= {(each.partition, each.offset): each.key for each in batch}
            members[number].commit({(each.topic, each.partition): each.offset + 1 for each in batch})

    threads = [threading.Thread(target=consume, args=(number,)) for number in (0, 1)]
    for each in threads:
        each.start()
    until, rounds = time.monotonic() + PATIENCE, 0
    while not (share[0] and share[1]) and time.monotonic() < until:  # until the partitions are shared out
        published(log, *(record(f"k{number}", rounds) for number in range(24)))
        rounds += 1
        stop.wait(0.2)
    while len(share[0].keys() | share[1].keys()) < rounds * 24 and time.monotonic() < until:
        stop.wait(0.05)
    stop.set()
    for each in threads:
        each.join()
    assert share[0]
    assert share[1]
    assert len(share[0].keys() | share[1].keys()) == rounds * 24


def test_the_partitions_of_a_member_that_left_go_to_another(opened: OpenLog, log: EventLog) -> None:
    one, two = log.subscribe("g", ["referral"]), opened().subscribe("g", ["referral"])
    one.poll(1, 0.5)
    published(log, *(record(f"k{number}", 1) for number in range(24)))
    one.close()
    assert len({each.key for each in drained(two, 24)}) == 24


def test_records_are_read_from_any_place_outside_of_groups(log: EventLog) -> None:
    published(log, *(record("k", number) for number in range(10)))
    (partition,) = {each.partition for each in everything(log, "referral")}
    assert [each.offset for each in log.read("referral", partition, 4, 3)] == [4, 5, 6]
    assert [each.offset for each in log.read("referral", partition, 2, 2)] == [2, 3]
    assert log.read("referral", partition, 10, 5) == []
    assert log.read("referral", (partition + 1) % PARTITIONS, 0, 5) == []


def test_ends_and_committed_offsets_are_told(log: EventLog) -> None:
    assert set(log.ends(["referral"]).values()) == {0}
    assert len(log.ends(["referral", "people"])) == 2 * PARTITIONS
    published(log, *(record(f"k{number}", 1) for number in range(20)))
    assert sum(log.ends(["referral", "people"]).values()) == 20
    assert log.committed("g", ["referral"]) == dict.fromkeys(log.ends(["referral"]), 0)
    subscriber = log.subscribe("g", ["referral"])
    drained(subscriber, 20)
    assert log.committed("g", ["referral"]) == log.ends(["referral"])


def test_topics_are_prepared_again_without_harm(opened: OpenLog, log: EventLog) -> None:
    published(log, record("k", 1))
    opened().prepare(["people", "referral", "scheduling"])
    assert len(everything(log, "referral")) == 1
    assert len(log.ends(["scheduling"])) == PARTITIONS


def test_a_topic_that_was_never_prepared_takes_nothing(log: EventLog) -> None:
    with pytest.raises(Exception, match=r"never prepared|takes nothing"):
        log.publish([record("k", 1, topic="misspelt")])


def test_topics_are_delivered_together(log: EventLog) -> None:
    published(log, record("k", 1), record("k", 1, topic="people"))
    found = drained(log.subscribe("g", ["people", "referral"]), 2)
    assert {each.topic for each in found} == {"people", "referral"}
