"""The same error on many keys stops a consumer, and nothing less does."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from flask import Flask
from movewell.errors import Unavailable
from movewell.log.breaker import KEYS, SECONDS, Breaker
from movewell.log.waiting import TRIES
from movewell.operating.readiness import of_work
from movewell.service import Worker
from movewell.web.health import add_health
from prometheus_client import CollectorRegistry

from .hearing import START, Hearing


def _fail_on(hearing: Hearing, keys: int) -> None:
    hearing.broken = {1000 + n for n in range(100)}
    hearing.publish(*((n, 1000 + n) for n in range(keys)))


def test_the_same_error_on_twenty_keys_stops_the_consumer_and_parks_nothing_more() -> None:
    hearing = Hearing()
    _fail_on(hearing, KEYS)
    hearing.step()
    hearing.publish((50, 5000))
    for _ in range(TRIES):
        hearing.clock.move(hours=3)
        with pytest.raises(Unavailable):
            hearing.step()
    assert {row["tries"] for row in hearing.rows()} == {1}
    assert (hearing.told(50), hearing.unread()) == ([], 1)


def test_a_stopped_consumer_turns_the_readiness_of_its_worker_red() -> None:
    hearing = Hearing()
    worker = Worker(hearing.running)
    worker._breakers["reactions"] = hearing.consumer.breaker
    app = Flask("probe")
    add_health(app, {"breaker": of_work(hearing.running, worker)["breaker"]}, CollectorRegistry())
    _fail_on(hearing, KEYS - 1)
    hearing.step()
    assert app.test_client().get("/health/ready").status_code == 200
    hearing.publish((60, 1060))
    hearing.step()
    answer = app.test_client().get("/health/ready")
    assert (answer.status_code, answer.json["failing"]) == (503, ["breaker"])
    assert app.test_client().get("/health/live").status_code == 200


def test_nineteen_keys_do_not_stop_it() -> None:
    hearing = Hearing()
    _fail_on(hearing, KEYS - 1)
    hearing.step()
    hearing.publish((50, 5000))
    hearing.step()
    assert hearing.told(50) == [5000]


def test_twenty_keys_over_more_than_a_minute_do_not_stop_it() -> None:
    hearing, seconds = Hearing(), [0.0]
    hearing.consumer.breaker = Breaker(lambda: seconds[0])
    hearing.broken = {1000 + n for n in range(100)}
    for n in range(2 * KEYS):
        hearing.publish((n, 1000 + n))
        hearing.step()
        seconds[0] += 1.01 * SECONDS / (KEYS - 1)
    assert hearing.consumer.breaker.opened_by is None


def test_after_a_restart_without_a_fix_the_tries_themselves_stop_it_again() -> None:
    hearing = Hearing()
    _fail_on(hearing, KEYS)
    hearing.step()
    hearing.consumer.breaker = Breaker()  # a new process
    hearing.clock.move(hours=3)
    hearing.publish((50, 5000))
    hearing.step()
    with pytest.raises(Unavailable):
        hearing.step()
    assert {row["tries"] for row in hearing.rows()} == {2}


def test_the_backoff_of_all_tries_together_is_some_minutes() -> None:
    """What the runbook says."""
    hearing = Hearing()
    hearing.broken = {10}
    hearing.publish((1, 10))
    hearing.step()
    while (due := hearing.rows()[0]["due"]) is not None:
        hearing.clock.moment = datetime.fromisoformat(due)
        hearing.step()
    assert timedelta(minutes=1) < hearing.clock.moment - START < timedelta(minutes=5)
