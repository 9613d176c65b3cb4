"""The relay: pending rows of the outbox to the log, in order of each key, marked done once acknowledged."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from movewell import failpoints, tracing
from movewell.log.port import EventLog, Record
from movewell.store.outbox import LANES
from movewell.store.port import ALL, Collection, Conflict, Document, In, Store, Transaction

LEASES = Collection("relay_lanes")
COLLECTIONS = (LEASES,)
BATCH, _LEASE_SECONDS = 500, 6.0
"""Where a step acknowledged as many, or more, there may be more pending."""


class Relay:
    """Publishes the outbox of one service. Several may run: each lane is leased to one of them.

    A relay that was paused may publish what another has published since; consumers skip it by sequence.
    """

    def __init__(self, store: Store, log: EventLog, owner: str, clock: Callable[[], float] = time.time) -> None:
        self._store = store
        self._log = log
        self._owner = owner
        self._clock = clock
        self._renew_at = 0.0
        self._lanes: list[int] = []

    def step(self) -> int:
        """Publish what is pending in the lanes held; the number acknowledged. Raises Unavailable."""
        if self._clock() >= self._renew_at:
            self._lanes = self._store.transaction(ALL, self._lease)
            self._renew_at = self._clock() + _LEASE_SECONDS / 3
        pending = self._store.read(ALL, self._pending) if self._lanes else []
        return self._publish(pending) if pending else 0

    def _pending(self, tx: Transaction) -> list[Document]:
        """Lane after lane, as the index has them: sorted otherwise, each step would read a whole backlog."""
        where = {"pending": True, "lane": In(tuple(self._lanes))}
        limit = BATCH * len(self._lanes)
        return tx.find("outbox", where, order=("lane", "topic", "key", "sequence"), limit=limit)

    def _publish(self, rows: Sequence[Document]) -> int:
        failpoints.reach("relay.before_publish")
        began = tracing.now()
        records = [Record(row["topic"], row["key"], row["headers"], row["value"].encode()) for row in rows]
        acknowledged = self._log.publish(records)
        failpoints.reach("relay.after_publish")
        done = [row for row, taken in zip(rows, acknowledged, strict=True) if taken]
        failpoints.reach("relay.before_mark")
        try:
            self._store.transaction(ALL, lambda tx: _mark_done(tx, done))
        except Conflict:  # another relay has marked some of them
            self._store.transaction(ALL, lambda tx: _mark_done(tx, _still_pending(tx, done)))
        failpoints.reach("relay.after_mark")
        tracing.tell_sent(done, began)
        return len(done)

    def _lease(self, tx: Transaction) -> list[int]:
        """Lanes are shared among the relays that are there; what is another's share is given back."""
        now, held = self._clock(), []
        relays = self._present(tx, now)
        for lane in range(LANES):
            id = f"lane-{lane}"
            ours = relays[lane % len(relays)] == self._owner
            lease = tx.get("relay_lanes", id)
            until = now + _LEASE_SECONDS if ours else 0
            if lease is None:
                if ours:
                    tx.add("relay_lanes", {"id": id, "tenant": ALL, "owner": self._owner, "until": until})
            elif lease["owner"] == self._owner or (ours and lease["until"] <= now):
                tx.replace("relay_lanes", {**lease, "owner": self._owner, "until": until}, lease["version"])
            else:
                continue
            if ours:
                held.append(lane)
        return held

    def _present(self, tx: Transaction, now: float) -> list[str]:
        """Every relay that has asked lately, this one too, in an order that all of them see."""
        known = tx.get("relay_lanes", "relays")
        seen = {} if known is None else {name: until for name, until in known["seen"].items() if until > now}
        seen[self._owner] = now + _LEASE_SECONDS
        if known is None:
            tx.add("relay_lanes", {"id": "relays", "tenant": ALL, "seen": seen})
        else:
            tx.replace("relay_lanes", {**known, "seen": seen}, known["version"])
        return sorted(seen)

    def release(self) -> None:
        """Give the lanes back, so that another relay need not wait."""

        def work(tx: Transaction) -> None:
            for lane in self._lanes:
                lease = tx.get("relay_lanes", f"lane-{lane}")
                if lease is not None and lease["owner"] == self._owner:
                    tx.replace("relay_lanes", {**lease, "until": 0}, lease["version"])
            if (known := tx.get("relay_lanes", "relays")) is not None:
                seen = {name: until for name, until in known["seen"].items() if name != self._owner}
                tx.replace("relay_lanes", {**known, "seen": seen}, known["version"])

        self._store.transaction(ALL, work)
        self._lanes = []


def _mark_done(tx: Transaction, rows: Sequence[Document]) -> None:
    for row in rows:
        tx.replace("outbox", {**row, "pending": False}, row["version"])


def _still_pending(tx: Transaction, rows: Sequence[Document]) -> list[Document]:
    current = tx.get_many("outbox", [row["id"] for row in rows])
    return [row for row in current.values() if row["pending"]]
