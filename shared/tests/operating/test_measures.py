"""What Prometheus is told, and what a probe: the truth, within bounds, and nothing of a person."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from movewell.errors import Unavailable
from movewell.operating import measures as measuring
from movewell.operating.audit import StoreBehindLog
from movewell.operating.measures import Measures
from movewell.operating.probe_door import ProbeDoor
from movewell.operating.reaction_times import ReactionTimes
from movewell.operating.readiness import BEAT_SECONDS, REACHED_SECONDS, Reached, of_work
from movewell.operating.start import StartCheck
from movewell.service import Running, Worker
from movewell.store.timers import Alarm, Timer, TimerLoop
from movewell.store.unit import Cause, Unit
from movewell.web import health
from prometheus_client import CollectorRegistry

from .site import HEARING, START, TENANT, Site, append, hear, key, relay


def measured(running: Running, **options: Any) -> dict[tuple[str, str], float]:
    """(name, label besides the service) → value."""
    registry = CollectorRegistry()
    registry.register(Measures(running, **options))
    found = {}
    for family in registry.collect():
        for each in family.samples:
            assert each.labels.pop("service") == running.service.name
            found[each.name, "".join(each.labels.values())] = each.value
    return found


def test_a_service_at_rest_has_nothing_to_tell(site: Site) -> None:
    hearing = site.hearing()
    told = measured(hearing)
    assert told["movewell_store_up", ""] == told["movewell_log_up", ""] == 1
    assert sum(told.values()) == 2


def test_lag_and_the_age_of_what_is_pending_are_told(site: Site) -> None:
    telling, hearing = site.telling(), site.hearing()
    append(telling, (1, 10), (2, 20), (1, 11))
    site.clock.move(seconds=90)
    assert measured(telling)["movewell_outbox_pending_records", ""] == 3
    assert measured(telling)["movewell_outbox_oldest_pending_seconds", ""] == 90
    relay(telling)
    assert measured(telling)["movewell_outbox_oldest_pending_seconds", ""] == 0
    assert measured(hearing)["movewell_consumer_lag_records", "notifications-reactionsscheduling"] == 3
    hear(hearing)
    assert measured(hearing)["movewell_consumer_lag_records", "notifications-projectionsscheduling"] == 0


@pytest.fixture
def embedded(tmp_path: Path):
    made = Site(lambda name: f"sqlite:///{tmp_path / name}.sqlite", f"sqlite:///{tmp_path / 'log.sqlite'}")
    yield made
    made.close()


def test_blocked_keys_waiting_and_parked_records_are_told(embedded: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    telling, hearing = embedded.telling(), embedded.hearing()
    append(telling, (1, 10), (1, 11), (1, 12), (2, 20))
    relay(telling)
    consumer = hearing.reactions()
    monkeypatch.setitem(consumer._handlers, "movewell.offer.lapsed.v1", lambda event, unit: 1 / 0)
    consumer.step()
    told = measured(hearing)
    assert told["movewell_waiting_records", "notifications-reactions"] == 4
    assert told["movewell_blocked_keys", "notifications-reactions"] == 2
    assert told["movewell_parked_records", "notifications-reactions"] == 0
    for _ in range(6):
        embedded.clock.move(hours=1)
        consumer.drain()
    assert measured(hearing)["movewell_parked_records", "notifications-reactions"] == 2
    consumer.close()


def test_timers_that_should_have_rung_are_told(embedded: Site) -> None:
    telling = embedded.telling()
    telling.units.run(TENANT, Cause("test"), lambda unit: unit.later("kind", key(1), START))
    assert measured(telling)["movewell_overdue_timers", ""] == 0
    embedded.clock.move(seconds=11)
    assert measured(telling)["movewell_overdue_timers", ""] == 1
    assert measured(telling)["movewell_parked_timers", ""] == 0


def test_timers_that_were_given_up_are_told(embedded: Site) -> None:
    def fail(timer: Timer, unit: Unit) -> None:
        raise ZeroDivisionError

    telling = embedded.telling()
    telling.units.run(TENANT, Cause("test"), lambda unit: unit.later("kind", key(1), START))
    loop = TimerLoop(telling.units, {"kind": Alarm(fail)}, "test")
    for _ in range(8):
        embedded.clock.move(hours=1)
        assert loop.step() == 1
    assert loop.step() == 0
    told = measured(telling)
    assert (told["movewell_parked_timers", ""], told["movewell_overdue_timers", ""]) == (1, 0)


def test_no_count_goes_beyond_its_cap(embedded: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    telling = embedded.telling()
    append(telling, *((1, offer) for offer in range(5)))
    monkeypatch.setattr(measuring, "CAP", 3)
    assert measured(telling)["movewell_outbox_pending_records", ""] == 3


def test_what_is_away_is_told_and_the_rest_too(embedded: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object) -> None:
        raise Unavailable("away")

    telling, hearing = embedded.telling(), embedded.hearing()
    monkeypatch.setattr(hearing.log, "ends", away)
    told = measured(hearing)
    assert (told["movewell_log_up", ""], told["movewell_store_up", ""]) == (0, 1)
    assert not any(name == "movewell_consumer_lag_records" for name, _ in told)
    monkeypatch.setattr(telling.store, "read", away)
    assert measured(telling) == {("movewell_log_up", ""): 1, ("movewell_store_up", ""): 0}


def test_labels_hold_no_id(embedded: Site) -> None:
    telling, hearing = embedded.telling(), embedded.hearing()
    append(telling, (4242, 10))
    relay(telling)
    hear(hearing)
    assert key(4242) not in json.dumps([str(each) for each in (measured(telling), measured(hearing))])


def test_reaction_time_is_from_the_event_to_the_commit_and_counts_an_event_once(embedded: Site) -> None:
    telling, hearing = embedded.telling(), embedded.hearing()
    append(telling, (1, 10), (2, 20))
    relay(telling)
    times = ReactionTimes("notifications", embedded.clock.now)
    reaction, consumer = times.of("notifications-reactions"), hearing.reactions()
    consumer.handled = reaction.note
    embedded.clock.move(seconds=2)
    consumer.step()
    (kept,) = times.collector.collect()
    assert not any(each.value for each in kept.samples if each.name.endswith("_count"))  # nothing is committed yet
    reaction.settle()
    reaction.settle()
    (kept,) = times.collector.collect()
    values = {(each.name, each.labels.get("le")): each.value for each in kept.samples}
    assert values["movewell_reaction_seconds_count", None] == 2
    assert values["movewell_reaction_seconds_sum", None] == 4
    assert (values["movewell_reaction_seconds_bucket", "1.0"], values["movewell_reaction_seconds_bucket", "2.5"]) == (
        0,
        2,
    )
    consumer.close()


class Seconds:
    def __init__(self) -> None:
        self.at = 1000.0

    def __call__(self) -> float:
        return self.at


def failing(checks: dict) -> set[str]:
    found = set()
    for name, check in checks.items():
        try:
            check()
        except Unavailable:
            found.add(name)
    return found


def test_a_worker_is_ready_while_its_loops_come_round_and_no_breaker_is_open(embedded: Site) -> None:
    hearing, seconds = embedded.hearing(), Seconds()
    worker = Worker(hearing)
    checks = of_work(hearing, worker, seconds)
    assert set(worker.loops) == {"reactions", "projections", "relay", "timers"}
    assert failing(checks) == {"loops"}
    worker.healthy_at = dict.fromkeys(worker.loops, seconds.at)
    assert failing(checks) == set()
    assert set(measured(hearing, silence=worker.silence)) >= {
        ("movewell_loop_silent_seconds", loop) for loop in worker.loops
    }
    seconds.at += BEAT_SECONDS + 1
    worker.healthy_at |= dict.fromkeys(["projections", "relay", "timers"], seconds.at)
    assert failing(checks) == {"loops"}  # one silent loop is not hidden by the others
    consumer = hearing.reactions()
    worker._breakers["reactions"] = consumer.breaker
    for number in range(20):
        consumer.breaker.count("ZeroDivisionError", key(number))
    assert failing(checks) == {"loops", "breaker"}
    assert measured(hearing, breakers=worker.open_breakers)["movewell_breaker_open", "notifications-reactions"] == 1
    consumer.close()


def test_an_answer_of_the_store_holds_for_a_while_and_no_longer() -> None:
    seconds, asked = Seconds(), []
    check = Reached(lambda: asked.append(1), seconds)
    check()
    seconds.at += REACHED_SECONDS - 1
    check()
    assert len(asked) == 1
    seconds.at += 2
    check()
    assert len(asked) == 2


def test_the_probes_door_serves_metrics_and_health_and_nothing_else(embedded: Site) -> None:
    hearing = embedded.hearing()
    worker = Worker(hearing)
    collectors = [Measures(hearing, worker.open_breakers), worker.reaction_times.collector]
    door = ProbeDoor("127.0.0.1:0", of_work(hearing, worker), collectors)

    def get(path: str) -> tuple[int, str]:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{door.port}{path}", timeout=10) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    try:
        assert get("/health/live")[0] == 200
        status, body = get("/health/ready")
        assert (status, json.loads(body)["failing"]) == (503, ["loops"])
        status, body = get("/metrics")
        assert status == 200
        lag = (
            'movewell_consumer_lag_records{group="notifications-reactions",service="notifications",topic="scheduling"}'
        )
        assert f"{lag} 0.0" in body
        assert "# TYPE movewell_reaction_seconds histogram" in body
        assert get("/")[0] == 404
    finally:
        door.close()


def app_with(start: StartCheck) -> Flask:
    app = Flask("t", static_folder=None)
    health.add_health(app, {}, CollectorRegistry())
    health.watch(app, {"start": start.require_fit}, [])
    app.before_request(start.require_fit_for_requests)
    app.errorhandler(Unavailable)(lambda error: ("away", 503))
    app.get("/thing")(lambda: "served")
    return app


def test_an_api_serves_until_the_log_answers_and_no_longer_once_its_store_is_found_outdated(
    embedded: Site, tmp_path: Path
) -> None:
    answers: list[Exception | None] = [Unavailable("the log is away"), StoreBehindLog("older"), None]

    def audit() -> None:
        answer = answers.pop(0)
        if answer is not None:
            raise answer

    start = StartCheck(audit)
    web = app_with(start).test_client()
    assert start.ask() is False
    assert (web.get("/thing").status_code, web.get("/health/ready").status_code) == (200, 200)
    with pytest.raises(StoreBehindLog):
        start.ask()
    assert web.get("/thing").status_code == 503
    assert web.get("/health/live").status_code == 200
    assert web.get("/health/ready").get_json()["failing"] == ["start"]


def test_a_breaker_that_is_open_stays_open_when_the_loop_begins_anew(embedded: Site) -> None:
    hearing = embedded.hearing()
    worker = Worker(hearing, ("consume",))
    worker._made.set()
    consumer = hearing.reactions()
    for number in range(20):
        consumer.breaker.count("ZeroDivisionError", key(number))
    with pytest.raises(Unavailable, match="the same error"):
        worker._consume("reactions", lambda: consumer)
    with pytest.raises(Unavailable, match="the same error"):
        worker._consume("reactions", hearing.reactions)  # the loop opens another
    assert worker.open_breakers() == {f"{HEARING.name}-reactions": True}
