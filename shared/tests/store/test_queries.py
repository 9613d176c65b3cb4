"""What every store finds: by declared indexes only, in a stated order, a page at a time."""

from __future__ import annotations

from typing import Any

import pytest
from movewell.store.port import ALL, Between, HasAll, In, NotIndexed, Store, Transaction

from .things import ELSEWHERE, HERE, add, count, ids, thing

X = {"kind": "x"}


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (Between(at_least=2, below=4), [2, 3]),
        (Between(at_least=2, at_most=4), [2, 3, 4]),
        (Between(below=2), [0, 1]),
        (Between(at_most=2), [0, 1, 2]),
        (Between(at_least=4), [4, 5]),
        (Between(at_least=0, below=0), []),
        (3, [3]),
        (In((5, 1, 1, 9)), [1, 5]),
        (In((None, 5)), ["none", "absent", 5]),
        (In(()), []),
        (None, ["none", "absent"]),
    ],
    ids=str,
)
def test_a_condition_on_a_field_finds_exactly_what_it_says(store: Store, wanted: Any, found: list[Any]) -> None:
    add(store, *(thing(str(n), kind="x", rank=n) for n in range(6)), thing("y", kind="y", rank=3))
    add(store, thing("none", kind="x", rank=None), thing("absent", kind="x"))
    assert sorted(ids(store, {**X, "rank": wanted})) == sorted(map(str, found))
    assert count(store, {**X, "rank": wanted}) == len(found)


def test_columns_are_those_of_the_documents_found(store: Store) -> None:
    things = [thing("a", kind="x", rank=3), thing("b", kind="x", rank=None), thing("c", kind="x"), thing("d", kind="y")]
    add(store, *things, thing("theirs", ELSEWHERE, kind="x", rank=3))

    def columns(tx: Transaction, fields: tuple[str, ...], where: dict[str, Any]) -> set[tuple[Any, ...]]:
        return set(tx.columns("things", fields, where))

    def work(tx: Transaction) -> None:
        assert columns(tx, ("rank", "id", "kind"), X) == {(3, "a", "x"), (None, "b", "x"), (None, "c", "x")}
        assert columns(tx, ("rank",), {**X, "rank": Between(at_least=0)}) == {(3,)}
        assert columns(tx, ("id",), {"kind": "z"}) == set()
        tx.add("things", thing("e", kind="z"))
        assert columns(tx, ("id",), {"kind": "z"}) == {("e",)}

    store.transaction(HERE, work)
    assert len(store.read(HERE, lambda tx: tx.columns("things", ("kind",), X))) == 3


@pytest.mark.parametrize("where", [X, {}, {"tags": HasAll(("a",))}, {"depth": 1}], ids=str)
def test_columns_come_from_one_index_or_not_at_all(store: Store, where: dict[str, Any]) -> None:
    with pytest.raises(NotIndexed):
        store.read(HERE, lambda tx: tx.columns("things", ("id", "tags"), where))


def test_text_is_ranged_and_ordered_by_code_point(store: Store) -> None:
    ranks = ["", "\0", "A", "B", "a", "é", "\ufffd", "🏊"]
    add(store, *(thing(str(n), kind="x", rank=each) for n, each in reversed(list(enumerate(ranks)))))
    assert ids(store, X, order=("rank",)) == list("01234567")
    assert ids(store, {**X, "rank": Between(at_least="A", below="a")}, order=("rank",)) == ["2", "3"]
    assert ids(store, {**X, "rank": Between(at_least="")}) == list("01234567")


def test_booleans_and_big_whole_numbers_are_found_by_their_value(store: Store) -> None:
    bounds = [-(2**63), -(2**53) - 1, -(2**53), 0, 2**53, 2**53 + 1, 2**63 - 1]
    add(store, *(thing(f"n{n}", kind="x", rank=each) for n, each in enumerate(bounds)))
    for n, each in enumerate(bounds):
        assert ids(store, {**X, "rank": each}) == [f"n{n}"]
    assert ids(store, X, order=("rank",)) == [f"n{n}" for n in range(7)]
    add(store, *(thing(f"f{flag}", flag=flag, kind="z") for flag in (True, False, None)))
    for flag in (True, False, None):
        assert ids(store, {"flag": flag, "kind": "z"}) == [f"f{flag}"]


