"""A store that is older than the log: the service refuses to start, and `recover` lets it go on without reuse."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from movewell.operating import marks
from movewell.operating.audit import StoreBehindLog, audit
from movewell.operating.backup import backup
from movewell.operating.recover import plan, recover
from movewell.operating.republish import publish_pending, republish
from movewell.operating.restore import restore
from movewell.service import Running

from .site import TOPIC, Site, append, hear, key, relay, sequences, told


def at_an_older_state(site: Site, running: Running, folder: Path, store: str) -> Running:
    """Back up now; the store that comes back later from that is returned by a call of `later`."""
    backup(running, folder)
    opened = site.telling(store) if running.service.name == "scheduling" else site.hearing(store)
    restore(opened, folder)
    return opened


def test_a_store_that_is_as_far_as_the_log_may_start(site: Site) -> None:
    telling, hearing = site.telling(), site.hearing()
    audit(telling)
    append(telling, (1, 10), (2, 20))
    relay(telling)
    hear(hearing)
    append(telling, (1, 11))  # pending: the store is ahead, which is well
    audit(telling)
    audit(hearing)


def test_a_start_reads_only_what_came_after_the_last_one(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    telling, read = site.telling(), []
    append(telling, (1, 10), (2, 20), (1, 11))
    relay(telling)
    audit(telling)
    monkeypatch.setattr(type(telling.log), "read", lambda *asked: read.append(asked))
    audit(telling)
    assert read == []


def test_a_store_from_an_older_backup_may_not_start(site: Site, tmp_path: Path) -> None:
    telling = site.telling()
    append(telling, (1, 10))
    relay(telling)
    audit(telling)
    older = at_an_older_state(site, telling, tmp_path / "backup", "older")
    audit(older)
    append(telling, (2, 20))
    relay(telling)
    audit(telling)
    with pytest.raises(StoreBehindLog, match=r"python -m scheduling recover"):
        audit(older)


def test_after_recover_no_sequence_is_used_twice_and_everything_arrives(site: Site, tmp_path: Path) -> None:
    telling, hearing = site.telling(), site.hearing()
    append(telling, (1, 10), (1, 11))
    relay(telling)
    audit(telling)
    older = at_an_older_state(site, telling, tmp_path / "backup", "older")
    append(telling, (1, 12), (1, 13), (2, 20))
    relay(telling)
    hear(hearing)
    made = plan(older)
    listed = made.listing()
    assert {(each["key"], each["sequence"]) for each in listed} == {(key(1), 3), (key(1), 4), (key(2), 1)}
    assert set(listed[0]) == {"topic", "key", "sequence", "id", "type", "time"}
    assert recover(older, made) == []
    audit(older)
    append(older, (1, 14), (2, 21))
    relay(older)
    hear(hearing)
    assert told(hearing) == {1: [10, 11, 12, 13, 14], 2: [20, 21]}
    assert sequences(older) == {1: [1, 2, 3, 4, 5], 2: [1, 2]}
    assert plan(older).listing() == []


def test_what_was_committed_before_the_check_was_made_gets_the_next_sequences(site: Site, tmp_path: Path) -> None:
    telling, hearing = site.telling(), site.hearing()
    append(telling, (1, 10))
    relay(telling)
    audit(telling)
    older = at_an_older_state(site, telling, tmp_path / "backup", "older")
    append(telling, (1, 11))
    relay(telling)
    append(older, (1, 12), (1, 13), (2, 20))  # an api without its log: sequences 2 and 3 of the same key
    hear(hearing)
    made = plan(older)
    assert len(recover(older, made)) == 2
    relay(older)
    hear(hearing)
    assert told(hearing) == {1: [10, 11, 12, 13], 2: [20]}
    assert sequences(older) == {1: [1, 2, 3, 4], 2: [1]}


def test_what_a_running_relay_has_published_under_a_used_sequence_arrives_after_all(site: Site, tmp_path: Path) -> None:
    telling, hearing = site.telling(), site.hearing()
    append(telling, (1, 10))
    relay(telling)
    older = at_an_older_state(site, telling, tmp_path / "backup", "older")
    append(telling, (1, 11))
    relay(telling)
    append(older, (1, 12))
    relay(older)  # the store was exchanged under a process that had made its check
    hear(hearing)
    assert told(hearing) == {1: [10, 11]}
    assert len(recover(older, plan(older))) == 1
    relay(older)
    hear(hearing)
    assert told(hearing) == {1: [10, 11, 12]}


def test_the_journal_is_whole_again_and_a_lost_topic_can_be_republished_from_it(
    site: Site, tmp_path: Path, lose_topic
) -> None:
    telling, hearing = site.telling(), site.hearing()
    append(telling, (1, 10))
    relay(telling)
    older = at_an_older_state(site, telling, tmp_path / "backup", "older")
    append(telling, (1, 11), (1, 12))
    relay(telling)
    recover(older, plan(older))
    lose_topic()
    assert republish(older, TOPIC).lacking == 3
    publish_pending(older)
    hear(hearing)
    assert told(hearing) == {1: [10, 11, 12]}


def test_a_consumer_whose_store_is_older_than_its_offsets_may_not_start_and_skips_nothing(
    site: Site, tmp_path: Path
) -> None:
    telling, hearing = site.telling(), site.hearing()
    append(telling, (1, 10), (2, 20))
    relay(telling)
    hear(hearing)
    audit(hearing)
    older = at_an_older_state(site, hearing, tmp_path / "backup", "older")
    audit(older)
    append(telling, (1, 11), (3, 30))
    relay(telling)
    hear(hearing)
    with pytest.raises(StoreBehindLog, match="notifications-reactions has passed events"):
        audit(older)
    made = plan(older)
    assert set(made.places) == {"notifications-reactions", "notifications-projections"}
    recover(older, made)
    hear(older)
    assert told(older) == {1: [10, 11], 2: [20], 3: [30]}
    assert older.digest() == hearing.digest()
    audit(older)


def test_marks_are_part_of_a_backup_and_claim_no_more_than_its_store_has_seen(site: Site, tmp_path: Path) -> None:
    telling = site.telling()
    append(telling, (1, 10))
    relay(telling)
    audit(telling)
    older = at_an_older_state(site, telling, tmp_path / "backup", "older")
    name = marks.published(TOPIC)
    assert marks.read_mark(older.store, name) == marks.read_mark(telling.store, name) != {}
    append(telling, (1, 11))
    relay(telling)
    audit(telling)
    assert marks.read_mark(older.store, name) != marks.read_mark(telling.store, name)


def test_the_list_of_what_is_missing_holds_no_body(site: Site, tmp_path: Path) -> None:
    telling = site.telling()
    older = at_an_older_state(site, telling, tmp_path / "backup", "older")
    append(telling, (1, 4242))
    relay(telling)
    assert key(4242) not in json.dumps(plan(older).listing())
