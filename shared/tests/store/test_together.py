"""What every store does for many at once: no lost update, no write skew, leases, one moment, and being woken."""

from __future__ import annotations

import multiprocessing
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from movewell.store.port import ALL, Conflict, Duplicate, Store, Transaction

from .backings import SHARED, Backing
from .conftest import Seconds
from .things import ELSEWHERE, HERE, THINGS, Meeting, add, at_once, change, get, thing

Handle = Callable[[], Store]


def test_two_who_each_rely_on_the_other_do_not_both_leave(handle: Handle) -> None:
    """Write skew: one of two must stay; each leaves only if it sees the other there, and touches it."""
    stores = handle(), handle()
    add(stores[0], *(thing(str(mine), on_duty=True) for mine in (0, 1)))
    meeting = Meeting(2)

    def leaving(mine: int) -> Callable[[], bool]:
        def work(tx: Transaction) -> bool:
            me, other = (tx.get("things", str(who)) or {} for who in (mine, 1 - mine))
            meeting.meet()
            if not other["on_duty"]:
                return False
            tx.touch("things", other["id"], other["version"])
            tx.replace("things", {**me, "on_duty": False}, me["version"])
            return True

        return lambda: stores[mine].transaction(HERE, work)

    assert sorted(at_once(leaving(0), leaving(1))) == [False, True]
    assert sorted(each["on_duty"] for each in stores[0].scan("things")) == [False, True]


@pytest.mark.parametrize("change_of_other", ["replace", "remove"])
def test_a_touch_conflicts_with_a_change_that_was_committed_meanwhile(handle: Handle, change_of_other: str) -> None:
    stores = handle(), handle()
    add(stores[0], thing("a", open=True))
    meeting = Meeting(2)

    def relying(tx: Transaction) -> bool:
        relied_on = tx.get("things", "a")
        meeting.meet()
        if relied_on is None or not relied_on["open"]:
            return False
        tx.touch("things", "a", relied_on["version"])
        tx.add("things", thing("b", a_version=relied_on["version"]))
        return True

    def closing(tx: Transaction) -> None:
        found = tx.get("things", "a")
        meeting.meet()
        assert found is not None
        if change_of_other == "remove":
            tx.remove("things", "a", found["version"])
        else:
            tx.replace("things", {**found, "open": False, "early": tx.get("things", "b") is None}, found["version"])

    done, _ = at_once(lambda: stores[0].transaction(HERE, relying), lambda: stores[1].transaction(HERE, closing))
    left, added = get(stores[0], "a"), get(stores[0], "b")
    assert done is (added is not None)
    assert left is None if change_of_other == "remove" else left is not None and left["early"] is (added is None)


def test_of_two_who_read_the_same_neither_update_is_lost(handle: Handle) -> None:
    stores = handle(), handle()
    add(stores[0], thing("a", seen=[]))
    meeting = Meeting(2)

    def noting(who: int) -> Callable[[], None]:
        def work(tx: Transaction) -> None:
            seen = (tx.get("things", "a") or {})["seen"]
            meeting.meet()
            change(tx, "a", seen=[*seen, who])

        return lambda: stores[who].transaction(HERE, work)

    assert at_once(noting(0), noting(1)) == [None, None]
    found = get(stores[0], "a") or {}
    assert (sorted(found["seen"]), found["version"]) == ([0, 1], 3)


@pytest.mark.parametrize("fields", [{}, {"mark": "m"}], ids=["one id", "one mark"])
def test_of_two_who_add_the_same_one_is_refused(handle: Handle, fields: dict[str, Any]) -> None:
    stores, meeting = (handle(), handle()), Meeting(2)

    def adding(who: int) -> Callable[[], None]:
        def work(tx: Transaction) -> None:
            meeting.meet()
            tx.add("things", thing(str(who) if fields else "a", **fields))

        return lambda: stores[who].transaction(HERE, work)

    assert {type(each) for each in at_once(adding(0), adding(1))} == {type(None), Duplicate}
    assert len(list(stores[0].scan("things"))) == 1


def test_sixteen_threads_on_one_document_all_get_through(handle: Handle) -> None:
    stores = handle(), handle()
    add(stores[0], thing("hot", number=0))

    def raising(who: int) -> None:
        for turn in range(4):

            def work(tx: Transaction, turn: int = turn) -> None:
                number = (tx.get("things", "hot") or {})["number"]
                change(tx, "hot", number=number + 1)
                tx.add("things", thing(f"{who}-{turn}", rank=number))

            stores[who % 2].transaction(HERE, work)

    assert at_once(*(lambda who=who: raising(who) for who in range(16))) == [None] * 16
    documents = list(stores[0].scan("things"))
    assert [(each["number"], each["version"]) for each in documents if each["id"] == "hot"] == [(64, 65)]
    assert sorted(each["rank"] for each in documents if each["id"] != "hot") == list(range(64))


