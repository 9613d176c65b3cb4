"""What the measurements are made on: two events in any number, and a log filled with them by the platform itself."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from movewell.contracts.scheduling import OfferLapsed, SessionMissed
from movewell.contracts.types import AttendanceCode
from movewell.kernel import SystemClock
from movewell.log.port import EventLog
from movewell.log.relay import Relay
from movewell.service import PLUMBING
from movewell.store.documents import stored
from movewell.store.sqlite import SqliteStore
from movewell.store.unit import Cause, Unit, Units

TENANT, NOW = "ZT001", datetime(2026, 1, 5, 9, tzinfo=UTC)


def lapsed(number: int) -> OfferLapsed:
    """Twenty offers for each of many referrals."""
    return OfferLapsed(referral_id=str(UUID(int=number // 20)), offer_id=str(UUID(int=10**9 + number)), lapsed_at=NOW)


def missed(number: int) -> SessionMissed:
    """Twenty sessions for each of many referrals; reporting folds each into two rows."""
    return SessionMissed(
        referral_id=str(UUID(int=number // 20)),
        booking_id=str(UUID(int=10**9 + number)),
        session_id=str(UUID(int=2 * 10**9 + number)),
        code=AttendanceCode.DID_NOT_ATTEND,
        starts_at=NOW,
        recorded_at=NOW,
    )


def fill(log: EventLog, folder: Path, events: int, event: Callable[[int], object]) -> None:
    """Publish so many events."""
    store = SqliteStore(str(folder / "producer.sqlite"))
    store.prepare(PLUMBING)
    units, relay = Units("scheduling", store, stored(), SystemClock()), Relay(store, log, "fill")
    for start in range(0, events, 500):

        def work(unit: Unit, start: int = start) -> None:
            for number in range(start, min(start + 500, events)):
                unit.publish(event(number))

        units.run(TENANT, Cause("bench"), work)
        while relay.step():
            pass
    store.close()


def timed(run: Callable[[], object]) -> tuple[float, float]:
    """Wall seconds, and CPU seconds of this process (user and system)."""
    began, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_SELF)
    run()
    after = resource.getrusage(resource.RUSAGE_SELF)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return time.perf_counter() - began, cpu
