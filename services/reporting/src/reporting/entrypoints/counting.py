"""Rows counted once, in memory, for whoever asks next: a hundred thousand take seconds, a filter must not.

What was counted is of a tenant, a period, a generation of the rows and the positions in the log. While events come
in the positions move; counting that took long is then used a little longer, so that it takes a small part of the
time of a web worker. The page says the positions that it stands at.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from movewell.contracts.declare import topics
from movewell.projections import current_generation, rows_of
from movewell.service import Running
from movewell.store.port import Between, Document, Transaction

from reporting.figures.filters import Counted, counted
from reporting.figures.rows import Period
from reporting.projections.booking_rows import BOOKINGS
from reporting.projections.referral_rows import REFERRALS

Positions = Mapping[str, int]
_PAGE = 100_000  # every further page is sorted anew
_KEPT = 8
_QUICK, _PATIENCE = 0.25, 20
"""Seconds of CPU that counting may take each time; of what takes longer, how many times as long it is used."""


@dataclass(frozen=True)
class Stand:
    """What was counted, and the positions in the log that its rows stood at, at least."""

    counted: Counted
    positions: Positions


@dataclass(frozen=True)
class _Kept:
    stand: Stand
    made_at: float
    seconds: float

    def serves(self, positions: Positions, now: float, fresh: bool) -> bool:
        """Nothing came since, or counting anew would cost more than it is worth."""
        if self.stand.positions == positions:
            return True
        return not fresh and self.seconds > _QUICK and now - self.made_at < _PATIENCE * self.seconds


class Counting:
    """Counts the rows of a service's period. One at a time, so that a rush of requests counts once."""

    def __init__(
        self,
        running: Running,
        now: Callable[[], float] = time.monotonic,
        spent: Callable[[], float] = time.thread_time,
    ) -> None:
        self._running, self._now, self._spent = running, now, spent
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[str, int, Period], _Kept] = OrderedDict()

    def of(self, tenant: str, period: Period, *, fresh: bool = False) -> Stand:
        """What was counted of a tenant's period; if `fresh`, of every row that there is."""
        positions, generation = self._positions(), current_generation(self._running.store)
        key = (tenant, generation, period)
        with self._lock:
            found = self._kept.get(key)
            if found is None or not found.serves(positions, self._now(), fresh):
                began = self._spent()
                stand = Stand(self._count(tenant, generation, period), positions)
                found = self._kept[key] = _Kept(stand, self._now(), self._spent() - began)
            self._kept.move_to_end(key)
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return found.stand

    def _positions(self) -> Positions:
        names = sorted(topics())
        ends = self._running.log.committed(f"{self._running.service.name}-projections", names)
        return {topic: sum(at for (t, _), at in ends.items() if t == topic) for topic in names}

    def _count(self, tenant: str, generation: int, period: Period) -> Counted:
        referrals = rows_of(REFERRALS.collection, generation).name
        bookings = rows_of(BOOKINGS.collection, generation).name

        def work(tx: Transaction) -> Counted:
            return counted(_rows(tx, referrals, "received_at"), _rows(tx, bookings, "starts_at"), period)

        return self._running.store.read(tenant, work)


def _rows(tx: Transaction, name: str, order: str) -> list[Document]:
    """Every row of the tenant, a page at a time."""
    found: list[Document] = []
    after: tuple[str, str] | None = None
    while True:
        where = {order: Between(at_least="")}
        some = tx.find(name, where, order=(order,), limit=_PAGE, after=after)
        found += some
        if len(some) < _PAGE:
            return found
        after = (some[-1][order], some[-1]["id"])
