"""What every store does: versions, indexes, tenants, conflicts, leases."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from movewell.store.port import (
    ALL,
    Between,
    Collection,
    Conflict,
    Document,
    Duplicate,
    HasAll,
    In,
    Index,
    NotIndexed,
    Transaction,
    WrongTenant,
)
from movewell.store.sqlite import SqliteStore

HERE, ELSEWHERE = "ZT001", "ZT002"
THINGS = Collection(
    "things",
    (
        Index(("kind", "rank")),
        Index(("mark",), unique=True),
        Index(("rank",), where={"live": True}),
        Index(("tags",), many=True),
        Index(("due",), where={"parked": False}, system=True),
    ),
)


def thing(id: str, tenant: str = HERE, **fields: Any) -> Document:
    return {"id": id, "tenant": tenant, **fields}


def add(store: SqliteStore, *documents: Document) -> None:
    for each in documents:
        store.transaction(each["tenant"], lambda tx, each=each: tx.add("things", each))


def get(store: SqliteStore, id: str, tenant: str = HERE) -> Document | None:
    return store.read(tenant, lambda tx: tx.get("things", id))


def ids(store: SqliteStore, where: dict[str, Any], tenant: str = HERE, **options: Any) -> list[str]:
    return store.read(tenant, lambda tx: [each["id"] for each in tx.find("things", where, **options)])


@pytest.fixture(params=["memory", "file"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SqliteStore]:
    made = SqliteStore(None if request.param == "memory" else str(tmp_path / "store.sqlite"))
    made.prepare([THINGS])
    yield made
    made.close()


def test_what_is_added_is_read_back_at_version_one(store: SqliteStore) -> None:
    add(store, thing("a", nested={"list": [1, None, "é"]}))
    assert get(store, "a") == {**thing("a", nested={"list": [1, None, "é"]}), "version": 1}
    assert get(store, "absent") is None


def test_an_id_is_added_once_in_all_tenants_together(store: SqliteStore) -> None:
    add(store, thing("a"))
    for tenant in (HERE, ELSEWHERE):
        with pytest.raises(Duplicate):
            add(store, thing("a", tenant))
    with pytest.raises(Duplicate):
        store.transaction(HERE, lambda tx: [tx.add("things", thing("b")) for _ in range(2)])
    assert get(store, "b") is None


def test_replacing_raises_the_version_by_one(store: SqliteStore) -> None:
    add(store, thing("a", kind="x"))
    store.transaction(HERE, lambda tx: tx.replace("things", thing("a", kind="y"), 1))
    assert get(store, "a") == {**thing("a", kind="y"), "version": 2}
    assert (ids(store, {"kind": "x"}), ids(store, {"kind": "y"})) == ([], ["a"])


STALE = {
    "replace": lambda tx: tx.replace("things", thing("a", kind="new"), 1),
    "remove": lambda tx: tx.remove("things", "a", 1),
    "touch": lambda tx: tx.touch("things", "a", 1),
}


@pytest.mark.parametrize("change", STALE)
def test_a_stale_version_conflicts_and_changes_nothing(store: SqliteStore, change: str) -> None:
    add(store, thing("a", kind="old"))
    store.transaction(HERE, lambda tx: tx.replace("things", thing("a", kind="old"), 1))

    def work(tx: Transaction) -> None:
        tx.add("things", thing("b"))
        STALE[change](tx)

    with pytest.raises(Conflict):
        store.transaction(HERE, work)
    assert (get(store, "a"), get(store, "b")) == ({**thing("a", kind="old"), "version": 2}, None)


def test_a_touch_changes_nothing(store: SqliteStore) -> None:
    add(store, thing("a"))
    store.transaction(HERE, lambda tx: tx.touch("things", "a", 1))
    assert get(store, "a") == {**thing("a"), "version": 1}


def test_removed_is_gone_from_every_index_and_may_be_added_again(store: SqliteStore) -> None:
    add(store, thing("a", kind="x", tags=["t"], mark="m"))
    store.transaction(HERE, lambda tx: tx.remove("things", "a", 1))
    assert get(store, "a") is None
    assert ids(store, {"kind": "x"}) == ids(store, {"tags": HasAll(("t",))}) == ids(store, {"mark": "m"}) == []
    add(store, thing("a"))
    assert get(store, "a") == {**thing("a"), "version": 1}


def test_work_is_run_again_after_a_conflict(store: SqliteStore) -> None:
    add(store, thing("a", kind="x"))
    versions = iter([7, 7, 1])
    store.transaction(HERE, lambda tx: tx.replace("things", thing("a", kind="y"), next(versions)))
    assert get(store, "a") == {**thing("a", kind="y"), "version": 2}


def test_a_unit_sees_its_own_writes_and_a_failed_one_leaves_none(store: SqliteStore) -> None:
    def work(tx: Transaction) -> None:
        tx.add("things", thing("a", kind="x", rank=1))
        assert [each["id"] for each in tx.find("things", {"kind": "x"})] == ["a"]
        tx.replace("things", thing("a", kind="y", rank=1), 1)
        assert (tx.count("things", {"kind": "x"}), tx.count("things", {"kind": "y"})) == (0, 1)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        store.transaction(HERE, work)
    assert list(store.scan("things")) == []


def test_a_read_may_not_write(store: SqliteStore) -> None:
    with pytest.raises(RuntimeError):
        store.read(HERE, lambda tx: tx.add("things", thing("a")))
    assert get(store, "a") is None


def test_a_unique_value_is_there_once_a_tenant_and_none_is_no_value(store: SqliteStore) -> None:
    add(store, thing("a", mark="m"), thing("b", ELSEWHERE, mark="m"), thing("c", mark=None), thing("d", mark=None))
    add(store, thing("e"), thing("f"))
    with pytest.raises(Duplicate) as refused:
        add(store, thing("g", mark="m"))
    assert refused.value.collection == "things"
    with pytest.raises(Duplicate):
        store.transaction(HERE, lambda tx: tx.replace("things", thing("c", mark="m"), 1))


def test_a_unique_value_passes_on_within_one_unit(store: SqliteStore) -> None:
    add(store, thing("a", mark="m"))

    def work(tx: Transaction) -> None:
        tx.add("things", thing("b", mark="m"))
        tx.remove("things", "a", 1)

    store.transaction(HERE, work)
    assert ids(store, {"mark": "m"}) == ["b"]


def test_a_partial_index_holds_only_what_its_condition_says(store: SqliteStore) -> None:
    add(store, thing("a", live=True, rank=2), thing("b", live=False, rank=1), thing("c", live=True, rank=1))
    add(store, thing("d", rank=0))
    assert ids(store, {"live": True}, order=("rank",)) == ["c", "a"]


def test_has_all_finds_what_has_every_value(store: SqliteStore) -> None:
    add(store, thing("a", tags=["x", "y", "x"]), thing("b", tags=["x"]), thing("c", tags=[]), thing("d"))
    assert ids(store, {"tags": HasAll(("x",))}) == ["a", "b"]
    assert ids(store, {"tags": HasAll(("x", "y"))}) == ["a"]
    store.transaction(HERE, lambda tx: tx.replace("things", thing("a", tags=["y"]), 1))
    assert ids(store, {"tags": HasAll(("x",))}) == ["b"]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (Between(at_least=2, below=4), [2, 3]),
        (Between(at_least=2, at_most=4), [2, 3, 4]),
        (Between(below=2), [0, 1]),
        (Between(at_least=4), [4, 5]),
    ],
)
def test_a_range_includes_its_ends_as_it_says(store: SqliteStore, wanted: Between, found: list[int]) -> None:
    add(store, *(thing(str(n), kind="x", rank=n) for n in range(6)))
    assert ids(store, {"kind": "x", "rank": wanted}, order=("rank",)) == [str(n) for n in found]


def test_one_of_several_values(store: SqliteStore) -> None:
    add(store, *(thing(kind, kind=kind) for kind in "xyz"))
    assert sorted(ids(store, {"kind": In(("x", "z"))})) == ["x", "z"]


@pytest.mark.parametrize("descending", [False, True])
def test_pages_show_everything_once_in_order_of_rank_then_id(store: SqliteStore, descending: bool) -> None:
    add(store, *(thing(f"{n:02}", kind="x", rank=n % 3) for n in range(10)))
    seen: list[tuple[int, str]] = []
    while True:
        after = seen[-1] if seen else None
        page = store.read(
            HERE,
            lambda tx, after=after: tx.find(
                "things", {"kind": "x"}, order=("rank",), descending=descending, limit=3, after=after
            ),
        )
        if not page:
            break
        assert len(page) <= 3
        seen += [(each["rank"], each["id"]) for each in page]
    assert seen == sorted(((n % 3, f"{n:02}") for n in range(10)), reverse=descending)


def test_a_count_stops_at_its_cap(store: SqliteStore) -> None:
    add(store, *(thing(str(n), kind="x") for n in range(5)))
    assert [store.read(HERE, lambda tx, cap=cap: tx.count("things", {"kind": "x"}, cap=cap)) for cap in (3, 9)] == [
        3,
        5,
    ]


@pytest.mark.parametrize(
    ("where", "order"),
    [
        ({"colour": "red"}, ()),
        ({"rank": 1}, ()),
        ({"live": False}, ("rank",)),
        ({"kind": "x"}, ("mark",)),
        ({"kind": Between(at_least="a"), "rank": Between(at_least=1)}, ()),
        ({"kind": HasAll(("x",))}, ()),
        ({"parked": False}, ("due",)),
    ],
)
def test_a_query_that_no_index_serves_is_refused(store: SqliteStore, where: dict, order: tuple[str, ...]) -> None:
    with pytest.raises(NotIndexed):
        ids(store, where, order=order)
    if not order:
        with pytest.raises(NotIndexed):
            store.read(HERE, lambda tx: tx.count("things", where))


def test_a_tenant_neither_sees_nor_writes_another(store: SqliteStore) -> None:
    add(store, thing("a", ELSEWHERE, kind="x", tags=["t"], mark="m"))
    assert get(store, "a") is None
    assert ids(store, {"kind": "x"}) == ids(store, {"tags": HasAll(("t",))}) == ids(store, {"mark": "m"}) == []
    assert store.read(HERE, lambda tx: tx.count("things", {"kind": "x"})) == 0
    with pytest.raises(WrongTenant):
        store.transaction(HERE, lambda tx: tx.add("things", thing("b", ELSEWHERE)))
    with pytest.raises(WrongTenant):
        store.transaction(HERE, lambda tx: tx.within(ELSEWHERE))


def test_system_work_narrowed_to_a_tenant_sees_that_tenant_only(store: SqliteStore) -> None:
    add(store, thing("a"), thing("b", ELSEWHERE))

    def work(tx: Transaction) -> list[bool]:
        return [scope.get("things", id) is not None for scope in (tx, tx.within(HERE)) for id in ("a", "b")]

    assert store.transaction(ALL, work) == [True, True, True, False]


def test_preparing_again_adds_an_index_over_what_is_there(store: SqliteStore) -> None:
    add(store, thing("a", colour="red", labels=["l"]))
    more = (Index(("colour",)), Index(("labels",), many=True))
    store.prepare([Collection("things", (*THINGS.indexes, *more))])
    assert ids(store, {"colour": "red"}) == ids(store, {"labels": HasAll(("l",))}) == ["a"]


def test_two_who_each_rely_on_the_other_do_not_both_leave(tmp_path: Path) -> None:
    """Write skew: one of two must stay; each leaves only if it sees the other there, and touches it."""
    path = str(tmp_path / "store.sqlite")
    stores = [SqliteStore(path), SqliteStore(path)]
    for each in stores:
        each.prepare([THINGS])
    for turn in range(10):
        pair = [f"{turn}-0", f"{turn}-1"]
        add(stores[0], *(thing(id, on_duty=True) for id in pair))
        start = threading.Barrier(2)

        def leave(mine: int, pair: list[str] = pair, start: threading.Barrier = start) -> None:
            def work(tx: Transaction) -> None:
                me, other = (tx.get("things", id) for id in (pair[mine], pair[1 - mine]))
                if me and other and other["on_duty"]:
                    tx.touch("things", other["id"], other["version"])
                    tx.replace("things", {**me, "on_duty": False}, me["version"])

            start.wait()
            stores[mine].transaction(HERE, work)

        threads = [threading.Thread(target=leave, args=(n,)) for n in range(2)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        assert sorted(bool((get(stores[0], id) or {})["on_duty"]) for id in pair) == [False, True]
    for each in stores:
        each.close()


def test_a_lease_keeps_others_away_until_it_ends() -> None:
    now = [1000.0]
    store = SqliteStore(None, clock=lambda: now[0])
    store.prepare([THINGS])
    add(store, *(thing(str(n), [HERE, ELSEWHERE][n % 2], due=n, parked=False) for n in range(3)))
    add(store, thing("parked", due=0, parked=True))

    def claim(owner: str, limit: int) -> list[str]:
        found = store.claim("things", {"parked": False}, order=("due",), owner=owner, lease=20, limit=limit)
        return [each["id"] for each in found]

    assert (claim("one", 2), claim("two", 9), claim("three", 9)) == (["0", "1"], ["2"], [])
    assert [each["owner"] for each in store.scan("things") if "owner" in each] == ["one", "one", "two"]
    now[0] += 19.9
    assert claim("three", 9) == []
    now[0] += 0.1
    assert claim("three", 9) == ["0", "1", "2"]
