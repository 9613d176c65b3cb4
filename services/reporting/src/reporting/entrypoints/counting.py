"""Rows counted once, in memory, for whoever asks next: a hundred thousand take seconds, a filter must not.

What was counted is of a tenant, a period, a generation of the rows and the positions in the log. While events come
in the positions move; counting that took long is then used a little longer, so that it takes a small part of the
time of a web worker. The page says the positions that it stands at.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from movewell.contracts.declare import topics
from movewell.projections import current_generation, rows_of
from movewell.service import Running
from movewell.store.port import Between, Transaction

from reporting.figures.facts import Facts, facts_in, facts_of
from reporting.figures.filters import Counted, counted
from reporting.figures.rows import Period, bounds
from reporting.projections.booking_rows import BOOKINGS
from reporting.projections.referral_rows import REFERRALS

Positions = Mapping[str, int]
_PAGE = 1000
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
            begins, ends = bounds(period)
            starts = {"starts_at": Between(at_least=begins, below=ends)}
            booked = tx.columns(bookings, ("referral_id", "site", "code"), starts)
            return counted(_referrals(tx, referrals), booked, period)

        return self._running.store.read(tenant, work)


def _referrals(tx: Transaction, name: str) -> Iterator[tuple[str, Facts]]:
    """Every referral of the tenant that was received; of a row that was folded before it had them, facts as it is."""
    for id, text in tx.columns(name, ("id", "facts"), {"facts": Between(at_least="")}):
        yield id, facts_in(text)
    older = {"facts": None, "received_at": Between(at_least="")}
    after: tuple[str, str] | None = None
    while some := tx.find(name, older, order=("received_at",), limit=_PAGE, after=after):
        yield from ((each["id"], facts_of(each)) for each in some)
        after = (some[-1]["received_at"], some[-1]["id"])
