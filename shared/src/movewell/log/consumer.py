"""The consumer: every event's effect once, for ever, in order of its key (law 3 of the design).

One document `progress` per (consumer, topic, key) holds the sequence `applied` and how many records are
`blocked` behind a failure or a gap. It is written in the handler's own transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from movewell import failpoints
from movewell.contracts.declare import declaration_of
from movewell.errors import Unavailable
from movewell.log import waiting
from movewell.log.breaker import Breaker
from movewell.log.port import Delivered, EventLog, Position
from movewell.log.waiting import BEHIND, FAILED, GAP
from movewell.store.port import Collection
from movewell.store.unit import Unit, Units
from movewell.telemetry import logger
from movewell.wire.envelope import Envelope, Undecodable, decode, read_envelope

PROGRESS = Collection("progress")
COLLECTIONS = (PROGRESS, *waiting.COLLECTIONS)
BATCH, POLL_SECONDS = 50, 0.2
_MOST_SEQUENCE = 2**53
log = logger(__name__)

Handler = Callable[[Any, Unit], None]


@dataclass(frozen=True)
class Subscription:
    """A consumer's name and what it does with which event. `handlers` is keyed by event class.

    Progress is kept under `name`, offsets under `group` (the name, unless given). `guard` is asked in every
    transaction before anything is met, and raises (Unavailable) when this consumer must stop.
    """

    name: str
    handlers: Mapping[type, Handler]
    group: str = ""
    guard: Callable[[Unit], None] = lambda unit: None

    @property
    def topics(self) -> tuple[str, ...]:
        return tuple(sorted({declaration_of(cls).topic for cls in self.handlers}))

    def by_type(self) -> dict[str, Handler]:
        return {declaration_of(cls).type: handler for cls, handler in self.handlers.items()}


@dataclass(frozen=True)
class Incoming:
    """A record with its envelope, and where its key's progress is kept."""

    delivered: Delivered
    envelope: Envelope
    progress_id: str


