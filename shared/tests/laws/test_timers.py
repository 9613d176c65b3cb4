"""Laws 1 and 3: a timer is gone with what it caused, and rings again if that was not committed."""

from __future__ import annotations

from dataclasses import replace

import pytest
from movewell.log.sqlite import SqliteLog
from movewell.service import Running
from movewell.store.sqlite import SqliteStore
from movewell.store.timers import Alarm, Timer
from movewell.store.unit import Cause, Unit
from movewell.testing.hand_clock import HandClock

from .stage import START, TELLING, TENANT, Died, die_at, lapsed


class Seconds:
    """Real time, by which leases end."""

    at = 1000.0

    def __call__(self) -> float:
        return self.at


def ringing(seconds: Seconds) -> Running:
    """A service that says something when a timer rings; the timer is set and due."""

    def settle(timer: Timer, unit: Unit) -> None:
        unit.publish(lapsed(1, 10))

    service = replace(TELLING, alarms={"thing.ends": Alarm(settle)})
    running = Running(service, SqliteStore(None, seconds), SqliteLog(None), HandClock(START))
    running.prepare()
    running.units.run(TENANT, Cause("c"), lambda unit: unit.later("thing.ends", "thing", START))
    return running


def test_a_timer_rings_once() -> None:
    seconds = Seconds()
    running = ringing(seconds)
    for _ in range(3):
        running.timers().step()
        seconds.at += 60
    assert (len(list(running.store.scan("outbox"))), list(running.store.scan("timers"))) == (1, [])


def test_a_timer_whose_ringing_was_not_committed_rings_again(monkeypatch: pytest.MonkeyPatch) -> None:
    seconds = Seconds()
    running = ringing(seconds)
    die_at(monkeypatch, "outbox.after_append")
    with pytest.raises(Died):
        running.timers().step()
    assert list(running.store.scan("outbox")) == []
    seconds.at += 60
    running.timers().step()
    assert len(list(running.store.scan("outbox"))) == 1


def test_a_timer_that_another_has_claimed_is_left_to_it() -> None:
    seconds = Seconds()
    running = ringing(seconds)
    where = {"parked": False}
    claimed = running.store.claim("timers", where, order=("due",), owner="another", lease=20, limit=1)
    assert len(claimed) == 1
    assert running.timers().step() == 0
    seconds.at += 21
    assert running.timers().step() == 1