def test_an_order_may_begin_with_the_field_of_which_many_values_are_asked_for(store: Store) -> None:
    kinds = {"x": (2, 0), "y": (1, 1), "z": (0,)}
    add(store, *(thing(f"{kind}{n}", kind=kind, rank=rank) for kind in kinds for n, rank in enumerate(kinds[kind])))
    where: dict[str, Any] = {"kind": In(("y", "x"))}
    assert ids(store, where, order=("kind", "rank")) == ["x1", "x0", "y0", "y1"]
    assert ids(store, where, order=("kind", "rank"), limit=2, after=["x", 0, "x1"]) == ["x0", "y0"]
    assert ids(store, where, order=("rank",)) == ["x1", "y0", "y1", "x0"]
    with pytest.raises(NotIndexed):
        ids(store, where, order=("rank", "kind"))


def test_without_an_order_it_is_that_of_the_id(store: Store) -> None:
    add(store, *(thing(id, kind="x", rank=rank) for rank, id in enumerate(["c", "a", "B", "b"])))
    assert ids(store, X) == ids(store, {**X, "rank": Between(at_least=0)}) == ["B", "a", "b", "c"]
    assert ids(store, {"kind": In(("y", "x"))}, descending=True, limit=2) == ["c", "b"]
    assert ids(store, X, after=["a"]) == ["b", "c"]


RANKS = {
    "whole numbers": [2, 0, 1, 0, 2, 1, 0],
    "text": ["b", "", "a", "", "b", "a", ""],
    "with none": [2, None, 1, "absent", 2, None, 1],
    "all alike": [1, 1, 1, 1, 1, 1, 1],
    "none at all": ["absent", None, None, None, "absent", None, None],
}


@pytest.mark.parametrize("size", [1, 2, 3, 50])
@pytest.mark.parametrize("descending", [False, True], ids=["up", "down"])
@pytest.mark.parametrize("ranks", RANKS.values(), ids=RANKS.keys())
def test_pages_show_all_once_by_rank_then_id_none_first(
    store: Store, ranks: list[Any], descending: bool, size: int
) -> None:
    fields = [{} if rank == "absent" else {"rank": rank} for rank in ranks]
    add(store, *(thing(f"{n}", kind="x", **each) for n, each in enumerate(fields)), thing("9", kind="y", rank=None))
    seen: list[list[Any]] = []
    while True:
        after = seen[-1] if seen else None
        page = store.read(
            HERE,
            lambda tx, after=after: tx.find(
                "things", X, order=("rank",), descending=descending, limit=size, after=after
            ),
        )
        seen += [[each.get("rank"), each["id"]] for each in page]
        if len(page) < size:
            break
        assert len(seen) <= len(ranks)
    key = [(each.get("rank") is not None, each.get("rank") or 0, str(n)) for n, each in enumerate(fields)]
    if any(isinstance(each.get("rank"), str) for each in fields):
        key = [(True, each["rank"], str(n)) for n, each in enumerate(fields)]
    assert [id for _, id in seen] == [id for _, _, id in sorted(key, reverse=descending)]


@pytest.mark.parametrize("descending", [False, True], ids=["up", "down"])
def test_pages_go_on_over_two_fields(store: Store, descending: bool) -> None:
    rows = [(kind, rank) for kind in (None, "x", "y") for rank in (None, 1, 2)] * 2
    add(store, *(thing(f"{n:02}", flag=True, kind=k, rank=r) for n, (k, r) in enumerate(rows)))
    key = sorted(((k or "", r or 0, f"{n:02}") for n, (k, r) in enumerate(rows)), reverse=descending)
    seen: list[tuple[Any, ...]] = []
    options: dict[str, Any] = {"order": ("kind", "rank"), "descending": descending, "limit": 1}
    for _ in range(len(rows)):
        after = seen[-1] if seen else None
        page = store.read(HERE, lambda tx, after=after: tx.find("things", {"flag": True}, after=after, **options))
        seen += [(each["kind"], each["rank"], each["id"]) for each in page]
    assert [id for *_, id in seen] == [id for *_, id in key]


