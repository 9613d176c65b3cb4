"""What every store does in one unit of work: all of it or nothing, its own writes seen, run again on a conflict."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from movewell.store.port import ALL, Conflict, Document, Duplicate, HasAll, ReadOnly, Store, Transaction

from .backings import SHARED
from .things import ELSEWHERE, HERE, add, change, get, ids, thing


def seen(tx: Transaction) -> tuple[list[str], int, list[str], list[str]]:
    """What a unit sees of kind x: found, counted, by tag, by id."""
    return (
        [each["id"] for each in tx.find("things", {"kind": "x"}, order=("rank",))],
        tx.count("things", {"kind": "x"}),
        [each["id"] for each in tx.find("things", {"tags": HasAll(("t",))})],
        sorted(id for id, each in tx.get_many("things", ["a", "b", "c"]).items() if each["kind"] == "x"),
    )


def test_a_unit_sees_its_own_writes_however_it_looks(store: Store) -> None:
    add(store, thing("a", kind="x", rank=1, tags=["t"]))

    def work(tx: Transaction) -> None:
        assert seen(tx) == (["a"], 1, ["a"], ["a"])
        tx.add("things", thing("b", kind="x", rank=0, tags=["t"]))
        assert seen(tx) == (["b", "a"], 2, ["a", "b"], ["a", "b"])
        change(tx, "a", kind="y", tags=[])
        assert seen(tx) == (["b"], 1, ["b"], ["b"])
        change(tx, "a", kind="x", rank=-1, tags=["t"])
        assert seen(tx) == (["a", "b"], 2, ["a", "b"], ["a", "b"])
        tx.remove("things", "b", 1)
        assert seen(tx) == (["a"], 1, ["a"], ["a"])
        assert tx.get("things", "b") is None

    store.transaction(HERE, work)
    assert (get(store, "a") or {})["version"] == 3
    assert ids(store, {"kind": "x"}) == ["a"]


def test_a_unit_that_fails_leaves_nothing(store: Store) -> None:
    add(store, thing("a", kind="x"), thing("b", kind="x"))

    def work(tx: Transaction) -> None:
        tx.add("things", thing("c", kind="x", tags=["t"]))
        change(tx, "a", kind="y")
        tx.remove("things", "b", 1)
        assert seen(tx)[0] == ["c"]
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        store.transaction(HERE, work)
    assert [(each["id"], each["kind"], each["version"]) for each in store.scan("things")] == [
        ("a", "x", 1),
        ("b", "x", 1),
    ]
    assert (ids(store, {"kind": "x"}), ids(store, {"tags": HasAll(("t",))})) == (["a", "b"], [])


@pytest.mark.parametrize("looks", [True, False], ids=["and looks between", "at once"])
def test_what_a_unit_removes_and_adds_again_goes_on_at_the_next_version(store: Store, looks: bool) -> None:
    add(store, thing("a", kind="x", mark="m"))

    def work(tx: Transaction) -> None:
        tx.remove("things", "a", 1)
        if looks:
            assert tx.count("things", {"kind": "x"}) == 0
        tx.add("things", thing("a", kind="y", mark="m"))

    store.transaction(HERE, work)
    assert get(store, "a") == {**thing("a", kind="y", mark="m"), "version": 2}
    with pytest.raises(Conflict):
        store.transaction(HERE, lambda tx: tx.touch("things", "a", 1))


def test_what_a_unit_adds_and_removes_was_never_there(store: Store) -> None:
    def work(tx: Transaction) -> None:
        tx.add("things", thing("a", kind="x"))
        tx.remove("things", "a", 1)
        assert (tx.get("things", "a"), tx.count("things", {"kind": "x"})) == (None, 0)

    store.transaction(HERE, work)
    assert list(store.scan("things")) == []


WITHIN: dict[str, Callable[[Transaction], Any]] = {
    "replaced after a removal": lambda tx: (tx.remove("things", "a", 1), tx.replace("things", thing("a"), 1)),
    "replaced twice from one version": lambda tx: [tx.replace("things", thing("a"), 1) for _ in "ab"],
    "touched at an old version": lambda tx: (tx.replace("things", thing("a"), 1), tx.touch("things", "a", 1)),
}


@pytest.mark.parametrize("work", WITHIN.values(), ids=WITHIN.keys())
def test_versions_count_within_a_unit_too(store: Store, work: Callable[[Transaction], Any]) -> None:
    add(store, thing("a", kind="x"))
    with pytest.raises(Conflict):
        store.transaction(HERE, work)
    assert get(store, "a") == {**thing("a", kind="x"), "version": 1}


def test_a_touch_before_a_change_is_one_with_it(store: Store) -> None:
    add(store, thing("a"), thing("b"))

    def work(tx: Transaction) -> None:
        for id in ("a", "b"):
            tx.touch("things", id, 1)
        change(tx, "a", kind="y")
        tx.remove("things", "b", 1)

    store.transaction(HERE, work)
    assert list(store.scan("things")) == [{**thing("a", kind="y"), "version": 2}]


def test_work_is_run_again_after_a_conflict_from_the_start(store: Store) -> None:
    add(store, thing("a", kind="x"))
    versions = iter([7, 7, 1])

    def work(tx: Transaction) -> None:
        tx.add("things", thing("b"))
        tx.replace("things", thing("a", kind="y"), next(versions))

    store.transaction(HERE, work)
    assert [(each["id"], each["version"]) for each in store.scan("things")] == [("a", 2), ("b", 1)]


def test_work_that_always_conflicts_is_run_a_few_times_and_then_refused(store: Store) -> None:
    add(store, thing("a"))
    runs: list[int] = []

    def work(tx: Transaction) -> None:
        runs.append(1)
        tx.touch("things", "a", 7)

    with pytest.raises(Conflict):
        store.transaction(HERE, work)
    assert 2 <= len(runs) <= 50


@pytest.mark.parametrize("error", [ZeroDivisionError(), Duplicate("others", "id")])
def test_work_that_fails_otherwise_is_not_run_again(store: Store, error: Exception) -> None:
    runs: list[int] = []

    def work(tx: Transaction) -> None:
        runs.append(1)
        raise error

    with pytest.raises(type(error)):
        store.transaction(HERE, work)
    assert runs == [1]


SWALLOWED: dict[str, Callable[[Transaction], Any]] = {
    "duplicate": lambda tx: (tx.add("things", thing("a")), tx.count("things", {"kind": "x"})),
    "duplicate mark": lambda tx: (tx.add("things", thing("d", mark="m")), tx.count("things", {"kind": "x"})),
    "duplicate within": lambda tx: tx.add("things", thing("b")),
    "conflict": lambda tx: (tx.touch("things", "a", 7), tx.count("things", {"kind": "x"})),
}


@pytest.mark.parametrize("work", SWALLOWED.values(), ids=SWALLOWED.keys())
def test_a_lost_unit_cannot_be_saved_by_swallowing_why(store: Store, work: Callable[[Transaction], Any]) -> None:
    add(store, thing("a", mark="m"))

    def swallowing(tx: Transaction) -> None:
        tx.add("things", thing("b", kind="x"))
        try:
            work(tx)
        except (Duplicate, Conflict):
            tx.add("things", thing("c", kind="x"))

    with pytest.raises((Duplicate, Conflict)):
        store.transaction(HERE, swallowing)
    assert [each["id"] for each in store.scan("things")] == ["a"]


def test_a_unit_returns_what_its_work_returns(store: Store) -> None:
    assert store.transaction(HERE, lambda tx: 7) == store.read(HERE, lambda tx: 7) == 7


WRITES: dict[str, Callable[[Transaction], None]] = {
    "add": lambda tx: tx.add("things", thing("b")),
    "replace": lambda tx: tx.replace("things", thing("a", kind="y"), 1),
    "remove": lambda tx: tx.remove("things", "a", 1),
    "touch": lambda tx: tx.touch("things", "a", 1),
}


@pytest.mark.parametrize("tenant", [HERE, ALL])
@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES.keys())
def test_a_read_may_not_write(store: Store, write: Callable[[Transaction], None], tenant: str) -> None:
    add(store, thing("a", kind="x"))
    with pytest.raises(ReadOnly):
        store.read(tenant, write)
    with pytest.raises(ReadOnly):
        store.read(ALL, lambda tx: write(tx.within(HERE)))
    assert list(store.scan("things")) == [{**thing("a", kind="x"), "version": 1}]


@pytest.mark.parametrize("backing", SHARED, indirect=True)
def test_a_read_sees_one_state_whatever_is_committed_meanwhile(handle: Callable[[], Store]) -> None:
    store, other = handle(), handle()
    add(store, thing("a", kind="x"), thing("b", kind="x"))

    def work(tx: Transaction) -> list[Document | None]:
        first = tx.get("things", "a")
        other.transaction(HERE, lambda theirs: [change(theirs, id, kind="y") for id in "ab"])
        add(other, thing("c", ELSEWHERE), thing("d", kind="x"))
        return [first, tx.get("things", "b"), tx.get("things", "d"), *tx.find("things", {"kind": "x"})]

    one = [{**thing(id, kind="x"), "version": 1} for id in "ab"]
    assert store.read(HERE, work) == [*one, None, *one]
    assert ids(store, {"kind": "x"}) == ["d"]
