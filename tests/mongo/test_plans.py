"""No declared query of any service scans a collection on MongoDB: the server's own plans are read."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from typing import Any

import pymongo
import pytest
from movewell.projections import rows_of
from movewell.service import PLUMBING, Service
from movewell.store.mongo import MongoStore
from movewell.store.mongo_queries import query, sorting
from movewell.store.port import ALL, Between, Collection, HasAll, In, Index

from deploy.local.site import SERVICES
from tests import backends


def collections_of(service: str) -> list[Collection]:
    """All that a service keeps. The composition root has it, as a constant or made of a store."""
    root = importlib.import_module(f"{service}.bootstrap")
    made: Service | None = getattr(root, "SERVICE", None)
    kept = [*root.STORED.collections.values()] if hasattr(root, "STORED") else []
    if made is not None:
        kept = [*made.stored.collections.values(), *made.collections]
        kept += [rows_of(each.collection, 1) for each in made.projections]
    return [*kept, *PLUMBING]


def queries(index: Index) -> Iterator[tuple[dict[str, Any], tuple[str, ...]]]:
    """Every shape of query that the index serves: equalities, a list of values, a range, an order."""
    where = dict(index.where or {})
    if index.many:
        yield {**where, index.fields[0]: HasAll(("a", "b"))}, ()
        return
    everything = {**where, **dict.fromkeys(index.fields, "a")}
    yield everything, ()
    if index.unique:
        return
    yield {**everything, index.fields[0]: In(("a", "b"))}, ()
    yield {**where, index.fields[0]: In(("a", "b"))}, index.fields
    first, last = index.fields[:-1], index.fields[-1]
    prefix = {**where, **dict.fromkeys(first, "a")}
    yield {**prefix, last: Between("a", "b")}, ()
    yield {**prefix, last: Between(at_most="b")}, (last,)
    if prefix:
        yield prefix, (last,)


CASES = [
    pytest.param(service, collection, index, where, order, id=f"{service}-{collection.name}-{index.name}-{number}")
    for service in SERVICES
    for collection in collections_of(service)
    for index in collection.indexes
    for number, (where, order) in enumerate(queries(index))
]


def stages(plan: dict[str, Any]) -> set[str]:
    """Every stage of a winning plan."""
    inner = [plan["inputStage"]] if "inputStage" in plan else plan.get("inputStages", [])
    return {plan["stage"]}.union(*(stages(each) for each in inner))


@pytest.fixture(scope="module")
def server() -> Iterator[pymongo.MongoClient[dict[str, Any]]]:
    try:
        client: pymongo.MongoClient[dict[str, Any]] = pymongo.MongoClient(backends.mongo_url("plans"))
    except backends.Missing as error:
        backends.say_missing(error)
    for service in SERVICES:
        store = MongoStore(backends.mongo_url(f"plans_{service}"))
        store.prepare(collections_of(service))
        store.close()
    yield client
    client.close()


def test_every_service_is_looked_at() -> None:
    assert {each.values[0] for each in CASES} == set(SERVICES)
    assert len(CASES) > 100


@pytest.mark.parametrize(("service", "collection", "index", "where", "order"), CASES)
def test_a_declared_query_uses_its_index(
    server: pymongo.MongoClient[dict[str, Any]],
    service: str,
    collection: Collection,
    index: Index,
    where: dict[str, Any],
    order: tuple[str, ...],
) -> None:
    wanted, chosen = query(collection, where, order, ALL if index.system else "ZT001", None, False)
    found = server[f"plans_{service}"][collection.name].find(wanted, hint=chosen.name).sort(sorting(order, False))
    plan = found.limit(50).explain()["queryPlanner"]["winningPlan"]
    assert "IXSCAN" in stages(plan)
    assert "COLLSCAN" not in stages(plan)
