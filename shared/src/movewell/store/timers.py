"""Timers: durable rows with a due time, claimed with a lease, removed in the transaction that they cause.

A timer of a `kind` about a `subject` exists once; setting it again moves it. A kind may have an *effect*
outside of the store (a message sent, a key destroyed), which runs before its transaction and is harmless
when repeated.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from movewell import failpoints, tracing
from movewell.errors import Unavailable
from movewell.store.port import Between, Collection, Index, Transaction
from movewell.telemetry import in_trace, logger
from movewell.wire.schema import time_text

if TYPE_CHECKING:
    from movewell.store.unit import Cause, Unit, Units

TIMERS = Collection(
    "timers",
    (
        Index(("due",), where={"parked": False}, system=True),
        Index(("due",), where={"parked": True}, system=True),
    ),
)
COLLECTIONS = (TIMERS,)
_LEASE_SECONDS, _BATCH, _TRIES = 20.0, 20, 8
log = logger(__name__)


@dataclass(frozen=True)
class Timer:
    """A timer that is due. `facts` are what was given when it was set."""

    kind: str
    subject: str
    tenant: str
    facts: Mapping[str, Any]


@dataclass(frozen=True)
class Alarm:
    """What happens when a kind of timer is due: `settle` in a transaction, after `effect` outside of it.

    Where an effect cannot be taken back, `commit_to` says so in a transaction before it: from then on
    nothing else may decide otherwise. It may be run again.
    """

    settle: Callable[[Timer, Unit], None]
    effect: Callable[[Timer], None] | None = None
    commit_to: Callable[[Timer, Unit], None] | None = None


def _id(tenant: str, kind: str, subject: str) -> str:
    return f"{tenant}/{kind}/{subject}"


def put(tx: Transaction, kind: str, subject: str, due: datetime, facts: Mapping[str, Any], cause: Cause) -> None:
    """Set or move a timer in the caller's transaction."""
    id = _id(tx.tenant, kind, subject)
    document = {
        "id": id,
        "tenant": tx.tenant,
        "kind": kind,
        "subject": subject,
        "facts": dict(facts),
        "due": time_text(due),
        "parked": False,
        "tries": 0,
        "correlation_id": cause.correlation_id,
        "causation_id": cause.causation_id,
        "traceparent": cause.traceparent,
    }
    earlier = tx.get("timers", id)
    if earlier is None:
        tx.add("timers", document)
    else:
        tx.replace("timers", document, earlier["version"])


def take_away(tx: Transaction, kind: str, subject: str) -> None:
    """Remove a timer in the caller's transaction, if it is set."""
    earlier = tx.get("timers", _id(tx.tenant, kind, subject))
    if earlier is not None:
        tx.remove("timers", earlier["id"], earlier["version"])


class TimerLoop:
    """Fires the timers of one service."""

    def __init__(self, units: Units, alarms: Mapping[str, Alarm], owner: str) -> None:
        self._units = units
        self._alarms = alarms
        self._owner = owner

    def step(self) -> int:
        """Fire what is due now, in order of due time; the number fired. Raises Unavailable."""
        failpoints.reach("timers.before_claim")
        now = time_text(self._units.clock.now())
        where = {"parked": False, "due": Between(at_most=now)}
        if not self._units.store.read("*", lambda tx: tx.find("timers", where, order=("due",), limit=1)):
            return 0
        claimed = self._units.store.claim(
            "timers", where, order=("due",), owner=self._owner, lease=_LEASE_SECONDS, limit=_BATCH
        )
        failpoints.reach("timers.after_claim")
        for document in claimed:
            self._fire(document)
        return len(claimed)

    def _fire(self, document: dict[str, Any]) -> None:
        about = {"movewell.service": self._units.service, "movewell.timer": document["kind"]}
        span = tracing.begin("internal", f"ring {document['kind']}", document["traceparent"], about)
        if span is not None:
            document = {**document, "traceparent": span.traceparent}
        now_in = in_trace.set(document["traceparent"])
        try:
            self._ring(document, span)
        finally:
            in_trace.reset(now_in)

    def _ring(self, document: dict[str, Any], span: tracing.Span | None) -> None:
        """Commit, act, settle. Raises Unavailable. The span is told of what was settled, or postponed."""
        timer = Timer(document["kind"], document["subject"], document["tenant"], document["facts"])
        alarm = self._alarms[timer.kind]
        try:
            if alarm.commit_to is not None:
                self._units.system(lambda unit: _commit_to(unit, document, timer, alarm))
            if alarm.effect is not None:
                alarm.effect(timer)
                failpoints.reach("timers.after_effect")
            settled = self._units.system(lambda unit: _settle(unit, document, timer, alarm))
            if span is not None and settled:
                span.end()
        except Unavailable:
            raise
        except Exception as error:
            log.exception("timer.failed", kind=timer.kind, tries=document["tries"] + 1)
            self._units.system(lambda unit: _postpone(unit, document))
            if span is not None:
                span.end(type(error).__name__)


def _still_set(unit: Unit, document: dict[str, Any]) -> dict[str, Any] | None:
    """The timer as it is now, unless it was moved or taken away after it was claimed."""
    current = unit.tx.get("timers", document["id"])
    return current if current is not None and current["version"] == document["version"] else None


def _commit_to(unit: Unit, document: dict[str, Any], timer: Timer, alarm: Alarm) -> None:
    current = _still_set(unit, document)
    if current is not None and alarm.commit_to is not None:
        alarm.commit_to(timer, _because_of(unit, document))


def _settle(unit: Unit, document: dict[str, Any], timer: Timer, alarm: Alarm) -> bool:
    current = _still_set(unit, document)
    if current is not None:
        unit.tx.remove("timers", current["id"], current["version"])  # first: it may be set again
        alarm.settle(timer, _because_of(unit, document))
    return current is not None


def _because_of(unit: Unit, document: dict[str, Any]) -> Unit:
    from movewell.store.unit import Cause

    cause = Cause(document["correlation_id"], document["causation_id"], document["traceparent"])
    return unit.within(document["tenant"], cause)


def _postpone(unit: Unit, document: dict[str, Any]) -> None:
    current = _still_set(unit, document)
    if current is None:
        return
    tries = current["tries"] + 1
    due = unit.now + timedelta(seconds=min(2**tries, 600))
    changed = {**current, "tries": tries, "due": time_text(due), "leased_until": 0, "parked": tries >= _TRIES}
    unit.tx.replace("timers", changed, current["version"])
