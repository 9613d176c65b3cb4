"""What every store does with one document: versions, and what comes back of what was given."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from movewell.store.port import Conflict, Duplicate, Store, Transaction

from .things import ELSEWHERE, HERE, add, change, exactly, get, ids, thing

STRINGS = [
    "",
    "a\0b",
    "\0",
    "é",
    "e\u0301",
    "🏊🏽‍♀️",
    "\ufffd",
    "\U0010ffff",
    "\u2028",
    "'",
    '"',
    "\\u0000",
    "$a.b",
    "null",
]


def test_what_is_added_is_read_back_at_version_one(store: Store) -> None:
    add(store, thing("a", nested={"list": [1, None, "é"]}))
    assert get(store, "a") == {**thing("a", nested={"list": [1, None, "é"]}), "version": 1}
    assert get(store, "absent") is None


def test_several_are_read_at_once_and_who_is_absent_is_left_out(store: Store) -> None:
    add(store, *(thing(str(n)) for n in range(5)))
    found = store.read(HERE, lambda tx: tx.get_many("things", ["3", "absent", "1", "3"]))
    assert {id: each["id"] for id, each in found.items()} == {"3": "3", "1": "1"}
    assert store.read(HERE, lambda tx: tx.get_many("things", [])) == {}


def test_an_id_is_added_once_in_all_tenants_together(store: Store) -> None:
    add(store, thing("a"))
    for tenant in (HERE, ELSEWHERE):
        with pytest.raises(Duplicate) as refused:
            add(store, thing("a", tenant))
        assert refused.value.collection == "things"
    with pytest.raises(Duplicate):
        store.transaction(HERE, lambda tx: [tx.add("things", thing("b")) for _ in range(2)])
    assert get(store, "b") is None


def test_replacing_raises_the_version_by_one_and_leaves_nothing_of_the_old(store: Store) -> None:
    add(store, thing("a", kind="x", old=1))
    store.transaction(HERE, lambda tx: tx.replace("things", thing("a", kind="y"), 1))
    assert get(store, "a") == {**thing("a", kind="y"), "version": 2}
    assert (ids(store, {"kind": "x"}), ids(store, {"kind": "y"})) == ([], ["a"])


STALE = {
    "replace": lambda tx, id: tx.replace("things", thing(id, kind="new"), 1),
    "remove": lambda tx, id: tx.remove("things", id, 1),
    "touch": lambda tx, id: tx.touch("things", id, 1),
}


@pytest.mark.parametrize("id", ["changed", "absent"])
@pytest.mark.parametrize("how", STALE)
def test_a_stale_version_conflicts_and_changes_nothing(store: Store, how: str, id: str) -> None:
    add(store, thing("changed", kind="old"), thing("other", kind="old"))
    store.transaction(HERE, lambda tx: change(tx, "changed"))

    def work(tx: Transaction) -> None:
        tx.add("things", thing("added"))
        change(tx, "other", kind="new")
        STALE[how](tx, id)

    with pytest.raises(Conflict):
        store.transaction(HERE, work)
    left = {each["id"]: (each["kind"], each["version"]) for each in store.scan("things")}
    assert left == {"changed": ("old", 2), "other": ("old", 1)}


def test_a_touch_changes_nothing(store: Store) -> None:
    add(store, thing("a", kind="x"))
    for _ in range(2):
        store.transaction(HERE, lambda tx: tx.touch("things", "a", 1))
    assert get(store, "a") == {**thing("a", kind="x"), "version": 1}
    assert list(store.scan("things")) == [{**thing("a", kind="x"), "version": 1}]
    store.transaction(HERE, lambda tx: change(tx, "a", kind="y"))
    assert get(store, "a") == {**thing("a", kind="y"), "version": 2}


def test_removed_is_gone_and_may_be_added_again(store: Store) -> None:
    add(store, thing("a", old=1))
    store.transaction(HERE, lambda tx: tx.remove("things", "a", 1))
    assert (get(store, "a"), list(store.scan("things"))) == (None, [])
    add(store, thing("a"))
    assert get(store, "a") == {**thing("a"), "version": 1}


NESTED = [
    [True, 1, 1.0, False, 0, 0.0, -0.0, None, "", [], {}],
    [2**53 + 1, -(2**53) - 1, 2**63 - 1, -(2**63), 0.1, 1e308, 5e-324, -1.5],
    STRINGS,
    {text.replace("\0", ""): text for text in STRINGS},
    {"$set": {"a.b": 1}, "a.b.c": {"$where": "1"}, ".": 1, "$": 2, "": 3, "_id": 4, "id": 5, "version": 6, "tenant": 7},
    {"$id": "b", "$db": "c"},
    [{"$date": "2026-03-02T09:00:00Z"}, {"$oid": "0" * 24}, {"$numberLong": "1"}, {"$binary": "AA=="}],
    [[[[1], []], None], [[]]],
]


@pytest.mark.parametrize("nested", NESTED, ids=range(len(NESTED)))
def test_nested_content_comes_back_exactly(store: Store, nested: Any) -> None:
    add(store, thing("a", nested=None))
    store.transaction(HERE, lambda tx: change(tx, "a", nested=nested))
    add(store, thing("b", nested=nested))
    for id in ("a", "b"):
        assert exactly((get(store, id) or {})["nested"]) == exactly(nested)


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(exclude_characters="\0", codec="utf-8")), inner, max_size=4)
    ),
    max_leaves=20,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(nested=JSON)
def test_whatever_json_says_comes_back_exactly(store: Store, nested: Any) -> None:
    def work(tx: Transaction) -> None:
        if tx.get("things", "a") is None:
            tx.add("things", thing("a", nested=nested))
        else:
            change(tx, "a", nested=nested)

    store.transaction(HERE, work)
    assert exactly((get(store, "a") or {})["nested"]) == exactly(nested)


def test_fifty_levels_and_four_megabytes_are_taken(store: Store) -> None:
    deep: Any = "bottom"
    for _ in range(25):
        deep = {"down": [deep]}
    add(store, thing("deep", **deep), thing("long", text="é" * 2**21))
    assert exactly((get(store, "deep") or {})["down"]) == exactly(deep["down"])
    assert (get(store, "long") or {})["text"] == "é" * 2**21


BEYOND = {
    "an int too high": 2**63,
    "an int too low": -(2**63) - 1,
    "not a number": float("nan"),
    "infinity": float("inf"),
    "half a character": "\ud83d",
    "a key with NUL": {"a\0b": 1},
    "a key of half a character": {"\ud83d": 1},
}


@pytest.mark.parametrize("how", ["added", "replaced"])
@pytest.mark.parametrize("value", BEYOND.values(), ids=BEYOND.keys())
def test_what_no_store_could_give_back_is_refused(store: Store, value: Any, how: str) -> None:
    add(store, thing("b", kind="x"))

    def work(tx: Transaction) -> None:
        tx.add("things", thing("c"))
        if how == "added":
            tx.add("things", thing("a", nested=["fine", value]))
        else:
            change(tx, "b", nested=["fine", value])

    with pytest.raises(ValueError):
        store.transaction(HERE, work)
    assert [each["id"] for each in store.scan("things")] == ["b"]
    assert get(store, "b") == {**thing("b", kind="x"), "version": 1}


@pytest.mark.parametrize("text", STRINGS)
def test_any_text_is_an_id_and_an_indexed_value(store: Store, text: str) -> None:
    add(store, thing(f"x{text}", kind=text, mark=text, tags=[text], rank=1))
    add(
        store, *(thing(f"other{n}", kind=near, mark=near, tags=[near]) for n, near in enumerate([f"{text} ", "a", "e"]))
    )
    assert (get(store, f"x{text}") or {})["kind"] == text
    assert ids(store, {"kind": text}) == ids(store, {"mark": text}) == [f"x{text}"]
    assert ids(store, {"kind": text}, order=("rank",), after=[0, ""]) == [f"x{text}"]
    with pytest.raises(Duplicate):
        add(store, thing("again", mark=text))