def test_a_range_is_paged_too(store: Store) -> None:
    add(store, *(thing(f"{n}", kind="x", rank=n // 2) for n in range(8)))
    where = {**X, "rank": Between(at_least=1, below=3)}
    assert ids(store, where, order=("rank",), limit=2) == ["2", "3"]
    assert ids(store, where, order=("rank",), after=[1, "3"]) == ["4", "5"]
    assert ids(store, where, order=("rank",), descending=True, after=[2, "4"]) == ["3", "2"]


def test_a_limit_is_kept_and_nothing_is_nothing(store: Store) -> None:
    add(store, *(thing(f"{n:03}", kind="x", rank=n) for n in range(120)))
    assert [len(ids(store, X, **how)) for how in ({}, {"limit": 0}, {"limit": 7}, {"limit": 500})] == [100, 0, 7, 120]


def test_a_count_stops_at_its_cap(store: Store) -> None:
    add(store, *(thing(str(n), kind="x") for n in range(5)))
    assert [count(store, X, cap=cap) for cap in (0, 3, 5, 9)] == [0, 3, 5, 5]
    assert (count(store, X), count(store, {"kind": "y"})) == (5, 0)


def test_an_order_alone_lists_all_of_a_tenant(store: Store) -> None:
    add(store, thing("a", kind="y"), thing("b", kind="x"), thing("c"), thing("d", ELSEWHERE, kind="x"))
    assert ids(store, {}, order=("kind",)) == ["c", "b", "a"]


def test_has_all_finds_what_has_every_value_once(store: Store) -> None:
    add(store, thing("b", tags=["x"]), thing("a", tags=["x", "y", "x"]), thing("c", tags=[]), thing("d"))
    add(store, thing("e", tags=None), thing("f", tags=["xy", None, 7]), thing("g", ELSEWHERE, tags=["x", "y"]))
    assert ids(store, {"tags": HasAll(("x",))}) == ["a", "b"]
    assert ids(store, {"tags": HasAll(("x", "y"))}) == ids(store, {"tags": HasAll(("y", "x", "y"))}) == ["a"]
    assert (ids(store, {"tags": HasAll(("x", "z"))}), ids(store, {"tags": HasAll(("xy", 7))})) == ([], ["f"])
    assert ids(store, {"tags": HasAll(("x",))}, limit=1, after=["a"]) == ["b"]
    assert count(store, {"tags": HasAll(("x",))}) == 2
    store.transaction(HERE, lambda tx: tx.replace("things", thing("a", tags=["y"]), 1))
    store.transaction(HERE, lambda tx: tx.remove("things", "b", 1))
    assert (ids(store, {"tags": HasAll(("x",))}), ids(store, {"tags": HasAll(("y",))})) == ([], ["a"])


@pytest.mark.parametrize(
    ("where", "order"),
    [
        ({}, ()),
        ({"colour": "red"}, ()),
        ({}, ("colour",)),
        ({"rank": 1}, ()),
        ({"live": False}, ("rank",)),
        ({"live": True}, ("slot", "rank")),
        ({"kind": "x"}, ("mark",)),
        ({"kind": "x"}, ("rank", "flag")),
        ({"kind": Between(at_least="a"), "rank": Between(at_least=1)}, ()),
        ({"kind": Between()}, ()),
        ({"kind": HasAll(("x",))}, ()),
        ({"tags": HasAll(())}, ()),
        ({"tags": "x"}, ()),
        ({"tags": HasAll(("x",))}, ("rank",)),
        ({"mark": None}, ()),
        ({"mark": In(("m", None))}, ()),
        ({}, ("mark",)),
        ({"room": "r"}, ()),
        ({"parked": False}, ("due",)),
    ],
    ids=str,
)
def test_a_query_that_no_index_serves_is_refused(store: Store, where: dict[str, Any], order: tuple[str, ...]) -> None:
    with pytest.raises(NotIndexed):
        ids(store, where, order=order)
    if not order:
        with pytest.raises(NotIndexed):
            count(store, where)


def test_an_index_of_tenants_does_not_serve_the_system(store: Store) -> None:
    for where in ({}, {"kind": "x"}, {"mark": "m"}):
        with pytest.raises(NotIndexed):
            ids(store, where, ALL)
