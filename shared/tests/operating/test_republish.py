"""A lost topic comes back from the journal: nothing twice, everything undelivered, in order."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from movewell.log.port import PARTITIONS, GroupInUse
from movewell.operating import republish as republishing
from movewell.operating.republish import NotOurTopic, Present, publish_pending, republish
from movewell.store.port import Transaction

from .site import TOPIC, Site, append, hear, relay, told

Lose = Callable[[], None]


def in_log(site: Site) -> list[tuple[str, int]]:
    """(key, sequence) of every record, in order of partition and offset."""
    log, found = site.opened[0].log, []
    for partition in range(PARTITIONS):
        at = 0
        while records := log.read(TOPIC, partition, at, 100):
            found += [(each.key, int(each.headers["ce_sequence"])) for each in records]
            at = records[-1].offset + 1
    return found


def test_a_lost_topic_is_republished_and_only_what_was_not_delivered_has_an_effect(
    site: Site, lose_topic: Lose
) -> None:
    telling, hearing = site.telling(), site.hearing()
    append(telling, (1, 10), (2, 20), (1, 11))
    relay(telling)
    hear(hearing)
    append(telling, (1, 12), (3, 30), (2, 21))
    relay(telling)  # published, not yet heard of
    lose_topic()
    append(telling, (1, 13), (4, 40))  # pending when the topic is lost
    made = republish(telling, TOPIC)
    assert made.lacking == 6
    assert made.placed == () or not site.log_url.startswith("kafka")  # Kafka forgets the offsets with the topic
    assert set(made.placed) <= {"notifications-reactions", "notifications-projections"}
    assert publish_pending(telling) == 8
    hear(hearing)
    assert told(hearing) == {1: [10, 11, 12, 13], 2: [20, 21], 3: [30], 4: [40]}
    assert {row["lapses"] for row in hearing.store.scan("lapses@1") if row["id"].endswith("1")} == {4}
    assert list(hearing.store.scan("waiting")) == []


def test_it_publishes_in_order_of_each_key_and_again_it_changes_nothing(site: Site, lose_topic: Lose) -> None:
    telling = site.telling()
    append(telling, *((referral, offer) for offer in range(4) for referral in (1, 2, 3)))
    relay(telling)
    lose_topic()
    republish(telling, TOPIC)
    publish_pending(telling)
    once = in_log(site)
    for name in {name for name, _ in once}:
        assert [sequence for each, sequence in once if each == name] == [1, 2, 3, 4]
    again = republish(telling, TOPIC)
    assert (again.lacking, again.placed, publish_pending(telling)) == (0, (), 0)
    assert in_log(site) == once


def test_a_relay_that_goes_on_after_the_loss_is_filled_in_behind(site: Site, lose_topic: Lose) -> None:
    telling, hearing = site.telling(), site.hearing()
    append(telling, (1, 10), (1, 11))
    relay(telling)
    lose_topic()
    telling.prepare_log()
    append(telling, (1, 12))
    relay(telling)  # the topic holds sequence 3 alone
    hear(hearing)
    assert told(hearing) == {}
    assert republish(telling, TOPIC).lacking == 2
    publish_pending(telling)
    hear(hearing)
    assert told(hearing) == {1: [10, 11, 12]}


def test_a_republication_that_was_cut_off_goes_on_where_it_ended(
    site: Site, lose_topic: Lose, monkeypatch: pytest.MonkeyPatch
) -> None:
    telling, hearing = site.telling(), site.hearing()
    append(telling, (1, 10), (2, 20), (1, 11), (2, 21), (1, 12))
    relay(telling)
    hear(hearing)
    append(telling, (1, 13), (2, 22))
    relay(telling)
    lose_topic()
    make_pending, cuts = republishing._make_pending, iter([False, True])

    def cut_off(tx: Transaction, ids: list[str]) -> None:
        if next(cuts, False):
            raise KeyboardInterrupt
        make_pending(tx, ids)

    monkeypatch.setattr(republishing, "_CHUNK", 2)
    monkeypatch.setattr(republishing, "_make_pending", cut_off)
    with pytest.raises(KeyboardInterrupt):
        republish(telling, TOPIC)
    publish_pending(telling)  # what was begun goes out
    assert republish(telling, TOPIC).lacking == 5
    publish_pending(telling)
    assert len(in_log(site)) == 7
    hear(hearing)
    assert told(hearing) == {1: [10, 11, 12, 13], 2: [20, 21, 22]}


def test_what_comes_before_a_sequence_can_be_left_out(site: Site, lose_topic: Lose) -> None:
    telling = site.telling()
    append(telling, (1, 10), (1, 11), (1, 12))
    relay(telling)
    lose_topic()
    assert republish(telling, TOPIC, from_sequence=3).lacking == 1


def test_nothing_is_changed_while_somebody_consumes_the_topic(site: Site, lose_topic: Lose) -> None:
    telling, hearing = site.telling(), site.hearing()
    append(telling, (1, 10))
    relay(telling)
    hear(hearing)
    consumer = hearing.reactions()
    while not consumer._subscriber.poll(1, 0.1) and site.log_url.startswith("kafka"):
        if consumer._subscriber._consumer.assignment():
            break
    lose_topic()
    with pytest.raises(GroupInUse, match="notifications-reactions has members"):
        republish(telling, TOPIC)
    assert not any(row["pending"] for row in telling.store.scan("outbox"))
    consumer.close()
    assert republish(telling, TOPIC).lacking == 1


def test_a_service_republishes_its_own_topics_only(site: Site) -> None:
    with pytest.raises(NotOurTopic):
        republish(site.hearing(), TOPIC)


def test_sequences_that_are_present_are_known_with_gaps_and_without() -> None:
    present = Present()
    for sequence in (1, 2, 5):
        present.add("k", sequence)
    assert [each for each in range(1, 7) if ("k", each) in present] == [1, 2, 5]
    assert ("other", 1) not in present
