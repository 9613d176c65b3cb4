"""Law 9: nothing is published, and no worker goes on, on a store that is older than the log."""

from __future__ import annotations

import threading

import pytest
from movewell.errors import Unavailable
from movewell.operating.start import NotFitToStart, StartCheck
from movewell.service import Worker

from .stage import Stage, lapsed

_PATIENCE = 20.0


def asking(error: Exception) -> StartCheck:
    def audit() -> None:
        raise error

    return StartCheck(audit)


def test_a_relay_publishes_nothing_before_the_store_was_compared_with_the_log(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("movewell.service._LOOK_SECONDS", 0.0)
    stage = Stage()
    stage.say(lapsed(1, 10))
    worker = Worker(stage.telling, ("relay",), asking(Unavailable("the log is away")))
    monkeypatch.setattr(stage.telling.store, "wait", lambda timeout: worker.stop())  # after a round without work
    stage.telling.prepare_log()
    worker.loops["relay"]()
    assert stage.records() == []


def test_a_worker_whose_store_is_older_than_the_log_ends_and_says_so() -> None:
    stage, said = Stage(), []
    stage.say(lapsed(1, 10))
    worker = Worker(stage.telling, start=asking(NotFitToStart("older")))

    def run() -> None:
        try:
            worker.run()
        except NotFitToStart as error:
            said.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(_PATIENCE)
    worker.stop()
    thread.join(_PATIENCE)
    assert len(said) == 1
    assert stage.records() == []
