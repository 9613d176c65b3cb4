"""A unit of work: aggregates loaded, saved with their events, and timers set, in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, TypeVar

import uuid_utils

from movewell.kernel import Aggregate, Clock, NotFound
from movewell.store import outbox, timers
from movewell.store.documents import Stored, from_document, to_document
from movewell.store.port import ALL, Document, Store, Transaction, Where
from movewell.wire.envelope import Received

A = TypeVar("A", bound=Aggregate)
T = TypeVar("T")


def new_id() -> str:
    """A UUIDv7 as text."""
    return str(uuid_utils.uuid7())


class Cause(NamedTuple):
    """What a unit of work happens because of. Only these are carried over from one event to the next."""

    correlation_id: str
    causation_id: str | None = None
    traceparent: str | None = None


class Unit:
    """One transaction of one tenant. `now` is the same moment for all that happens in it."""

    def __init__(
        self,
        tx: Transaction,
        service: str,
        stored: Stored,
        now: datetime,
        cause: Cause,
        root: Transaction | None = None,
    ) -> None:
        self.tx = tx
        self._root = root or tx
        self.tenant = tx.tenant
        self.service = service
        self.now = now
        self.cause = cause
        self._stored = stored

    def find_one(self, cls: type[A], id: str) -> A | None:
        """The aggregate, or None."""
        document = self.tx.get(self._stored.of(cls), id)
        return None if document is None else from_document(cls, document)

    def get(self, cls: type[A], id: str) -> A:
        """The aggregate. Raises NotFound."""
        found = self.find_one(cls, id)
        if found is None:
            raise NotFound(f"There is no such {cls.__name__.lower()}.")
        return found

    def get_many(self, cls: type[A], ids: Iterable[str]) -> dict[str, A]:
        """Those of these that there are, by id."""
        documents = self.tx.get_many(self._stored.of(cls), ids)
        return {id: from_document(cls, each) for id, each in documents.items()}

    def find(
        self,
        cls: type[A],
        where: Where,
        *,
        order: Sequence[str] = (),
        descending: bool = False,
        limit: int = 100,
        after: Sequence[Any] | None = None,
    ) -> list[A]:
        """Aggregates by a declared index."""
        documents = self.tx.find(
            self._stored.of(cls), where, order=order, descending=descending, limit=limit, after=after
        )
        return [from_document(cls, each) for each in documents]

    def save(self, aggregate: Aggregate) -> None:
        """Keep the aggregate and append what it recorded to the outbox."""
        document, collection = to_document(aggregate), self._stored.of(type(aggregate))
        if aggregate.version == 0:
            self.tx.add(collection, document)
        else:
            self.tx.replace(collection, document, aggregate.version)
        aggregate.version = document["version"]
        for event in aggregate.take_events():
            self.publish(event, aggregate.version)

    def publish(self, event: Any, subject_version: int = 1) -> None:
        """Append an event that no aggregate records (a fact about a timer, for instance)."""
        outbox.append(self.tx, self.service, event, subject_version, self.now, self.cause)

    def touch(self, aggregate: Aggregate) -> None:
        """What was decided rests on this aggregate: conflict with whoever changes it."""
        self.tx.touch(self._stored.of(type(aggregate)), aggregate.id, aggregate.version)

    def remove(self, aggregate: Aggregate) -> None:
        self.tx.remove(self._stored.of(type(aggregate)), aggregate.id, aggregate.version)

    def later(self, kind: str, subject: str, due: datetime, **facts: str | int) -> None:
        """Set the timer `kind` of `subject`, or move it. `facts` are ids and numbers only."""
        timers.put(self.tx, kind, subject, due, facts, self.cause)

    def not_later(self, kind: str, subject: str) -> None:
        """Take the timer away, if it is set."""
        timers.take_away(self.tx, kind, subject)

    def system_get(self, collection: str, id: str) -> Document | None:
        """A document of the platform's own, outside of every tenant."""
        return self._root.get(collection, id)

    def because_of(self, received: Received, traceparent: str | None = None) -> Unit:
        """The same transaction, caused by an event and within its tenant. `traceparent` is that of its handling."""
        envelope = received.envelope
        cause = Cause(envelope.correlationid, envelope.id, traceparent or envelope.traceparent)
        return Unit(self.tx.within(envelope.tenant), self.service, self._stored, self.now, cause, self._root)

    def within(self, tenant: str, cause: Cause) -> Unit:
        """The same transaction within a tenant, for a cause."""
        return Unit(self.tx.within(tenant), self.service, self._stored, self.now, cause, self._root)


@dataclass(frozen=True)
class Units:
    """Where units of work of one service come from."""

    service: str
    store: Store
    stored: Stored
    clock: Clock

    def run(self, tenant: str, cause: Cause, work: Callable[[Unit], T]) -> T:
        """Run `work` in a transaction; it may be run again, so it has no outside effect."""
        return self.store.transaction(
            tenant, lambda tx: work(Unit(tx, self.service, self.stored, self.clock.now(), cause))
        )

    def read(self, tenant: str, work: Callable[[Unit], T]) -> T:
        """Run `work` on one consistent state; it may not save."""
        nobody = Cause("")
        return self.store.read(tenant, lambda tx: work(Unit(tx, self.service, self.stored, self.clock.now(), nobody)))

    def system(self, work: Callable[[Unit], T]) -> T:
        """Run `work` across tenants: consumers and timers, which narrow it with `within`."""
        return self.run(ALL, Cause(""), work)
