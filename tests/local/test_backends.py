"""Where a backend comes from, and that nothing of it outlives the run. No Docker is asked: the engine is in memory."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from deploy.local.foreign_process import DidNotStart
from tests import backends
from tests.backend_choice import Backend, Place, choose
from tests.containers import NotToBeHad

REGISTRY_AWAY = "no such host"


@dataclass
class EngineInMemory:
    """`offered`: what it would say it can have; `fetched`: what it then gets."""

    running: bool = True
    offered: set[str] = field(default_factory=set)
    fetched: set[str] | None = None

    def answers(self) -> bool:
        return self.running

    def lacks(self, image: str) -> str:
        return "" if image in self.offered else REGISTRY_AWAY

    def fetch(self, image: str) -> None:
        if image not in (self.offered if self.fetched is None else self.fetched):
            raise NotToBeHad("toomanyrequests")


def as_process(folder: Path) -> dict[str, Any]:
    return {"url": "thing://process"}


def does_not_start(*_: object) -> Any:
    raise DidNotStart("it did not answer")


THING = Backend(
    name="Thing",
    url_variable="TEST_THING_URL",
    image_variable="TEST_THING_IMAGE",
    usual_image="thing:1",
    process="a local thing",
    start_process=as_process,
    start_container=lambda image, run: f"thing://container/{image}",
)
HAS_IT, HAS_IT_NOT, NO_ENGINE = EngineInMemory(offered={"thing:1"}), EngineInMemory(), EngineInMemory(running=False)


@pytest.fixture
def _a_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Of its own: nothing is shared with the run that this test is part of."""
    monkeypatch.setattr(backends, "_held", [])
    monkeypatch.delenv("MOVEWELL_TEST_BACKENDS", raising=False)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    backends.begin()
    yield
    backends.finish()
    assert list(tmp_path.iterdir()) == []


def test_a_url_in_the_environment_comes_before_everything() -> None:
    for engine in (HAS_IT, HAS_IT_NOT, NO_ENGINE):
        choice = choose(THING, {"TEST_THING_URL": "thing://far"}, engine)
        assert (choice.place, choice.told) == (Place.GIVEN, "Thing: as TEST_THING_URL says")


def test_an_engine_that_can_have_the_image_runs_it() -> None:
    choice = choose(THING, {}, HAS_IT)
    assert (choice.place, choice.image, choice.told) == (Place.CONTAINER, "thing:1", "Thing: thing:1 in Docker")


def test_another_image_can_be_named() -> None:
    choice = choose(THING, {"TEST_THING_IMAGE": "ours/thing:2"}, EngineInMemory(offered={"ours/thing:2"}))
    assert (choice.place, choice.image) == (Place.CONTAINER, "ours/thing:2")


def test_without_an_engine_it_is_a_process_and_no_fuss_is_made() -> None:
    choice = choose(THING, {}, NO_ENGINE)
    assert (choice.place, choice.told) == (Place.PROCESS, "Thing: a local thing")


def test_an_engine_that_cannot_have_the_image_is_passed_over_aloud() -> None:
    choice = choose(THING, {}, HAS_IT_NOT)
    assert choice.place == Place.PROCESS
    assert choice.told == "Thing: a local thing. NOT IN DOCKER, which cannot have thing:1 (no such host)"


@pytest.mark.usefixtures("_a_run")
@pytest.mark.parametrize(
    ("engine", "url"),
    [(HAS_IT, "thing://container/thing:1"), (NO_ENGINE, "thing://process")],
)
def test_what_was_chosen_is_started(engine: EngineInMemory, url: str) -> None:
    assert backends.url_of(THING, engine) == url


@pytest.mark.usefixtures("_a_run")
def test_the_choice_is_made_once_for_all_workers_of_a_run() -> None:
    assert backends.url_of(THING, HAS_IT) == backends.url_of(THING, NO_ENGINE) == "thing://container/thing:1"


@pytest.mark.usefixtures("_a_run")
@pytest.mark.parametrize(
    ("engine", "why"),
    [(HAS_IT_NOT, "no such host"), (EngineInMemory(offered={"thing:1"}, fetched=set()), "toomanyrequests")],
)
def test_without_the_image_a_process_is_started_with_a_warning(engine: EngineInMemory, why: str) -> None:
    with pytest.warns(UserWarning, match=rf"NOT IN DOCKER, which cannot have thing:1 \({why}\)"):
        assert backends.url_of(THING, engine) == "thing://process"


@pytest.mark.usefixtures("_a_run")
def test_a_container_that_does_not_start_is_missing_and_no_process_takes_its_place() -> None:
    with pytest.raises(backends.Missing, match="did not answer"):
        backends.url_of(replace(THING, start_container=does_not_start), HAS_IT)


@pytest.mark.usefixtures("_a_run")
def test_what_is_missing_stays_missing_and_is_not_tried_again() -> None:
    for start in (does_not_start, as_process):
        with pytest.raises(backends.Missing, match=r"did not answer \(Thing: a local thing\)"):
            backends.url_of(replace(THING, start_process=start), NO_ENGINE)


@pytest.mark.parametrize(("ci", "said"), [("true", pytest.fail.Exception), ("", pytest.skip.Exception)])
def test_a_missing_backend_fails_in_ci_and_is_skipped_elsewhere(
    ci: str, said: type[BaseException], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CI", ci)
    with pytest.raises(said, match="a backend is missing: no broker"):
        backends.say_missing(backends.Missing("no broker"))


_A_RUN = """
import subprocess, sys
from tests import backends
from tests.local.test_backends import NO_ENGINE, THING, replace

def start(folder):
    server = subprocess.Popen(["sleep", "600"], pass_fds=[int(sys.argv[1])], start_new_session=True)
    return {"url": "thing://process", "pid": server.pid}

backends.begin()
print(backends.url_of(replace(THING, start_process=start), NO_ENGINE), flush=True)
sys.stdin.read()
"""
"""A run whose server holds the end of a pipe, which is closed when the server ends; it lasts until it is killed."""


def test_a_run_that_is_killed_leaves_nothing(tmp_path: Path) -> None:
    held, by_server = os.pipe()
    environ = {name: value for name, value in os.environ.items() if name != "MOVEWELL_TEST_BACKENDS"}
    run = subprocess.Popen(
        [sys.executable, "-c", _A_RUN, str(by_server)],
        cwd=Path(__file__).parents[2],
        env=environ | {"TMPDIR": str(tmp_path)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        pass_fds=[by_server],
    )
    os.close(by_server)
    with run, os.fdopen(held) as pipe:
        assert run.stdout is not None
        assert run.stdout.readline() == b"thing://process\n"
        ended = select.poll()
        ended.register(pipe, select.POLLIN | select.POLLHUP)
        assert ended.poll(0) == []
        run.send_signal(signal.SIGKILL)
        assert ended.poll(30_000), "its server still runs"