def test_a_scan_shows_every_tenant_in_order_of_id_at_one_moment(store: Store) -> None:
    add(store, *(thing(f"{n:03}", [HERE, ELSEWHERE][n % 2], kind="x") for n in reversed(range(250))))
    scan, beside = store.scan("things"), store.scan("things")
    seen = [next(scan), next(scan)]
    assert next(beside)["id"] == "000"
    store.transaction(HERE, lambda tx: (change(tx, "100", kind="y"), tx.remove("things", "200", 1)))
    add(store, thing("150a"), thing("999"))
    assert get(store, "200") is None  # reading goes on beside a scan
    seen += scan
    assert [each["id"] for each in seen] == [f"{n:03}" for n in range(250)]
    assert {(each["kind"], each["version"]) for each in seen} == {("x", 1)}
    assert len(list(beside)) == 249
    assert len(list(store.scan("things"))) == 251


def claimed(store: Store, owner: str, limit: int) -> list[str]:
    found = store.claim("things", {"parked": False}, order=("due",), owner=owner, lease=20, limit=limit)
    return [each["id"] for each in found]


def test_a_lease_keeps_others_away_until_it_ends(store: Store, seconds: Seconds) -> None:
    add(store, *(thing(str(n), [HERE, ELSEWHERE][n % 2], due=n, parked=False) for n in range(3)))
    add(store, thing("parked", due=0, parked=True))
    assert (claimed(store, "one", 2), claimed(store, "two", 9), claimed(store, "three", 9)) == (["0", "1"], ["2"], [])
    held = {each["id"]: (each.get("owner"), each.get("leased_until")) for each in store.scan("things")}
    assert held == {"0": ("one", 1020), "1": ("one", 1020), "2": ("two", 1020), "parked": (None, None)}
    seconds.at += 19.9
    assert claimed(store, "three", 9) == []
    seconds.at += 0.1
    assert claimed(store, "three", 9) == ["0", "1", "2"]


def test_a_claim_hands_out_documents_as_they_are_now(store: Store) -> None:
    add(store, thing("a", due=1, parked=False))
    (found,) = store.claim("things", {"parked": False}, order=("due",), owner="me", lease=20, limit=1)
    assert found == get(store, "a")
    with pytest.raises(Conflict):  # who read it before the claim is too late
        store.transaction(ALL, lambda tx: tx.touch("things", "a", 1))
    store.transaction(ALL, lambda tx: tx.remove("things", "a", found["version"]))


def test_what_others_hold_never_hides_what_is_free(store: Store) -> None:
    held = [thing(f"{n:03}", due=None if n < 9 else n, parked=False, leased_until=2000) for n in range(230)]
    store.transaction(ALL, lambda tx: [tx.add("things", each) for each in held])
    add(store, thing("free", due=229, parked=False), thing("later", due=500, parked=False))
    assert claimed(store, "one", 1) == ["free"]


def test_of_many_who_claim_at_once_each_gets_others(handle: Handle) -> None:
    stores = handle(), handle()
    held = [thing(f"{n:02}", due=n, parked=False) for n in range(40)]
    stores[0].transaction(ALL, lambda tx: [tx.add("things", each) for each in held])
    got = at_once(*(lambda who=who: claimed(stores[who % 2], str(who), 6) for who in range(8)))
    assert sorted(id for each in got for id in each) == [each["id"] for each in held]


def settled(store: Store) -> None:
    """Wait until what was committed before is no news any more."""
    until = time.monotonic() + 20
    while store.wait(0.3):
        assert time.monotonic() < until


def test_who_waits_is_woken_by_a_commit_and_by_nothing_else(store: Store) -> None:
    add(store, thing("a"))
    settled(store)
    assert store.wait(0.01) is False
    committing = threading.Thread(target=add, args=(store, thing("b")))
    committing.start()
    started = time.monotonic()
    assert store.wait(30) is True
    assert time.monotonic() - started < 10
    committing.join()


def test_its_own_commit_is_no_news_to_a_thread(store: Store) -> None:
    settled(store)
    add(store, thing("a"))
    assert store.wait(0.5) is False


@pytest.mark.parametrize("backing", SHARED, indirect=True)
def test_who_waits_is_woken_by_the_commit_of_another_process(store: Store, backing: Backing, tmp_path: Path) -> None:
    def commit() -> None:
        other = backing.open(tmp_path, time.time)
        other.prepare([THINGS])
        add(other, thing("from another process"))
        other.close()

    settled(store)
    process = multiprocessing.get_context("fork").Process(target=commit)
    process.start()
    try:
        until = time.monotonic() + 20
        while get(store, "from another process") is None:
            assert store.wait(30) is True
            assert time.monotonic() < until
    finally:
        process.join(20)
    assert process.exitcode == 0
