"""What every store's indexes hold, and what the unique ones keep out."""

from __future__ import annotations

from typing import Any

import pytest
from movewell.store.port import Between, Collection, Duplicate, HasAll, Index, Store, Transaction

from .things import ELSEWHERE, HERE, THINGS, add, change, get, ids, thing

TAKEN: dict[str, dict[str, Any]] = {
    "text": {"mark": "m"},
    "no characters": {"mark": ""},
    "a whole number": {"serial": 7},
    "zero": {"serial": 0},
    "two fields": {"room": "r", "hour": 9},
    "a partial index": {"live": True, "slot": "s"},
}


@pytest.mark.parametrize("fields", TAKEN.values(), ids=TAKEN.keys())
def test_a_unique_value_is_there_once_in_a_tenant(store: Store, fields: dict[str, Any]) -> None:
    add(store, thing("a", **fields), thing("b", ELSEWHERE, **fields), thing("c"))
    with pytest.raises(Duplicate) as refused:
        add(store, thing("d", **fields))
    assert refused.value.collection == "things"
    with pytest.raises(Duplicate):
        store.transaction(HERE, lambda tx: change(tx, "c", **fields))
    with pytest.raises(Duplicate):
        store.transaction(HERE, lambda tx: [tx.add("things", thing(id, **fields)) for id in "ef"])
    assert [each["id"] for each in store.scan("things")] == ["a", "b", "c"]
    assert ids(store, fields) == ["a"]


@pytest.mark.parametrize("missing", [{}, {"mark": None, "serial": None}], ids=["absent", "none"])
def test_what_lacks_a_field_is_not_in_its_unique_index(store: Store, missing: dict[str, Any]) -> None:
    add(store, *(thing(id, **missing) for id in "ab"), *(thing(id, room="r", **missing) for id in "cd"))
    add(store, *(thing(id, room="r", hour=None) for id in "ef"), *(thing(id, hour=9) for id in "gh"))
    add(store, *(thing(id, live=True) for id in "ij"), *(thing(id, live=True, slot=None) for id in "kl"))
    assert len(list(store.scan("things"))) == 12


def test_a_unique_value_is_free_where_the_index_is_not(store: Store) -> None:
    add(store, thing("a", live=True, slot="s"), thing("b", live=False, slot="s"), thing("c", slot="s"))
    with pytest.raises(Duplicate):
        store.transaction(HERE, lambda tx: change(tx, "b", live=True))
    store.transaction(HERE, lambda tx: change(tx, "a", live=False))
    store.transaction(HERE, lambda tx: change(tx, "b", live=True))
    assert ids(store, {"live": True, "slot": "s"}) == ["b"]


def test_a_unique_value_is_free_again_when_it_was_given_up(store: Store) -> None:
    add(store, thing("a", mark="m"), thing("b", mark="n"))
    store.transaction(HERE, lambda tx: change(tx, "a", mark="o"))
    store.transaction(HERE, lambda tx: tx.remove("things", "b", 1))
    add(store, thing("c", mark="m"), thing("d", mark="n"))
    assert [ids(store, {"mark": mark}) for mark in "mno"] == [["c"], ["d"], ["a"]]


@pytest.mark.parametrize("gives_up", ["removed", "replaced"])
def test_a_unique_value_passes_on_within_one_unit(store: Store, gives_up: str) -> None:
    add(store, thing("a", mark="m"))

    def work(tx: Transaction) -> None:
        tx.add("things", thing("b", mark="m"))
        if gives_up == "removed":
            tx.remove("things", "a", 1)
        else:
            change(tx, "a", mark=None)

    store.transaction(HERE, work)
    assert ids(store, {"mark": "m"}) == ["b"]


def test_a_duplicate_undoes_everything_else_of_its_unit(store: Store) -> None:
    add(store, thing("a", mark="m", kind="x"), thing("b", kind="x"))

    def work(tx: Transaction) -> None:
        change(tx, "a", kind="y", mark="n")
        tx.remove("things", "b", 1)
        for id, mark in (("c", "o"), ("d", "n"), ("e", "p")):
            tx.add("things", thing(id, mark=mark))

    with pytest.raises(Duplicate):
        store.transaction(HERE, work)
    assert list(store.scan("things")) == [
        {**thing("a", mark="m", kind="x"), "version": 1},
        {**thing("b", kind="x"), "version": 1},
    ]
    assert [ids(store, {"mark": mark}) for mark in "mnop"] == [["a"], [], [], []]


def test_a_partial_index_holds_only_what_its_condition_says(store: Store) -> None:
    add(store, thing("a", live=True, rank=2), thing("b", live=False, rank=1), thing("c", live=True, rank=1))
    add(store, thing("d", rank=0), thing("e", live=None, rank=0))
    assert ids(store, {"live": True}, order=("rank",)) == ["c", "a"]
    assert ids(store, {"live": True, "rank": Between(at_least=2)}, order=("rank",)) == ["a"]
    store.transaction(HERE, lambda tx: (change(tx, "a", live=False), change(tx, "b", live=True)))
    assert ids(store, {"live": True}, order=("rank",)) == ["b", "c"]


def test_removed_is_gone_from_every_index(store: Store) -> None:
    fields = {"kind": "x", "tags": ["t"], "mark": "m", "live": True, "rank": 1}
    add(store, thing("a", **fields))
    store.transaction(HERE, lambda tx: tx.remove("things", "a", 1))
    for where in ({"kind": "x"}, {"tags": HasAll(("t",))}, {"mark": "m"}, {"live": True, "rank": 1}):
        assert ids(store, where) == []


def test_preparing_again_changes_nothing_and_adds_an_index_over_what_is_there(store: Store) -> None:
    odd = "a\0b🏊"
    add(store, thing("a", colour="red", labels=["l", "l", odd], price=2**62, sold=True), thing("b", colour=odd))
    add(store, thing("c", colour=None, labels=None), thing("d", labels=[]))
    more = (Index(("colour",)), Index(("labels",), many=True), Index(("price", "sold"), unique=True))
    for _ in range(2):
        store.prepare([Collection("things", (*THINGS.indexes, *more))])
        assert (ids(store, {"colour": "red"}), ids(store, {"colour": odd})) == (["a"], ["b"])
        assert ids(store, {"labels": HasAll(("l",))}) == ids(store, {"labels": HasAll((odd,))}) == ["a"]
        assert ids(store, {"price": 2**62, "sold": True}) == ["a"]
        assert ids(store, {"colour": None}) == ["c", "d"]
    assert get(store, "b") == {**thing("b", colour=odd), "version": 1}
    with pytest.raises(Duplicate):
        add(store, thing("e", price=2**62, sold=True))
