"""The audit of accesses: who touched whose record, by which route, why, when and from where. Written before the answer.

A row for a record that the request names is written before its view runs, so that nothing can be read or changed
without it; rows for what a list shows are written after its view and before the answer leaves. A row that can't be
written (the store is away) means that nothing is answered. Rows hold ids, never a name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import wraps
from typing import Any

from flask import Flask, g, request

from movewell.store.port import Collection, Document, Index, Transaction
from movewell.store.unit import Units, new_id
from movewell.web.policy import SEEN, SUBJECT, Policy, Principal, Rule
from movewell.wire.schema import time_text

ACCESSES = Collection("accesses", (Index(("at",)), Index(("record", "at")), Index(("who", "at"))))
COLLECTIONS = (ACCESSES,)
_MOST_OF_AN_ID = 128


def note_seen(records: Iterable[str]) -> None:
    """Say which records are shown, beside the one that the request names.

    A view whose rule says SEEN must say so, also when there are none.
    """
    g.seen = [*g.get("seen", ()), *records]


class Accesses:
    """Writes the rows of one service, and finds them again."""

    def __init__(self, units: Units) -> None:
        self._units = units

    def note(self, asking: Principal, rule: Rule, records: Sequence[str]) -> None:
        """A row for each record. Raises Unavailable."""
        if not records:
            return
        rows = [self._row(asking, rule, each) for each in dict.fromkeys(records)]
        self._units.store.transaction(asking.tenant, lambda tx: _add(tx, rows))

    def note_within(self, tx: Transaction, asking: Principal, rule: Rule, record: str) -> None:
        """A row that is kept if, and only if, what is done in the transaction is."""
        tx.add("accesses", self._row(asking, rule, record))

    def find(
        self,
        tenant: str,
        *,
        record: str | None = None,
        who: str | None = None,
        limit: int = 50,
        after: Sequence[str] | None = None,
    ) -> list[Document]:
        """The newest first, of a record or of somebody; `after` holds time and id of the last row seen."""
        where = {"record": record} if record else {"who": who} if who else {}
        return self._units.store.read(
            tenant,
            lambda tx: tx.find("accesses", where, order=("at",), descending=True, limit=limit, after=after),
        )

    def _row(self, asking: Principal, rule: Rule, record: str) -> Document:
        return {
            "id": new_id(),
            "tenant": asking.tenant,
            "at": time_text(self._units.clock.now()),
            "who": asking.subject,
            "roles": sorted(asking.roles),
            "method": request.method,
            "route": request.url_rule.rule if request.url_rule else "",
            "record": record[:_MOST_OF_AN_ID],
            "why": rule.why,
            "from": request.remote_addr or "",
            "correlation_id": g.get("correlation_id", ""),
        }


def _add(tx: Transaction, rows: Iterable[Document]) -> None:
    for row in rows:
        tx.add("accesses", dict(row))


def note_named(accesses: Accesses, rule: Rule) -> None:
    """The record that the request names, as its rule says; before the view runs."""
    if rule.record in (None, SEEN):
        return
    asking: Principal = g.principal
    named = asking.subject if rule.record == SUBJECT else str((request.view_args or {})[rule.record or ""])
    accesses.note(asking, rule, [named])


def watch_views(app: Flask, policy: Policy, accesses: Accesses) -> None:
    """Let no page be answered before what it shows is written down."""
    for route in app.url_map.iter_rules():
        for method in (route.methods or set()) - {"HEAD", "OPTIONS"}:
            rule = policy.rules.get((method, route.rule))
            if rule is not None and rule.record is not None:
                app.view_functions[route.endpoint] = _noting(app.view_functions[route.endpoint], rule, accesses)


def _noting(view: Callable[..., Any], rule: Rule, accesses: Accesses) -> Callable[..., Any]:
    @wraps(view)
    def answer(*args: Any, **named: Any) -> Any:
        answered = view(*args, **named)
        if rule.record == SEEN and "seen" not in g:
            raise LookupError("a list of people did not say what it shows: call note_seen")
        accesses.note(g.principal, rule, g.get("seen", ()))
        return answered

    return answer
