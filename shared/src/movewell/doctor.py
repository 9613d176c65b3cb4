"""How a service does, on one screen: lag, oldest pending, blocked keys, what is parked or set aside, overdue timers."""

from __future__ import annotations

from collections import Counter
from typing import Any

from movewell import projections as projecting
from movewell.log.waiting import FAILED
from movewell.service import Running
from movewell.store.outbox import LANES
from movewell.store.port import ALL, Between, Transaction
from movewell.wire.schema import time_text

_CAP = 10_000


def examine(running: Running) -> dict[str, Any]:
    """Counts and ids only: safe to show and to scrape."""
    counts = running.store.read(ALL, lambda tx: _counts(running, tx))
    return {"service": running.service.name, "lag": lag(running), **counts}


def lag(running: Running) -> dict[str, int]:
    """Records that each consumer group has yet to meet."""
    found: Counter[str] = Counter()
    for (group, _), records in lag_by_topic(running).items():
        found[group] += records
    return dict(found)


def lag_by_topic(running: Running) -> dict[tuple[str, str], int]:
    """Group and topic → records that the group has yet to meet."""
    found: Counter[tuple[str, str]] = Counter()
    for group, topics in running.groups().items():
        ends, committed = running.log.ends(topics), running.log.committed(group, topics)
        for position, end in ends.items():
            found[group, position[0]] += end - committed[position]
    return dict(found)


def _counts(running: Running, tx: Transaction) -> dict[str, Any]:
    now = time_text(running.units.clock.now())
    pending = sum(tx.count("outbox", {"pending": True, "lane": lane}, cap=_CAP) for lane in range(LANES))
    overdue = {"parked": False, "due": Between(at_most=now)}
    consumers = _consumers(running, tx)
    return {
        "pending": pending,
        "timers_due": tx.count("timers", overdue, cap=_CAP),
        "waiting": _each(tx, "waiting", consumers),
        "parked": _each(tx, "waiting", consumers, reason=FAILED, due=None),
        "set_aside": _each(tx, "set_aside", consumers),
        "dropped": _each(tx, "dropped", consumers),
        "generation": projecting.generation_of(tx),
    }


def _consumers(running: Running, tx: Transaction) -> list[str]:
    name, generation = running.service.name, projecting.generation_of(tx)
    return [f"{name}-reactions", f"{name}-projections@{generation}"]


def _each(tx: Transaction, collection: str, consumers: list[str], **where: Any) -> dict[str, int]:
    return {each: tx.count(collection, {"consumer": each, **where}, cap=_CAP) for each in consumers}
