"""What a declared index and a query of the port are in MongoDB's terms. Pure; every value is wrapped in an operator.

A value that a caller gives can thus never be read as an operator itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pymongo import ASCENDING, DESCENDING, IndexModel

from movewell.store.allowed import check
from movewell.store.port import ALL, Between, Collection, Document, HasAll, In, Index, Where, choose_index

Filter = dict[str, Any]
_PRESENT = {"$type": ["string", "number", "bool"]}
"""In a unique index; whoever lacks the field, absent or null, is left out."""


def field(name: str) -> str:
    """A document's `id` is MongoDB's `_id`."""
    return "_id" if name == "id" else name


def index_model(index: Index) -> IndexModel:
    """Tenant first, the identity last, so that equal values keep one order."""
    names = [*(() if index.system else ("tenant",)), *map(field, index.fields)]
    keys = [(each, ASCENDING) for each in (names if index.unique else [*names, "_id"])]
    partial = {name: {"$eq": value} for name, value in (index.where or {}).items()}
    if index.unique:
        partial |= {field(each): dict(_PRESENT) for each in index.fields}
    options: dict[str, Any] = {"partialFilterExpression": partial} if partial else {}
    return IndexModel(keys, name=index.name, unique=index.unique, **options)


def query(
    collection: Collection,
    where: Where,
    order: Sequence[str],
    tenant: str,
    after: Sequence[Any] | None,
    descending: bool,
) -> tuple[Filter, Index]:
    """The filter, and the index that serves it. Raises NotIndexed."""
    index = choose_index(collection, where, order, system=tenant == ALL)
    terms: list[Filter] = [] if tenant == ALL else [{"tenant": {"$eq": tenant}}]
    terms += [{field(name): _condition(wanted)} for name, wanted in where.items()]
    if index.unique:  # in the words of the partial index, so that it is known to serve
        terms += [{field(each): dict(_PRESENT)} for each in index.fields]
    if after is not None:
        terms.append(_beyond(order, after, descending))
    return {"$and": terms} if terms else {}, index


def sorting(order: Sequence[str], descending: bool) -> list[tuple[str, int]]:
    return [(field(each), DESCENDING if descending else ASCENDING) for each in (*order, "id")]


def to_bson(document: Document) -> Document:
    """As it is stored. Raises ValueError for what no store could give back exactly."""
    check(document)
    return {field(name): value for name, value in document.items()}


def from_bson(document: Document) -> Document:
    """As the port has it; without the counter that `touch` raises."""
    return {"id": document["_id"], **{name: each for name, each in document.items() if name not in ("_id", "touched")}}


def _condition(wanted: Any) -> Filter:
    if isinstance(wanted, In):
        return {"$in": list(wanted.values)}
    if isinstance(wanted, HasAll):
        return {"$all": list(wanted.values)}
    if isinstance(wanted, Between):
        bounds = {"$gte": wanted.at_least, "$lt": wanted.below, "$lte": wanted.at_most}
        return {sign: value for sign, value in bounds.items() if value is not None}
    return {"$eq": wanted}


def _beyond(order: Sequence[str], after: Sequence[Any], descending: bool) -> Filter:
    """Beyond a place in the order: beyond it in the first field, or level there and beyond it in the next."""
    names = [field(each) for each in (*order, "id")]
    steps: list[Filter] = []
    for number, (name, value) in enumerate(zip(names, after, strict=True)):
        level = [{each: {"$eq": kept}} for each, kept in zip(names[:number], after, strict=False)]
        steps += [{"$and": [*level, way]} for way in _ways_beyond(name, value, descending)]
    return {"$or": steps} if steps else {"_id": {"$in": []}}


def _ways_beyond(name: str, value: Any, descending: bool) -> list[Filter]:
    """None sorts before every value, and MongoDB compares only values of one type."""
    if descending:
        return [] if value is None else [{name: {"$lt": value}}, {name: {"$eq": None}}]
    return [{name: {"$ne": None}}] if value is None else [{name: {"$gt": value}}]