class Consumer:
    """Applies a subscription to the store of one service."""

    def __init__(self, log: EventLog, units: Units, subscription: Subscription) -> None:
        self._units = units
        self._subscription = subscription
        self._handlers = subscription.by_type()
        self._subscriber = log.subscribe(subscription.group or subscription.name, subscription.topics)
        self.name = subscription.name
        self.topics = subscription.topics
        self.breaker = Breaker()
        self.handled: Callable[[Envelope], None] = lambda envelope: None

    def step(self, timeout: float = POLL_SECONDS) -> int:
        """Poll, apply, commit the store, then the offsets; the number of records met. Raises Unavailable."""
        self._require_closed_breaker()
        failpoints.reach("consume.before_poll")
        records = self._subscriber.poll(BATCH, timeout)
        failpoints.reach("consume.after_poll")
        if records:
            self.apply(records)
            failpoints.reach("consume.before_offsets")
            self._subscriber.commit(_following(records))
            failpoints.reach("consume.after_offsets")
        return len(records) + self.drain()

    def apply(self, records: Sequence[Delivered]) -> None:
        """Apply a batch in one transaction; if that fails, each record in one of its own. Raises Unavailable."""
        self._require_closed_breaker()
        incoming = [made for each in records if (made := self._incoming(each))]
        try:
            self._units.system(lambda unit: self._apply(unit, incoming))
        except Unavailable:
            raise
        except Exception:
            for each in incoming:
                self._apply_alone(each)

    def drain(self) -> int:
        """Try the waiting records whose time has come; the number tried."""
        due = waiting.due(self._units, self.name)
        for row in due:
            self._require_closed_breaker()
            self._retry(row)
        return len(due)

    def apply_waiting(self, progress_id: str) -> None:
        """Try the waiting records of one key in order, until one fails or none is due. Raises Unavailable."""
        while (row := waiting.next_due(self._units, progress_id)) is not None:
            self._retry(row)

    def _require_closed_breaker(self) -> None:
        """Raises Unavailable."""
        self.breaker.check()

    def close(self) -> None:
        self._subscriber.close()

    def _incoming(self, delivered: Delivered) -> Incoming | None:
        try:
            envelope = envelope_of(delivered)
        except Undecodable as error:
            name, reason = self.name, error.reason
            self._units.system(lambda unit: waiting.set_aside(unit, name, delivered, reason))
            return None
        return Incoming(delivered, envelope, self.progress_id(delivered))

    def progress_id(self, delivered: Delivered) -> str:
        """Where the progress of a record's key is kept."""
        return f"{self._subscription.name}/{delivered.topic}/{delivered.key}"

    def _apply(self, unit: Unit, batch: Sequence[Incoming]) -> None:
        failpoints.reach("consume.before_progress")
        unit.tx.get_many("progress", [each.progress_id for each in batch])
        failpoints.reach("consume.after_progress")
        for each in batch:
            self._meet(unit, each)

    def _meet(self, unit: Unit, each: Incoming) -> None:
        """The protocol, line by line."""
        self._subscription.guard(unit)
        progress = _progress(unit, each)
        sequence, applied, blocked = each.envelope.sequence, progress["applied"], progress["blocked"]
        if sequence <= applied or (
            (blocked or sequence > applied + 1) and waiting.is_waiting(unit, each.progress_id, sequence)
        ):
            return
        if blocked or sequence > applied + 1:
            reason = BEHIND if blocked else GAP
            waiting.put(unit, self.name, each.progress_id, each.delivered, sequence, applied, reason)
            _store_progress(unit, {**progress, "blocked": blocked + 1})
            return
        self._handle(unit, each.delivered, each.envelope)
        _store_progress(unit, {**progress, "applied": sequence})

    def _handle(self, unit: Unit, delivered: Delivered, envelope: Envelope) -> None:
        handler = self._handlers.get(envelope.type)
        if handler is None and waiting.is_known(envelope.type):
            return
        received = decode(envelope, delivered.value)
        if handler is not None:
            handler(received.event, unit.because_of(received))
            self.handled(envelope)

    def _apply_alone(self, each: Incoming) -> None:
        try:
            self._units.system(lambda unit: self._meet(unit, each))
        except Unavailable:
            raise
        except Exception as error:
            kind = self._failed(error, each.delivered, each.envelope.type, each.progress_id)
            self._wait(each, kind)

    def _wait(self, each: Incoming, kind: str) -> None:
        """Keep what failed as waiting. What no row can hold is set aside: the next of its key waits for it."""
        try:
            self._units.system(lambda unit: self._block(unit, each, kind))
        except (ValueError, OverflowError):  # text that is not Unicode, for instance
            reason = "a store cannot keep its key or headers"
            self._units.system(lambda unit: waiting.set_aside(unit, self.name, each.delivered, reason))

    def _block(self, unit: Unit, each: Incoming, kind: str) -> None:
        progress = _progress(unit, each)
        sequence, applied = each.envelope.sequence, progress["applied"]
        if sequence <= applied or waiting.is_waiting(unit, each.progress_id, sequence):
            return
        name = self.name
        waiting.put(unit, name, each.progress_id, each.delivered, sequence, applied, FAILED, error=kind)
        _store_progress(unit, {**progress, "blocked": progress["blocked"] + 1})

    def _retry(self, row: Mapping[str, Any]) -> None:
        """Apply a waiting record in a transaction of its own; on success the next of its key becomes due."""
        try:
            self._units.system(lambda unit: self._apply_waiting(unit, row["id"]))
        except Unavailable:
            raise
        except Exception as error:
            kind = type(error).__name__
            log.exception("consumer.retry_failed", consumer=self.name, error=kind)
            self.breaker.count(kind, row["progress_id"])
            self._units.system(lambda unit: waiting.postpone(unit, row["id"], kind))

    def _apply_waiting(self, unit: Unit, row_id: str) -> None:
        self._subscription.guard(unit)
        row = unit.tx.get("waiting", row_id)
        if row is None or row["due"] is None:
            return
        progress = unit.tx.get("progress", row["progress_id"])
        if progress is None or row["sequence"] != progress["applied"] + 1:
            waiting.rest(unit, row)
            return
        delivered = waiting.record_of(row)
        self._handle(unit, delivered, read_envelope(delivered.headers))
        advance(unit, row, progress)

    def _failed(self, error: Exception, delivered: Delivered, type_: str, progress_id: str) -> str:
        """Tell of it by where it lies: what a poisonous record says of itself may be anything."""
        kind = type(error).__name__
        log.exception(
            "consumer.failed",
            consumer=self.name,
            event_type=type_ if waiting.is_known(type_) else "unknown",
            topic=delivered.topic,
            partition=delivered.partition,
            offset=delivered.offset,
            error=kind,
        )
        self.breaker.count(kind, progress_id)
        return kind


def envelope_of(delivered: Delivered) -> Envelope:
    """The envelope of a record that a consumer can place in a stream. Raises Undecodable."""
    envelope = read_envelope(delivered.headers)
    if envelope.partitionkey != delivered.key:
        raise Undecodable("the key is not that of the envelope")
    if envelope.sequence > _MOST_SEQUENCE:
        raise Undecodable("a header is malformed")
    return envelope


def advance(unit: Unit, row: Mapping[str, Any], progress: Mapping[str, Any]) -> None:
    """A waiting record is done with: take it away, and make the next of its key due."""
    unit.tx.remove("waiting", row["id"], row["version"])
    _store_progress(unit, {**progress, "applied": row["sequence"], "blocked": progress["blocked"] - 1})
    waiting.make_due(unit, row["progress_id"], row["sequence"] + 1)


def _progress(unit: Unit, each: Incoming) -> dict[str, Any]:
    found = unit.tx.get("progress", each.progress_id)
    return found or {
        "id": each.progress_id,
        "tenant": each.envelope.tenant,
        "version": 0,
        "applied": 0,
        "blocked": 0,
    }


def _store_progress(unit: Unit, progress: dict[str, Any]) -> None:
    if progress["version"] == 0:
        unit.tx.add("progress", progress)
    else:
        unit.tx.replace("progress", progress, progress["version"])


def _following(records: Sequence[Delivered]) -> dict[Position, int]:
    return {(each.topic, each.partition): each.offset + 1 for each in records}
