"""A transaction that keeps its writes back and hands them over together, above any adapter.

Reads by id are remembered, so that a unit that saves fifty events reads and writes each document once and
the adapter writes in bulk. An adapter supplies the few operations of `Backend`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from movewell import failpoints
from movewell.store.port import (
    ALL,
    Collection,
    Conflict,
    Document,
    Duplicate,
    Index,
    NotIndexed,
    ReadOnly,
    StoreError,
    Where,
    WrongTenant,
    choose_index,
)


@dataclass
class Write:
    """A write kept back: `add`, `replace`, `remove` or `touch`; `version` is the one expected in the store.

    `document` is the new one (for `remove` and `touch` only its `id` and the scope's `tenant`). What is stored
    must be of its tenant, or the tenant be ALL.
    """

    kind: str
    document: Document
    version: int


class Backend(Protocol):
    """What an adapter does within a transaction that it has begun."""

    collections: Mapping[str, Collection]

    def read_many(self, collection: str, ids: Sequence[str]) -> list[Document]: ...
    def query(
        self,
        collection: str,
        where: Where,
        order: Sequence[str],
        descending: bool,
        limit: int,
        after: Sequence[Any] | None,
        tenant: str,
    ) -> list[Document]: ...
    def tally(self, collection: str, where: Where, cap: int, tenant: str) -> int: ...
    def columns(self, collection: str, fields: Sequence[str], where: Where, tenant: str) -> list[tuple[Any, ...]]: ...
    def write(self, collection: str, writes: Sequence[Write]) -> None:
        """Write all of them, or raise Conflict or Duplicate: then the transaction is lost."""


class BufferedTransaction:
    """Implements `movewell.store.port.Transaction` over a Backend."""

    def __init__(self, backend: Backend, tenant: str, *, writable: bool = True) -> None:
        self.tenant = tenant
        self._backend = backend
        self._writable = writable
        self._seen: dict[tuple[str, str], Document | None] = {}
        self._writes: dict[str, dict[str, Write]] = {}
        self._removed: dict[tuple[str, str], int] = {}
        self._lost: list[StoreError] = []

    def within(self, tenant: str) -> BufferedTransaction:
        if self.tenant not in (ALL, tenant):
            raise WrongTenant(f"a unit of {self.tenant} cannot reach into another tenant")
        scoped = object.__new__(BufferedTransaction)
        scoped.__dict__ = {**self.__dict__, "tenant": tenant}  # one shared buffer, another scope
        return scoped

    def get(self, collection: str, id: str) -> Document | None:
        if (collection, id) not in self._seen:
            return self.get_many(collection, (id,)).get(id)
        document = self._seen[collection, id]
        return document if document is not None and self._may_see(document) else None

    def get_many(self, collection: str, ids: Iterable[str]) -> dict[str, Document]:
        wanted = list(dict.fromkeys(ids))
        unknown = [id for id in wanted if (collection, id) not in self._seen]
        if unknown:
            self._check_not_lost()
            found = {each["id"]: each for each in self._backend.read_many(collection, unknown)}
            for id in unknown:
                self._seen[collection, id] = found.get(id)
        documents = ((id, self._seen[collection, id]) for id in wanted)
        return {id: each for id, each in documents if each is not None and self._may_see(each)}

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
        self._check_index(collection, where, order)
        self._flush(collection)
        found = self._backend.query(collection, where, order, descending, limit, after, self.tenant)
        for document in found:
            self._seen[collection, document["id"]] = document
        return found

    def count(self, collection: str, where: Where, *, cap: int = 1000) -> int:
        self._check_index(collection, where, ())
        self._flush(collection)
        return self._backend.tally(collection, where, cap, self.tenant)

    def columns(self, collection: str, fields: Sequence[str], where: Where) -> list[tuple[Any, ...]]:
        index = self._check_index(collection, where, ())
        if index.many or not {"id", *index.fields}.issuperset(fields):
            raise NotIndexed(f"{collection}: the index {index.name} does not hold {list(fields)}")
        self._flush(collection)
        return self._backend.columns(collection, fields, where, self.tenant)

    def add(self, collection: str, document: Document) -> None:
        self._check_writable()
        self._check_tenant(document)
        id = document["id"]
        earlier = self._writes.get(collection, {}).get(id)
        if earlier is not None and earlier.kind == "remove":
            self._flush(collection)
        elif earlier is not None:
            raise self._lose(Duplicate(collection, "id"))
        document["version"] = self._removed.get((collection, id), 0) + 1
        self._keep(collection, Write("add", document, 0))

    def put_back(self, collection: str, document: Document) -> None:
        version = document["version"]
        self.add(collection, document)
        document["version"] = version

    def replace(self, collection: str, document: Document, version: int) -> None:
        self._check_writable()
        self._check_tenant(document)
        earlier = self._earlier(collection, document["id"], version)
        document["version"] = version + 1
        kind, base = ("replace", version) if earlier is None else (earlier.kind, earlier.version)
        if kind == "touch":
            kind = "replace"
        self._keep(collection, Write(kind, document, base))

    def remove(self, collection: str, id: str, version: int) -> None:
        self._check_writable()
        earlier = self._earlier(collection, id, version)
        if earlier is not None and earlier.kind == "add":
            del self._writes[collection][id]
        else:
            base = version if earlier is None else earlier.version
            self._keep(collection, Write("remove", {"id": id, "tenant": self.tenant}, base))
            self._removed[collection, id] = version
        self._seen[collection, id] = None

    def touch(self, collection: str, id: str, version: int) -> None:
        self._check_writable()
        if self._earlier(collection, id, version) is None:
            touched = Write("touch", {"id": id, "tenant": self.tenant}, version)
            self._writes.setdefault(collection, {})[id] = touched

    def flush(self) -> None:
        """Hand every write over. Called by the adapter before it commits. Raises what the unit was lost by."""
        failpoints.reach("store.before_write")
        self._check_not_lost()
        for collection in list(self._writes):
            self._flush(collection)
        failpoints.reach("store.after_write")

    def _flush(self, collection: str) -> None:
        self._check_not_lost()
        writes = self._writes.pop(collection, None)
        if writes:
            try:
                self._backend.write(collection, list(writes.values()))
            except StoreError as error:
                raise self._lose(error) from None

    def _check_not_lost(self) -> None:
        """Nothing is asked of the adapter after an error: MongoDB has ended the transaction by then."""
        if self._lost:
            raise self._lost[0]

    def _lose(self, error: StoreError) -> StoreError:
        self._lost.append(error)
        return error

    def _keep(self, collection: str, write: Write) -> None:
        self._writes.setdefault(collection, {})[write.document["id"]] = write
        self._seen[collection, write.document["id"]] = write.document

    def _earlier(self, collection: str, id: str, version: int) -> Write | None:
        """The write kept back for this document, if any; Conflict if the caller's version is not its."""
        earlier = self._writes.get(collection, {}).get(id)
        if earlier is None:
            return None
        current = earlier.version if earlier.kind == "touch" else earlier.document.get("version")
        if earlier.kind == "remove" or current != version or not self._reaches(earlier):
            raise self._lose(Conflict(f"{collection} was changed within this unit"))
        return earlier

    def _check_index(self, collection: str, where: Where, order: Sequence[str]) -> Index:
        return choose_index(self._backend.collections[collection], where, order, system=self.tenant == ALL)

    def _check_tenant(self, document: Document) -> None:
        if self.tenant not in (ALL, document["tenant"]):
            raise WrongTenant(f"a document of another tenant was written within {self.tenant}")

    def _check_writable(self) -> None:
        if not self._writable:
            raise ReadOnly("this unit may only read")

    def _reaches(self, write: Write) -> bool:
        tenant = write.document["tenant"]
        return self.tenant in (ALL, tenant) or (write.kind == "touch" and tenant == ALL)

    def _may_see(self, document: Document) -> bool:
        return self.tenant in (ALL, document["tenant"])
