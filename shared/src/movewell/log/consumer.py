"""The consumer: every event's effect once, for ever, in order of its key (law 3 of the design).

One document `progress` per (consumer, topic, key) holds the sequence `applied` and how many records are
`blocked` behind a failure or a gap. It is written in the handler's own transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from movewell import failpoints
from movewell.contracts.declare import declaration_of
from movewell.errors import Unavailable
from movewell.log import waiting
from movewell.log.breaker import Breaker
from movewell.log.incoming import Incoming, Unreadable, event_of, read
from movewell.log.port import Delivered, EventLog, Position
from movewell.log.waiting import BEHIND, FAILED, GAP
from movewell.store.port import Collection
from movewell.store.unit import Unit, Units
from movewell.telemetry import in_trace, logger
from movewell.tracing import EventSpans
from movewell.wire.envelope import Envelope, Received, read_envelope

PROGRESS = Collection("progress")
COLLECTIONS = (PROGRESS, *waiting.COLLECTIONS)
BATCH, POLL_SECONDS = 50, 0.2
log = logger(__name__)

Handler = Callable[[Any, Unit], None]
T = TypeVar("T")


@dataclass(frozen=True)
class Subscription:
    """A consumer's name and what it does with which event. `handlers` is keyed by event class.

    Progress is kept under `name`, offsets under `group` (the name, unless given). `guard` is asked in every
    transaction before anything is met, and raises (Unavailable) when this consumer must stop. Without `traced`
    nothing that it handles is a span: a rebuild is no part of the traces of old.
    """

    name: str
    handlers: Mapping[type, Handler]
    group: str = ""
    guard: Callable[[Unit], None] = lambda unit: None
    traced: bool = True

    @property
    def topics(self) -> tuple[str, ...]:
        return tuple(sorted({declaration_of(cls).topic for cls in self.handlers}))

    def by_type(self) -> dict[str, Handler]:
        return {declaration_of(cls).type: handler for cls, handler in self.handlers.items()}


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
        self._spans = EventSpans(units.service, subscription.group or subscription.name, subscription.traced)
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
        """Apply a batch in one transaction; if that fails, each record in one of its own. Raises Unavailable.

        Records are read before. What cannot be read waits, or is set aside, in the transaction of the others.
        """
        self._require_closed_breaker()
        incoming, unreadable = read(records, self._handlers, self.progress_id)
        try:
            failed = self._commit(lambda unit: self._apply(unit, incoming, unreadable))
        except Unavailable:
            raise
        except Exception:
            self._units.system(lambda unit: self._set_aside(unit, unreadable))
            for each in incoming:
                self._apply_alone(each)
        else:
            self._tell_undecoded(failed)

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

    def progress_id(self, delivered: Delivered) -> str:
        """Where the progress of a record's key is kept."""
        return f"{self._subscription.name}/{delivered.topic}/{delivered.key}"

    def _apply(self, unit: Unit, batch: Sequence[Incoming], unreadable: Sequence[Unreadable]) -> list[Incoming]:
        """Those that fail here because they cannot be decoded."""
        failpoints.reach("consume.before_progress")
        unit.tx.get_many("progress", [each.progress_id for each in batch])
        failpoints.reach("consume.after_progress")
        self._set_aside(unit, unreadable)
        return [each for each in batch if self._meet(unit, each)]

    def _set_aside(self, unit: Unit, unreadable: Sequence[Unreadable]) -> None:
        for each in unreadable:
            waiting.set_aside(unit, self.name, each.delivered, each.reason)

    def _meet(self, unit: Unit, each: Incoming) -> bool:
        """The protocol, line by line; whether it fails because it cannot be decoded."""
        self._subscription.guard(unit)
        progress = _progress(unit, each)
        sequence, applied, blocked = each.envelope.sequence, progress["applied"], progress["blocked"]
        if sequence <= applied or (
            (blocked or sequence > applied + 1) and waiting.is_waiting(unit, each.progress_id, sequence)
        ):
            return False
        if blocked or sequence > applied + 1:
            reason = BEHIND if blocked else GAP
            waiting.put(unit, self.name, each.progress_id, each.delivered, sequence, applied, reason)
            _store_progress(unit, {**progress, "blocked": blocked + 1})
            return False
        if each.fault is not None:
            self._block(unit, each, type(each.fault).__name__)
            return True
        self._handle(unit, each.received)
        _store_progress(unit, {**progress, "applied": sequence})
        return False

    def _commit(self, work: Callable[[Unit], T]) -> T:
        """Run `work` in a transaction, and tell what it handled once that has committed."""

        def run(unit: Unit) -> T:
            self._spans.forget()
            return work(unit)

        done = self._units.system(run)
        self._spans.committed()
        return done

    def _handle(self, unit: Unit, received: Received | None) -> None:
        if received is None:
            return
        envelope = received.envelope
        traceparent = self._spans.begin(envelope)
        now_in = in_trace.set(traceparent)
        try:
            self._handlers[envelope.type](received.event, unit.because_of(received, traceparent))
        finally:
            in_trace.reset(now_in)
        self.handled(envelope)

    def _apply_alone(self, each: Incoming) -> None:
        try:
            failed = self._commit(lambda unit: self._meet(unit, each))
        except Unavailable:
            raise
        except Exception as error:
            kind = self._failed(error, each)
            self._wait(each, kind)
        else:
            self._tell_undecoded([each] if failed else [])

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
            self._commit(lambda unit: self._apply_waiting(unit, row["id"]))
        except Unavailable:
            raise
        except Exception as error:
            kind = type(error).__name__
            self._spans.failed(kind)
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
        self._handle(unit, event_of(delivered, read_envelope(delivered.headers), self._handlers))
        advance(unit, row, progress)

    def _tell_undecoded(self, failed: Sequence[Incoming]) -> None:
        """Once it is committed that they wait."""
        for each in failed:
            if each.fault is not None:
                self._failed(each.fault, each)

    def _failed(self, error: Exception, each: Incoming) -> str:
        """Tell of it by where it lies: what a poisonous record says of itself may be anything."""
        kind, type_ = type(error).__name__, each.envelope.type
        self._spans.failed(kind)
        log.failure(
            "consumer.failed",
            error,
            consumer=self.name,
            event_type=type_ if waiting.is_known(type_) else "unknown",
            topic=each.delivered.topic,
            partition=each.delivered.partition,
            offset=each.delivered.offset,
            error=kind,
        )
        self.breaker.count(kind, each.progress_id)
        return kind


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
