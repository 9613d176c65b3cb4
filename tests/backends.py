"""Where the tests get a broker and a MongoDB from: the first of these that is to be had.

1. `TEST_KAFKA_URL` and `TEST_MONGO_URL` in the environment; 2. Docker, through testcontainers (`apache/kafka`,
`mongo:8`); 3. processes of this machine (Kafka from Maven on Java; SecantusDB, a stand-in for MongoDB).
Started when a test first asks, once for all workers of a run, and ended with the run.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import pytest

from deploy.local.foreign_process import DidNotStart
from deploy.local.kafka import broker
from deploy.local.mongo import stand_in

_FOLDER = "MOVEWELL_TEST_BACKENDS"
_made_here: dict[str, str] = {}
KAFKA_IMAGE, MONGO_IMAGE = "apache/kafka:4.3.0", "mongo:8"


class Missing(Exception):
    """A backend is not to be had; the message says why."""


def begin() -> None:
    """In the process that controls the run. A run within a run uses what is there, and leaves it there."""
    if _FOLDER not in os.environ:
        os.environ[_FOLDER] = _made_here.setdefault("folder", tempfile.mkdtemp(prefix="movewell-backends-"))


def finish() -> None:
    """End what was started, in the process that began it."""
    if "folder" not in _made_here:
        return
    folder = Path(_made_here.pop("folder"))
    os.environ.pop(_FOLDER, None)
    for each in folder.glob("*.json"):
        started = json.loads(each.read_text())
        if pid := started.get("pid"):
            os.killpg(pid, signal.SIGKILL)
        if container := started.get("container"):
            subprocess.run(["docker", "rm", "-f", container], capture_output=True, timeout=60)
    shutil.rmtree(folder, ignore_errors=True)


def kafka_url() -> str:
    """Of a broker. Raises Missing."""
    return _shared("kafka", os.environ.get("TEST_KAFKA_URL"), _kafka)


def mongo_url(database: str) -> str:
    """Of a database on a replica set. Raises Missing."""
    url = _shared("mongo", os.environ.get("TEST_MONGO_URL"), _mongo)
    return url.replace("/DATABASE", f"/{database}")


def say_missing(error: Missing) -> NoReturn:
    """Skip the test aloud; in CI, fail it."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"a backend is missing: {error}")
    pytest.skip(f"a backend is missing: {error}")


def told() -> list[str]:
    """Which backends this run would use."""
    kafka = os.environ.get("TEST_KAFKA_URL") and "as TEST_KAFKA_URL says"
    mongo = os.environ.get("TEST_MONGO_URL") and "as TEST_MONGO_URL says"
    docker = _docker()
    java = "Apache Kafka from Maven, a local process" if shutil.which("java") else "none (no Docker, no Java)"
    return [
        f"Kafka: {kafka or (docker and KAFKA_IMAGE + ' in Docker') or java}",
        f"MongoDB: {mongo or (docker and MONGO_IMAGE + ' in Docker') or 'SecantusDB, a stand-in, a local process'}",
    ]


def _shared(name: str, given: str | None, start: Callable[[Path], dict[str, Any]]) -> str:
    if given:
        return given
    begin()
    folder = Path(os.environ[_FOLDER])
    with (folder / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        kept = folder / f"{name}.json"
        if not kept.exists():
            try:
                kept.write_text(json.dumps(start(folder / name)))
            except DidNotStart as error:
                raise Missing(str(error)) from error
        url: str = json.loads(kept.read_text())["url"]
        return url


def _kafka(folder: Path) -> dict[str, Any]:
    if _docker():
        return _kafka_container()
    started = broker.Broker(folder).start()
    return {"url": started.url, "pid": started.process.pid}


def _mongo(folder: Path) -> dict[str, Any]:
    if _docker():
        return _mongo_container()
    started = stand_in.StandIn(folder).start()
    return {"url": started.url("DATABASE"), "pid": started.process.pid}


def _docker() -> bool:
    """Whether an engine answers."""
    if not shutil.which("docker"):
        return False
    return subprocess.run(["docker", "info"], capture_output=True, timeout=20).returncode == 0


def _kafka_container() -> dict[str, Any]:
    from testcontainers.core.container import DockerContainer
    from testcontainers.core.waiting_utils import wait_for_logs

    # the image advertises localhost:9092, so it must be reached there
    container = DockerContainer(KAFKA_IMAGE).with_bind_ports(9092, 9092).start()
    wait_for_logs(container, "Kafka Server started", timeout=90)
    return {"url": "kafka://127.0.0.1:9092", "container": container.get_wrapped_container().id}


def _mongo_container() -> dict[str, Any]:
    from testcontainers.core.container import DockerContainer
    from testcontainers.core.waiting_utils import wait_for_logs

    container = DockerContainer(MONGO_IMAGE).with_command("--replSet rs0").with_exposed_ports(27017).start()
    wait_for_logs(container, "Waiting for connections", timeout=90)
    begin_set = "rs.initiate({_id: 'rs0', members: [{_id: 0, host: 'localhost:27017'}]})"
    code, _ = container.exec(["mongosh", "--quiet", "--eval", begin_set])
    if code:
        raise DidNotStart("the replica set could not be initiated")
    wait_for_logs(container, "Transition to primary complete", timeout=60)
    port = container.get_exposed_port(27017)
    # directly: the set knows itself by a name that only holds within the container
    url = f"mongodb://{container.get_container_host_ip()}:{port}/DATABASE?directConnection=true"
    return {"url": url, "container": container.get_wrapped_container().id}
