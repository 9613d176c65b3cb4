"""Where the tests get a broker and a MongoDB from: the first of these that is to be had.

1. `TEST_KAFKA_URL` and `TEST_MONGO_URL` in the environment; 2. Docker (`apache/kafka`, `mongo:8`, or the images that
`TEST_KAFKA_IMAGE` and `TEST_MONGO_IMAGE` name); 3. processes of this machine (Kafka from Maven on Java; SecantusDB, a
stand-in for MongoDB). Chosen once for all workers of a run, started when a test first asks, and ended with the run.
"""

from __future__ import annotations

import json
import os
import tempfile
import warnings
from pathlib import Path
from typing import IO, Any, NoReturn

import pytest

from deploy.local.foreign_process import DidNotStart
from deploy.local.kafka import broker
from deploy.local.mongo import stand_in
from tests import caretaker, containers
from tests.backend_choice import Backend, Choice, Engine, Place, choose, without_image

_FOLDER = "MOVEWELL_TEST_BACKENDS"
_held: list[tuple[Path, IO[str]]] = []


class Missing(Exception):
    """A backend is not to be had; the message says why."""


def _kafka_process(folder: Path) -> dict[str, Any]:
    started = broker.Broker(folder).start()
    return {"url": started.url, "pid": started.process.pid}


def _mongo_process(folder: Path) -> dict[str, Any]:
    started = stand_in.StandIn(folder).start()
    return {"url": started.url("DATABASE"), "pid": started.process.pid}


KAFKA = Backend(
    name="Kafka",
    url_variable="TEST_KAFKA_URL",
    image_variable="TEST_KAFKA_IMAGE",
    usual_image="apache/kafka:4.3.0",
    process="Apache Kafka from Maven, a local process",
    start_process=_kafka_process,
    start_container=containers.start_kafka,
)
MONGO = Backend(
    name="MongoDB",
    url_variable="TEST_MONGO_URL",
    image_variable="TEST_MONGO_IMAGE",
    usual_image="mongo:8",
    process="SecantusDB, a stand-in, a local process",
    start_process=_mongo_process,
    start_container=containers.start_mongo,
)


def begin() -> None:
    """In the process that controls the run. A run within a run uses what is there, and leaves it there."""
    if _FOLDER not in os.environ:
        folder = Path(tempfile.mkdtemp(prefix="movewell-backends-"))
        _held.append((folder, caretaker.hold(folder)))
        os.environ[_FOLDER] = str(folder)


def finish() -> None:
    """End what was started, in the process that began it."""
    while _held:
        folder, alive = _held.pop()
        os.environ.pop(_FOLDER, None)
        with alive:
            caretaker.clear(folder)


def kafka_url() -> str:
    """Of a broker. Raises Missing."""
    return url_of(KAFKA)


def mongo_url(database: str) -> str:
    """Of a database on a replica set. Raises Missing."""
    return url_of(MONGO).replace("/DATABASE", f"/{database}")


def say_missing(error: Missing) -> NoReturn:
    """Skip the test aloud; in CI, fail it."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"a backend is missing: {error}")
    pytest.skip(f"a backend is missing: {error}")


def told() -> list[str]:
    """Which backends this run would use."""
    begin()
    return [_chosen(each, containers.Docker()).told for each in (KAFKA, MONGO)]


def url_of(backend: Backend, engine: Engine | None = None) -> str:
    """Of what runs, or is started now. What did not start once is not tried again. Raises Missing."""
    if given := os.environ.get(backend.url_variable):
        return given
    begin()
    folder = Path(os.environ[_FOLDER])
    choice = _chosen(backend, engine or containers.Docker())
    with caretaker.starting(folder, backend.name):
        kept = folder / f"{backend.name}.json"
        if not kept.exists():
            caretaker.watch(folder)
            kept.write_text(json.dumps(_start(backend, choice, engine or containers.Docker())))
        started = json.loads(kept.read_text())
    if "missing" in started:
        raise Missing(started["missing"])
    url: str = started["url"]
    return url


def _chosen(backend: Backend, engine: Engine) -> Choice:
    """Once for the run, so that all its processes go by what the header said; but a URL, as each has it."""
    if os.environ.get(backend.url_variable):
        return choose(backend, os.environ, engine)
    folder = Path(os.environ[_FOLDER])
    with caretaker.starting(folder, f"{backend.name}-choice"):
        kept = folder / f"{backend.name}.choice"
        if not kept.exists():
            kept.write_text(json.dumps(choose(backend, os.environ, engine).as_json()))
        return Choice(**json.loads(kept.read_text()))


def _start(backend: Backend, choice: Choice, engine: Engine) -> dict[str, Any]:
    folder = Path(os.environ[_FOLDER])
    try:
        if choice.place == Place.CONTAINER:
            try:
                engine.fetch(choice.image)
            except containers.NotToBeHad as error:
                choice = without_image(backend, choice.image, str(error))
            else:
                return {"url": backend.start_container(choice.image, folder)}
        if choice.aloud:
            warnings.warn(choice.told, stacklevel=2)
        return backend.start_process(folder / backend.name)
    except DidNotStart as error:
        return {"missing": f"{error} ({choice.told})"}
