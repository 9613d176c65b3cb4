"""What was counted is used again while it holds, and never for somebody else, another period or another generation."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from movewell.log.sqlite import SqliteLog
from movewell.projections import current_generation, rows_of
from movewell.service import Running
from movewell.store.sqlite import SqliteStore
from reporting.bootstrap import SERVICE
from reporting.entrypoints.counting import Counting
from reporting.projections.referral_rows import REFERRALS

from .cohort import QUARTER, at, referral


class Bench:
    """A service whose positions and whose clock a test moves. Counting takes as long as a test says."""

    def __init__(self) -> None:
        self.running = Running(SERVICE, SqliteStore(None), SqliteLog(None), SimpleNamespace(now=None))
        self.running.prepare()
        self.position, self.seconds, self.now = 0, 0.0, 1000.0
        self.running.log = SimpleNamespace(committed=lambda group, topics: {("referral", 0): self.position})
        self.counting = Counting(self.running, now=lambda: self.now, spent=lambda: self.now)
        self._count, self.counted = self.counting._count, 0
        self.counting._count = self._slowly  # type: ignore[method-assign]

    def _slowly(self, *asked: Any) -> Any:
        self.counted, self.now = self.counted + 1, self.now + self.seconds
        return self._count(*asked)

    def add(self, name: str, tenant: str = "A1B2C", received_at: str | None = None) -> None:
        rows = rows_of(REFERRALS.collection, current_generation(self.running.store)).name
        row = {**referral(name), "tenant": tenant, "received_at": received_at or at(1)}
        self.running.store.transaction(tenant, lambda tx: tx.add(rows, row))
        self.position += 1

    def received(self, tenant: str = "A1B2C", period: Any = QUARTER, fresh: bool = False) -> int | None:
        stand = self.counting.of(tenant, period, fresh=fresh)
        return stand.counted.report({}, published=False).flow.stage("received").count


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_a_second_look_counts_nothing_and_an_event_has_it_counted_anew(bench: Bench) -> None:
    bench.add("one")
    assert [bench.received(), bench.received(), bench.counted] == [1, 1, 1]
    bench.add("two")
    assert [bench.received(), bench.counted] == [2, 2]
    assert bench.counting.of("A1B2C", QUARTER).positions["referral"] == 2


def test_what_took_long_is_used_for_a_while_and_says_where_it_stands(bench: Bench) -> None:
    bench.seconds = 3.0
    bench.add("one")
    assert bench.received() == 1
    bench.add("two")
    bench.now += 59
    assert (bench.received(), bench.counting.of("A1B2C", QUARTER).positions["referral"]) == (1, 1)
    bench.now += 2
    assert (bench.received(), bench.counted) == (2, 2)


def test_who_asks_for_every_row_gets_every_row(bench: Bench) -> None:
    bench.seconds = 3.0
    bench.add("one")
    assert bench.received() == 1
    bench.add("two")
    assert [bench.received(), bench.received(fresh=True), bench.received(fresh=True), bench.counted] == [1, 2, 2, 2]


def test_another_service_period_or_generation_is_counted_by_itself(bench: Bench) -> None:
    bench.add("one")
    bench.add("theirs", tenant="Z9Z9Z")
    bench.add("late", received_at=at(120))
    assert [bench.received(), bench.received("Z9Z9Z"), bench.received("X1X1X")] == [1, 1, 0]
    assert bench.received(period=(date(2026, 4, 1), date(2026, 6, 30))) == 1
    bench.running.log = SqliteLog(None)
    bench.running.prepare_log()
    bench.running.rebuild()  # of an empty log
    assert bench.received() == 0


def test_a_few_periods_are_kept_and_no_more(bench: Bench) -> None:
    for year in range(2000, 2020):
        bench.received(period=(date(year, 1, 1), date(year, 12, 31)))
    assert len(bench.counting._kept) == 8
