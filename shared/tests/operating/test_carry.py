"""A service is carried to another store and log whole, or no door opens there; wherever it died, it goes on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from movewell.adapters import open_keyring, open_log, open_store
from movewell.log.port import GroupInUse, Record
from movewell.operating.audit import RestoreUnfinished, audit, require_whole
from movewell.operating.carry import CarryRefused, Rings, carry
from movewell.service import Running
from movewell.store.port import ALL

from .site import HEARING, TELLING, TOPIC, Site, append, hear, key, relay, sequences, told


@pytest.fixture
def here(tmp_path: Path) -> Site:
    made = Site(lambda name: "sqlite://", f"sqlite:///{tmp_path / 'log.sqlite'}")
    append(made.telling(), (1, 10), (1, 11), (2, 20))
    relay(made.opened[0])
    hear(made.hearing())
    append(made.opened[0], (1, 12))
    return made


def empty(site: Site, service: Any) -> Running:
    """The service on an empty set in memory."""
    made = Running(service, open_store("sqlite://"), open_log("sqlite://"), site.clock)
    made.prepare()
    return made


class Died(Exception):
    """The process ended here."""


def dying(there: Running, at: int, after: bool) -> Callable[[], None]:
    """Let the store die at its n-th commit, before or after it; what is returned lets it live again."""
    lives, count = there.store.transaction, iter(range(1, 1000))

    def transaction(tenant: str, work: Any) -> Any:
        dies = next(count) == at
        if dies and not after:
            raise Died
        done = lives(tenant, work)
        if dies:
            raise Died
        return done

    there.store.transaction = transaction  # type: ignore[method-assign]

    def live() -> None:
        there.store.transaction = lives  # type: ignore[method-assign]

    return live


@pytest.mark.parametrize("after", [False, True])
def test_wherever_it_dies_no_door_opens_and_it_goes_on(here: Site, after: bool) -> None:
    telling, died = here.opened[0], 0
    whole = carry(telling, empty(here, TELLING))
    for at in range(1, 100):
        there = empty(here, TELLING)
        live = dying(there, at, after)
        try:
            carry(telling, there)
        except Died:
            died += 1
            live()
            if at > 1 and not _has_ended(there):
                with pytest.raises(RestoreUnfinished):
                    require_whole(there)
            if _has_ended(there):
                break
            again = carry(telling, there)
            assert again == whole
            assert sequences(there) == {1: [1, 2, 3], 2: [1]}
        else:
            break
    assert died == 7  # the mark, streams, outbox, lanes taken, rows done, lanes given back, the mark gone


def _has_ended(there: Running) -> bool:
    rows = list(there.store.scan("outbox"))
    return bool(rows) and next(iter(there.store.scan("marks")), None) is None


def test_progress_comes_along_and_the_log_is_skipped(here: Site) -> None:
    hearing = here.opened[1]
    there = empty(here, HEARING)
    for record in here.opened[0].store.scan("outbox"):
        there.log.publish([Record(TOPIC, record["key"], record["headers"], record["value"].encode())])
    carry(hearing, there)
    audit(there)
    before = told(there)
    assert before == told(hearing) == {1: [10, 11], 2: [20]}
    hear(there)
    assert told(there) == {1: [10, 11, 12], 2: [20]}


def test_a_service_that_runs_is_not_carried(here: Site) -> None:
    consumer = here.opened[1].reactions()
    consumer.step(0.1)
    with pytest.raises(GroupInUse):
        carry(here.opened[1], empty(here, HEARING))
    consumer.close()


def test_what_changes_meanwhile_is_noticed(here: Site) -> None:
    telling, there = here.opened[0], empty(here, TELLING)
    scan, scans = telling.store.scan, []

    def scanned(collection: str) -> Any:
        if scans and not scans.count("late"):
            scans.append("late")
            append(telling, (3, 30))
        scans.append(collection)
        return scan(collection)

    scans.extend(["outbox"])
    telling.store.scan = lambda name: list(scan(name)) if name != "streams" else scanned(name)  # type: ignore
    with pytest.raises(CarryRefused, match="not alike"):
        carry(telling, there)
    with pytest.raises(RestoreUnfinished):
        require_whole(there)


def test_a_topic_of_other_records_is_not_alike(here: Site) -> None:
    telling, there = here.opened[0], empty(here, TELLING)
    publish = there.log.publish
    there.log.publish = lambda records: publish(  # type: ignore[method-assign]
        [Record(each.topic, each.key, {**each.headers, "ce_source": "/other"}, each.value) for each in records]
    )
    with pytest.raises(CarryRefused, match="the topic scheduling is not alike"):
        carry(telling, there)


def test_offsets_of_a_former_life_are_refused(here: Site) -> None:
    there = empty(here, HEARING)
    there.log.place("notifications-reactions", {(TOPIC, 0): 1})
    with pytest.raises(CarryRefused, match="offsets"):
        carry(here.opened[1], there)


def test_what_is_set_aside_is_dropped_first(here: Site) -> None:
    telling = here.opened[0]
    telling.store.transaction(ALL, lambda tx: tx.add("set_aside", {"id": "c/t/0/0", "tenant": ALL}))
    with pytest.raises(CarryRefused, match="set aside"):
        carry(telling, empty(here, TELLING))


def test_keys_and_tombstones_are_carried_as_they_are(here: Site, tmp_path: Path) -> None:
    rings = Rings(*(open_keyring(f"sqlite:///{tmp_path / each}", bytes(32), "referral") for each in ("a", "b")))
    rings.here.create("T", key(1))
    rings.here.create("T", key(2))
    rings.here.destroy("T", key(2))
    made = carry(here.opened[0], empty(here, TELLING), rings)
    assert made["keys"] == {"living": 1, "destroyed": 1, "broken": 0}
    assert rings.there.kept() == rings.here.kept()
    assert rings.there.key("T", key(1)) == rings.here.key("T", key(1))
    with pytest.raises(CarryRefused, match="keyring to carry to is not empty"):
        carry(here.opened[0], empty(here, TELLING), rings)
    for each in (rings.here, rings.there):
        each.close()
