"""The store: documents with declared indexes and one transaction. What every adapter does, exactly.

A document is a JSON-compatible dict with `id` (unique in its collection, over all tenants), `tenant` (never
another, once added) and `version` (1 when added, raised by one at each replacement; what a unit removes and
adds again goes on at the next version). Times are ISO 8601 strings in UTC with microseconds, so that they sort
as they pass. What a unit was given or has given out belongs to it: a caller changes a copy.

What a document may hold, and gives back exactly (a number, a string or a key beyond it raises ValueError):
- None, booleans, ints of -2^63 to 2^63-1, finite floats, lists (a tuple comes back as one), dicts with string keys;
- any string of Unicode characters, the NUL character too; a lone surrogate is no character;
- top-level field names are identifiers; nested keys may be any text without NUL, also with dots and dollars, but
  not `$ref`;
- 50 levels and 4 MB at least are taken.

Only top-level fields are indexed. In one indexed field all values are strings, or all ints, or all booleans, and
None besides. A field that is absent equals None, which sorts before every value.

A unit sees and changes nothing of another tenant: `get` finds none there, and `replace`, `remove` and `touch`
raise Conflict as they do for a document that does not exist. A unit of ALL may do all of it.
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
    """The field is one of these values; of no values, none is."""

    values: tuple[Any, ...]


@dataclass(frozen=True)
class Between:
    """The field lies between bounds, of which one is given: `at_least` ≤ field < `below`; `at_most` includes its end.

    None lies nowhere.
    """

    at_least: Any = None
    below: Any = None
    at_most: Any = None


@dataclass(frozen=True)
class HasAll:
    """The list in the field has all of these values, of which there is at least one."""

    values: tuple[Any, ...]


class StoreError(Exception):
    """What a store refuses, by the rule that was broken."""


class Duplicate(StoreError):
    """A document with this id, or with these values of a unique index, is there already.

    The transaction is lost; catch it outside of `transaction`. Swallowed within, it is raised again at the end.
    """

    def __init__(self, collection: str, index: str) -> None:
        super().__init__(f"duplicate in {collection} ({index})")
        self.collection = collection
        self.index = index


class Conflict(StoreError):
    """There is no document at the expected version within the tenant. The store reruns the work before it gives up."""


class NotIndexed(StoreError):
    """The query is served by no declared index."""


class WrongTenant(StoreError):
    """A document that says one tenant was given to a unit of another, or a unit reached for another's scope."""


class ReadOnly(StoreError):
    """A unit that may only read was asked to write."""


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
        """Documents that match, ordered by `order` then `id`; all of it the other way round if `descending`.

        `after` holds the order fields' values and the id of the last document seen. Raises NotIndexed.
        """

    def count(self, collection: str, where: Where, *, cap: int = 1000) -> int:
        """How many match; `cap` if there are more. Raises NotIndexed."""

    def columns(self, collection: str, fields: Sequence[str], where: Where) -> list[tuple[Any, ...]]:
        """The values of some fields of all documents that match, in no order, read from an index and nothing else.

        The fields are of the index that serves the query, or `id`. True may come as 1 and False as 0. Raises
        NotIndexed.
        """

    def add(self, collection: str, document: Document) -> None:
        """Add it at version 1, which is set in `document`. Duplicate here or at the end; WrongTenant, ReadOnly."""

    def replace(self, collection: str, document: Document, version: int) -> None:
        """Replace the whole document at `version` by this one. Conflict here or at the end; WrongTenant, ReadOnly."""

    def remove(self, collection: str, id: str, version: int) -> None:
        """Remove the document at `version`. Conflict here or at the end; ReadOnly."""

    def put_back(self, collection: str, document: Document) -> None:
        """Add it at the version that it says, as a backup holds it. Otherwise as `add`."""

    def touch(self, collection: str, id: str, version: int) -> None:
        """Write nothing, but conflict with every concurrent change of the document (against write skew).

        Conflict here or at the end; ReadOnly.
        """

    def within(self, tenant: str) -> Transaction:
        """The same unit, scoped to one tenant. Raises WrongTenant from within another."""


class Store(Protocol):
    """Documents of one service."""

    def prepare(self, collections: Iterable[Collection]) -> None:
        """Make collections and indexes. Run again with more of them, it adds what is new."""

    def transaction(self, tenant: str, work: Callable[[Transaction], T]) -> T:
        """Run `work` and commit what it wrote, durably, or nothing of it.

        `work` is run again on a conflict, so it has no effect outside of the transaction. Where it conflicts
        each time, Conflict is raised in the end.
        """

    def read(self, tenant: str, work: Callable[[Transaction], T]) -> T:
        """Run `work` on one consistent state; a write raises ReadOnly."""

    def claim(
        self, collection: str, where: Where, *, order: Sequence[str], owner: str, lease: float, limit: int
    ) -> list[Document]:
        """Lease up to `limit` matching documents that nobody holds, in a transaction of its own.

        Sets `owner` and `leased_until` (seconds of real time) in them; a lease ends by itself.
        """

    def scan(self, collection: str) -> Iterator[Document]:
        """Every document of every tenant in order of id, as at the first one, whatever is committed meanwhile."""

    def snapshot(self, collections: Sequence[str]) -> Iterator[tuple[str, Document]]:
        """Every document of several collections, one collection after another, all as at one moment."""

    def wait(self, timeout: float) -> bool:
        """Wait until somebody may have committed since this thread last waited, at most `timeout` seconds.

        True if so. What this thread itself has committed in the meantime is no news to it.
        """

    def close(self) -> None: ...


def choose_index(collection: Collection, where: Where, order: Sequence[str], *, system: bool) -> Index:
    """The declared index that serves the query: equalities first, then the range or the order.

    A query asks for something or in some order, which may begin with the fields it asks for (of many values, `In`);
    a unique index, which leaves documents out, answers only for values in all of its fields. Raises NotIndexed, so
    that no query of any adapter ever scans a collection.
    """
    for index in collection.indexes:
        if index.system == system and _serves(index, where, tuple(order)):
            return index
    raise NotIndexed(f"{collection.name} has no index for {sorted(where)} ordered by {list(order)}")


def _serves(index: Index, where: Where, order: tuple[str, ...]) -> bool:
    partial = index.where or {}
    if not (where or order) or any(where.get(field) != value for field, value in partial.items()):
        return False
    rest = {field: value for field, value in where.items() if field not in partial}
    if index.many:
        return not order and set(rest) == set(index.fields) and _has_some(rest[index.fields[0]])
    if index.unique and (set(rest) != set(index.fields) or any(map(_may_be_none, rest.values()))):
        return False
    equal = {field for field, value in rest.items() if not isinstance(value, Between)}
    ranged = [field for field, value in rest.items() if isinstance(value, Between)]
    if any(isinstance(value, HasAll) for value in rest.values()) or len(ranged) > 1:
        return False
    if any(rest[field] == Between() for field in ranged):
        return False
    head, tail = index.fields[: len(equal)], index.fields[len(equal) :]
    if set(head) != equal or order not in (tail[: len(order)], index.fields[: len(order)]):
        return False
    return not ranged or tail[:1] == tuple(ranged)


def _has_some(wanted: Any) -> bool:
    return isinstance(wanted, HasAll) and bool(wanted.values)


def _may_be_none(wanted: Any) -> bool:
    return wanted is None or (isinstance(wanted, In) and None in wanted.values)
