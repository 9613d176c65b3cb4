"""A group is placed where an operator says, on every log, and only when it has no members."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from movewell.adapters import open_log
from movewell.log.port import EventLog, GroupInUse, Record, Subscriber


@pytest.fixture(params=["memory", "file", "kafka"])
def log(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[EventLog]:
    if request.param == "kafka":
        try:
            broker = request.getfixturevalue("kafka_url")
        except pytest.FixtureLookupError:
            pytest.skip("the tests of this distribution alone know no broker")
        url = f"{broker}?session_ms=6000&prefix=p{uuid.uuid4().hex[:12]}."
    else:
        url = "sqlite://" if request.param == "memory" else f"sqlite:///{tmp_path / 'log.sqlite'}"
    made = open_log(url)
    made.prepare(["people", "referral"])
    made.publish([Record("referral", f"k{number}", {}, b"{}") for number in range(20)])
    yield made
    made.close()


def drain(subscriber: Subscriber, count: int) -> int:
    found, until = 0, time.monotonic() + 30
    while found < count and time.monotonic() < until:
        batch = subscriber.poll(50, 0.2)
        subscriber.commit({(each.topic, each.partition): each.offset + 1 for each in batch})
        found += len(batch)
    return found


def read_all(log: EventLog, group: str) -> None:
    subscriber = log.subscribe(group, ["referral"])
    assert drain(subscriber, 20) == 20
    subscriber.close()


def test_a_group_that_was_placed_goes_on_from_there(log: EventLog) -> None:
    read_all(log, "g")
    log.place("g", dict.fromkeys(log.ends(["referral"]), 0))
    assert set(log.committed("g", ["referral"]).values()) == {0}
    read_all(log, "g")


def test_a_group_that_never_was_can_be_placed_at_the_end(log: EventLog) -> None:
    log.place("new", log.ends(["referral"]))
    assert log.committed("new", ["referral"]) == log.ends(["referral"])


def test_a_group_with_members_is_left_alone(log: EventLog) -> None:
    member = log.subscribe("g", ["referral"])
    drain(member, 20)
    before = log.committed("g", ["referral"])
    with pytest.raises(GroupInUse):
        log.place("g", dict.fromkeys(before, 0))
    assert log.committed("g", ["referral"]) == before
    member.close()


def test_the_groups_of_a_topic_are_those_that_have_read_it(log: EventLog) -> None:
    assert log.groups("referral") == []
    read_all(log, "one")
    read_all(log, "two")
    assert log.groups("referral") == ["one", "two"]
    assert log.groups("people") == []
