"""A worker with its probes' door, as a process; and an api's readiness."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from flask import Flask
from movewell import doors
from movewell.doors import Assembly, assembled
from movewell.errors import Unavailable
from movewell.operating import audit as auditing
from movewell.operating import start as starting
from movewell.operating.audit import StoreBehindLog, audit
from movewell.operating.start import StartCheck
from movewell.store.port import ALL
from movewell.web import health
from prometheus_client import CollectorRegistry

from .site import Site, append, hear, relay
from .test_runbooks import Page

PATIENCE = 30.0


def get(url: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()
    except OSError:
        return 0, ""


def ended_within(process: subprocess.Popen[bytes], seconds: float) -> bool:
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        return False
    return True


def test_a_worker_says_when_it_is_ready_tells_its_reaction_time_and_ends_cleanly(tmp_path: Path) -> None:
    page = Page(tmp_path)
    page.lapse(10)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = page.environment | {"DATABASE_URL": f"sqlite:///{tmp_path / 'reporting.sqlite'}"}
    command = [sys.executable, "-m", "reporting", "work", "--metrics", f"127.0.0.1:{port}"]
    with (tmp_path / "log").open("wb") as output:
        worker = subprocess.Popen(command, env=environment, stdout=output, stderr=output)
    try:
        until, status = time.monotonic() + PATIENCE, 0
        while status != 200 and time.monotonic() < until and not ended_within(worker, 0.1):
            status, body = get(f"http://127.0.0.1:{port}/health/ready")
        assert status == 200, (tmp_path / "log").read_text()
        assert json.loads(body) == {"status": "ready", "failing": []}
        body = get(f"http://127.0.0.1:{port}/metrics")[1]
        assert 'movewell_store_up{service="reporting"} 1.0' in body
        assert 'movewell_breaker_open{consumer="reporting-projections",service="reporting"} 0.0' in body
        assert 'movewell_published_records_total{service="reporting"} 0.0' in body
        assert 'movewell_loop_silent_seconds{loop="relay",service="reporting"}' in body
        assert 'movewell_reaction_seconds_count{consumer="reporting-projections",service="reporting"}' in body
    finally:
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(20) == 0


@pytest.fixture
def embedded(tmp_path: Path):
    made = Site(lambda name: f"sqlite:///{tmp_path / name}.sqlite", f"sqlite:///{tmp_path / 'log.sqlite'}")
    yield made
    made.close()


def test_an_api_is_not_ready_while_its_store_is_away(embedded: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    running = embedded.telling()
    app = Flask("t", static_folder=None)
    health.add_health(app, {}, CollectorRegistry())
    assembled(running, app)

    def away(*_: object) -> None:
        raise Unavailable("the store is away")

    with monkeypatch.context() as patched:
        patched.setattr(running.store, "read", away)
        answer = app.test_client().get("/health/ready")
        assert (answer.status_code, answer.get_json()["failing"]) == (503, ["store"])
    assert app.test_client().get("/health/ready").status_code == 200


def test_an_api_is_ready_although_the_log_is_away(embedded: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    running = embedded.telling()
    app = Flask("t", static_folder=None)
    health.add_health(app, {}, CollectorRegistry())
    assembled(running, app)

    def away(*_: object) -> None:
        raise Unavailable("the log is away")

    monkeypatch.setattr(running.log, "ends", away)
    assert app.test_client().get("/health/ready").status_code == 200
    assert 'movewell_log_up{service="scheduling"} 0.0' in app.test_client().get("/metrics").text


def test_views_that_a_rebuild_still_fills_are_waited_for(embedded: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    telling, hearing = embedded.telling(), embedded.hearing()
    append(telling, (1, 10), (2, 20))
    relay(telling)
    hear(hearing)
    monkeypatch.setattr(auditing, "_STANDSTILL_SECONDS", 0.0)
    in_force = {"id": "projections", "tenant": ALL, "current": 2}
    hearing.store.transaction(ALL, lambda tx: tx.add("generations", dict(in_force)))
    with pytest.raises(StoreBehindLog, match="notifications-projections has passed"):
        audit(hearing)  # nobody fills them: a rebuild that was killed
    counts = iter([2, 1, 0])
    count = auditing._count_not_met
    monkeypatch.setattr(
        auditing,
        "_count_not_met",
        lambda running, reading, ends: (
            next(counts) if reading.group.endswith("-projections") else count(running, reading, ends)
        ),
    )
    audit(hearing)
    assert list(counts) == []


def test_an_api_does_not_begin_on_an_outdated_store(embedded: Site) -> None:
    def behind() -> None:
        raise StoreBehindLog("older")

    running = embedded.telling()
    with pytest.raises(SystemExit) as ended:
        doors.begin([Assembly(running, Flask("t"), StartCheck(behind))])
    assert ended.value.code == 3


def test_an_api_begins_without_an_answer_and_asks_until_there_is_one(
    embedded: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    answered = threading.Event()

    def audit_of_a_log_that_comes_back() -> None:
        asked.append(1)
        if len(asked) < 3:
            raise Unavailable("the log is away")
        answered.set()

    monkeypatch.setattr(doors, "_ANSWER_SECONDS", 0.0)
    monkeypatch.setattr(starting, "AGAIN_SECONDS", 0.0)
    doors.begin([Assembly(embedded.telling(), Flask("t"), StartCheck(audit_of_a_log_that_comes_back))])
    assert answered.wait(PATIENCE)
    assert len(asked) == 3
