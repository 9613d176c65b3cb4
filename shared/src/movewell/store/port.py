"""The store: documents with declared indexes and one transaction. What every adapter does, exactly.

A document is a JSON-compatible dict with `id` (unique in its collection), `tenant` and `version` (1 when
added, raised by one at each replacement). Times are ISO 8601 strings in UTC with microseconds, so that
they sort as they pass. Only top-level fields can be indexed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

T = TypeVar("T")
Document = dict[str, Any]
Where = Mapping[str, Any]

ALL = "*"
"""The tenant of system-wide work (relay, timers, consumers). Nothing else may use it."""


@dataclass(frozen=True)
class Index:
    """An index over top-level fields, within a tenant unless `system`.

    `where` makes it partial: only documents whose fields equal these values are in it. In a `unique` index,
    documents that lack one of the fields (absent or None) are left out. `many` indexes one field that holds
    a list, for `HasAll`.
    """

    fields: tuple[str, ...]
    unique: bool = False
    where: Mapping[str, str | int | bool] | None = None
    many: bool = False
    system: bool = False

    @property
    def name(self) -> str:
        parts = (*self.fields, *(f"{field}_{value}" for field, value in (self.where or {}).items()))
        return "_".join((*parts, *(("all",) if self.system else ()), *(("unique",) if self.unique else ())))


@dataclass(frozen=True)
class Collection:
    """A named collection and all the indexes it will ever be asked by."""

    name: str
    indexes: tuple[Index, ...] = ()


@dataclass(frozen=True)
class In:
    """The field is one of these values."""

    values: tuple[Any, ...]


@dataclass(frozen=True)
class Between:
    """The field lies between bounds: `at_least` ≤ field < `below`; `at_most` includes its end."""

    at_least: Any = None
    below: Any = None
    at_most: Any = None


@dataclass(frozen=True)
class HasAll:
    """The list in the field has all of these values."""

    values: tuple[Any, ...]


class StoreError(Exception):
    """What a store refuses, by the rule that was broken."""


class Duplicate(StoreError):
    """A document with this id, or with these values of a unique index, is there already.

    The transaction is lost; catch it outside of `transaction`, never within.
    """

    def __init__(self, collection: str, index: str) -> None:
        super().__init__(f"duplicate in {collection} ({index})")
        self.collection = collection
        self.index = index


class Conflict(StoreError):
    """A document is not at the version it was expected at. The store reruns the work before it gives up."""


class NotIndexed(StoreError):
    """The query is served by no declared index."""


class WrongTenant(StoreError):
    """A document of one tenant was written within the scope of another."""


class Transaction(Protocol):
    """One unit of reads and writes. Reads see the unit's own writes. Scoped to a tenant, or to ALL."""

    tenant: str

    def get(self, collection: str, id: str) -> Document | None: ...
    def get_many(self, collection: str, ids: Iterable[str]) -> dict[str, Document]: ...
    def find(
        self,
        collection: str,
        where: Where,
        *,
        order: Sequence[str] = (),
        descending: bool = False,
        limit: int = 100,
        after: Sequence[Any] | None = None,
    ) -> list[Document]:
        """Documents that match, ordered by `order` then `id`.

        `after` holds the order fields' values and the id of the last document seen. Raises NotIndexed.
        """

    def count(self, collection: str, where: Where, *, cap: int = 1000) -> int: ...
    def add(self, collection: str, document: Document) -> None: ...
    def replace(self, collection: str, document: Document, version: int) -> None: ...
    def remove(self, collection: str, id: str, version: int) -> None: ...
    def touch(self, collection: str, id: str, version: int) -> None:
        """Write nothing, but conflict with every concurrent change of the document (against write skew)."""

    def within(self, tenant: str) -> Transaction:
        """The same unit, scoped to one tenant."""


class Store(Protocol):
    """Documents of one service."""

    def prepare(self, collections: Iterable[Collection]) -> None:
        """Make collections and indexes. Run again with more of them, it adds what is new."""

    def transaction(self, tenant: str, work: Callable[[Transaction], T]) -> T:
        """Run `work` and commit what it wrote, durably, or nothing of it.

        `work` is run again on a conflict, so it has no effect outside of the transaction.
        """

    def read(self, tenant: str, work: Callable[[Transaction], T]) -> T:
        """Run `work` on one consistent state; it may not write."""

    def claim(
        self, collection: str, where: Where, *, order: Sequence[str], owner: str, lease: float, limit: int
    ) -> list[Document]:
        """Lease up to `limit` matching documents that nobody holds, in a transaction of its own.

        Sets `owner` and `leased_until` (seconds of real time) in them; a lease ends by itself.
        """

    def scan(self, collection: str) -> Iterator[Document]:
        """Every document of every tenant in order of id, at one moment."""

    def wait(self, timeout: float) -> bool:
        """Wait until somebody may have committed, at most `timeout` seconds. True if so."""

    def close(self) -> None: ...


def choose_index(collection: Collection, where: Where, order: Sequence[str], *, system: bool) -> Index:
    """The declared index that serves the query: equalities first, then the range or the order.

    Raises NotIndexed, so that no query of any adapter ever scans a collection.
    """
    for index in collection.indexes:
        if index.system == system and _serves(index, where, tuple(order)):
            return index
    raise NotIndexed(f"{collection.name} has no index for {sorted(where)} ordered by {list(order)}")


def _serves(index: Index, where: Where, order: tuple[str, ...]) -> bool:
    partial = index.where or {}
    if any(where.get(field) != value for field, value in partial.items()):
        return False
    rest = {field: value for field, value in where.items() if field not in partial}
    if index.many:
        return not order and set(rest) == set(index.fields) and isinstance(rest[index.fields[0]], HasAll)
    equal = {field for field, value in rest.items() if not isinstance(value, Between)}
    ranged = [field for field, value in rest.items() if isinstance(value, Between)]
    if any(isinstance(value, HasAll) for value in rest.values()) or len(ranged) > 1:
        return False
    head, tail = index.fields[: len(equal)], index.fields[len(equal) :]
    if set(head) != equal or tail[: len(order)] != order:
        return False
    return not ranged or tail[:1] == tuple(ranged)
