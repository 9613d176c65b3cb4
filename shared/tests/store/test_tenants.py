"""What every store keeps apart: no unit of a tenant sees or changes anything of another; the system's may."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from movewell.store.port import ALL, Between, Conflict, Document, HasAll, Store, Transaction, WrongTenant

from .things import ELSEWHERE, HERE, add, change, count, get, ids, thing

THEIRS = thing("a", ELSEWHERE, kind="x", rank=1, tags=["t"], mark="m", live=True, due=1, parked=False)
QUERIES: list[dict[str, Any]] = [
    {"kind": "x"},
    {"kind": "x", "rank": Between(at_least=0)},
    {"tags": HasAll(("t",))},
    {"mark": "m"},
    {"live": True, "rank": 1},
]


@pytest.mark.parametrize("narrowed", [False, True], ids=["a unit of one", "a unit of all, narrowed"])
def test_a_tenant_sees_nothing_of_another(store: Store, narrowed: bool) -> None:
    add(store, THEIRS)

    def look(tx: Transaction) -> list[Any]:
        if narrowed:
            assert tx.get("things", "a") is not None  # what the system has read stays out of a tenant's sight
            tx = tx.within(HERE)
        found = [tx.find("things", where) for where in QUERIES]
        return [tx.get("things", "a") or {}, tx.get_many("things", ["a"]), *found]

    assert not any(store.read(ALL if narrowed else HERE, look))
    for where in QUERIES:
        assert (ids(store, where), count(store, where)) == ([], 0)
        assert (ids(store, where, ELSEWHERE), count(store, where, ELSEWHERE)) == (["a"], 1)


CHANGES: dict[str, Callable[[Transaction, str, int], Any]] = {
    "replace": lambda tx, id, version: tx.replace("things", thing(id, HERE, kind="y"), version),
    "remove": lambda tx, id, version: tx.remove("things", id, version),
    "touch": lambda tx, id, version: tx.touch("things", id, version),
}


@pytest.mark.parametrize("how", CHANGES)
def test_a_tenant_changes_nothing_of_another_as_if_it_were_not_there(store: Store, how: str) -> None:
    def first(tx: Transaction, *before: Any, id: str = "a", version: int = 1) -> None:
        CHANGES[how](tx.within(HERE), id, version)

    add(store, THEIRS)
    units: list[Callable[[Transaction], Any]] = [
        first,
        lambda tx: first(tx, tx.get("things", "a")),  # read by the system before
        lambda tx: first(tx, change(tx, "a", kind="z"), version=2),  # written by it, and not yet handed over
        lambda tx: first(tx, tx.add("things", thing("b", ELSEWHERE)), id="b"),
    ]
    for tenant, work in [(HERE, first), *((ALL, each) for each in units)]:
        with pytest.raises(Conflict):
            store.transaction(tenant, work)
    assert list(store.scan("things")) == [{**THEIRS, "version": 1}]


@pytest.mark.parametrize(
    "work",
    [
        lambda tx: tx.add("things", thing("b", ELSEWHERE)),
        lambda tx: tx.replace("things", thing("a", ELSEWHERE), 1),
        lambda tx: tx.within(ELSEWHERE),
        lambda tx: tx.within(ALL),
    ],
    ids=["add", "replace", "within another", "within all"],
)
def test_a_tenant_speaks_for_no_other(store: Store, work: Callable[[Transaction], Any]) -> None:
    add(store, THEIRS)
    for tenant in (HERE, ALL):
        with pytest.raises(WrongTenant):
            store.transaction(tenant, lambda tx: work(tx.within(HERE)))
    assert list(store.scan("things")) == [{**THEIRS, "version": 1}]


def test_the_system_may_do_it_all_in_every_tenant(store: Store) -> None:
    add(store, *(thing(f"{tenant}-{n}", tenant, due=n, parked=False) for tenant in (HERE, ELSEWHERE) for n in range(3)))

    def work(tx: Transaction) -> list[Document]:
        for tenant in (HERE, ELSEWHERE):
            change(tx, f"{tenant}-0", kind="changed")
            tx.remove("things", f"{tenant}-1", 1)
            tx.touch("things", f"{tenant}-2", 1)
            tx.add("things", thing(f"{tenant}-3", tenant, due=3, parked=False))
        assert tx.count("things", {"parked": False}) == 6
        return tx.find("things", {"parked": False}, order=("due",))

    left = [f"{tenant}-{n}" for n in (0, 2, 3) for tenant in (HERE, ELSEWHERE)]
    assert [each["id"] for each in store.transaction(ALL, work)] == left
    assert sorted(each["id"] for each in store.scan("things")) == sorted(left)


def test_a_document_stays_in_its_tenant(store: Store) -> None:
    add(store, THEIRS)
    with pytest.raises(Conflict):
        store.transaction(ALL, lambda tx: tx.replace("things", thing("a", HERE), 1))
    assert get(store, "a", ELSEWHERE) == {**THEIRS, "version": 1}


def test_units_narrowed_to_several_tenants_are_one_unit(store: Store) -> None:
    def work(tx: Transaction) -> None:
        for tenant in (HERE, ELSEWHERE):
            tx.within(tenant).add("things", thing(tenant, tenant, kind="x"))
            assert [each["id"] for each in tx.within(tenant).find("things", {"kind": "x"})] == [tenant]
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        store.transaction(ALL, work)
    assert list(store.scan("things")) == []


def test_the_system_may_touch_what_a_tenant_then_changes(store: Store) -> None:
    add(store, THEIRS)
    store.transaction(ALL, lambda tx: (tx.touch("things", "a", 1), change(tx.within(ELSEWHERE), "a", kind="y")))
    assert (get(store, "a", ELSEWHERE) or {})["version"] == 2
