"""A broker and a MongoDB as containers of the Docker engine that `docker` speaks to.

The engine is asked through testcontainers, which finds it as `docker` does and knows where its ports are
(`TESTCONTAINERS_HOST_OVERRIDE` where it can't). Its reaper is not used: that needs an image of its own, and it watches
the process that started a container, here one worker of several. `tests/caretaker.py` watches the run.
"""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pymongo
from movewell.log.kafka_options import site_at
from pymongo.errors import PyMongoError

from deploy.local.foreign_process import DidNotStart, free_port
from deploy.local.kafka.broker import CLUSTER, SETTINGS
from tests import caretaker

if TYPE_CHECKING:
    from docker.models.containers import Container
    from testcontainers.core.docker_client import DockerClient

LABEL = "movewell.test-run"
_START_SECONDS = 90.0
_ASK_SECONDS = 15
_SILENCE_SECONDS = 60
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}


class NotToBeHad(Exception):
    """The engine has no such image and gets none; the message says why."""


class Docker:
    """The engine, as far as it is asked for images."""

    def answers(self) -> bool:
        if not shutil.which("docker"):
            return False
        try:
            return subprocess.run(["docker", "info"], capture_output=True, timeout=_ASK_SECONDS).returncode == 0
        except subprocess.TimeoutExpired:
            return False

    def lacks(self, image: str) -> str:
        """Why it can't have the image; nothing if it has it, or if a registry offers it. Fetches nothing."""
        return _why_not(image, lambda engine: engine.client.images.get_registry_data(image), _ASK_SECONDS)

    def fetch(self, image: str) -> None:
        """Have the image, from a registry if need be. Raises NotToBeHad."""
        if why := _why_not(image, lambda engine: engine.client.images.pull(image), _SILENCE_SECONDS):
            raise NotToBeHad(why)


def start_kafka(image: str, run: Path) -> str:
    """The URL of a broker in an image that is configured as Apache's own is; `run` is the run's folder.

    It advertises the port that it is published at, and has a listener of its own to speak to itself. Whoever sets
    one variable of Apache's image has to set them all. Raises DidNotStart.
    """
    host, published_at = _where()
    port = free_port()
    settings = SETTINGS | {
        "listeners": "PLAINTEXT://0.0.0.0:9092,BROKER://127.0.0.1:9094,CONTROLLER://127.0.0.1:9093",
        "advertised.listeners": f"PLAINTEXT://{host}:{port},BROKER://127.0.0.1:9094",
        "inter.broker.listener.name": "BROKER",
        "controller.quorum.voters": "1@127.0.0.1:9093",
        "listener.security.protocol.map": "CONTROLLER:PLAINTEXT,BROKER:PLAINTEXT,PLAINTEXT:PLAINTEXT",
        "log.dirs": "/tmp/kraft-combined-logs",  # noqa: S108 - within the container
    }
    environment = {"KAFKA_" + name.upper().replace(".", "_"): value for name, value in settings.items()}
    environment["CLUSTER_ID"] = CLUSTER
    container = _run(image, run, environment=environment, ports={"9092/tcp": (published_at, port)})
    url = f"kafka://{host}:{port}"
    _wait(container, partial(_has_a_broker, url))
    return url


def start_mongo(image: str, run: Path) -> str:
    """The URL of DATABASE on a replica set of one. Raises DidNotStart.

    Directly: the set knows itself by a name that only holds within the container.
    """
    host, published_at = _where()
    container = _run(image, run, command=["--replSet", "rs0"], ports={"27017/tcp": (published_at,)})
    url = f"mongodb://{host}:{_engine().port(str(container.id), 27017)}/DATABASE?directConnection=true"
    _wait(container, partial(_is_primary, url))
    return url


def remove_all(run: str) -> None:
    """Remove what was started for the run of this name, with its volumes. Raises the faults of Docker's client."""
    for each in _engine().client.containers.list(all=True, filters={"label": f"{LABEL}={run}"}):
        each.remove(force=True, v=True)


def _engine(seconds: int = _SILENCE_SECONDS) -> DockerClient:
    """`seconds`: how long it may be silent."""
    from testcontainers.core.docker_client import DockerClient

    return DockerClient(timeout=seconds)


def _why_not(image: str, otherwise: Callable[[DockerClient], object], seconds: int) -> str:
    from docker.errors import ImageNotFound

    try:
        engine = _engine(seconds)
        try:
            engine.client.images.get(image)
        except ImageNotFound:
            otherwise(engine)
    except _faults() as error:
        return str(getattr(error, "explanation", None) or error).replace("\n", " ")
    return ""


def _faults() -> tuple[type[Exception], ...]:
    from docker.errors import DockerException
    from requests import RequestException

    return DockerException, RequestException


def _where() -> tuple[str, str]:
    """The host at which published ports are found, and the address there to publish them at: no further than needed."""
    host = _engine().host()
    return ("127.0.0.1", "127.0.0.1") if host in _LOOPBACK else (host, "0.0.0.0")  # noqa: S104


def _run(image: str, run: Path, **options: Any) -> Container:
    caretaker.will_use_containers(run)
    try:
        return _engine().run(image, detach=True, labels={LABEL: run.name}, **options)
    except _faults() as error:
        raise DidNotStart(f"{image} did not start: {error}") from error


def _wait(container: Container, answers: Callable[[], bool]) -> None:
    until = time.monotonic() + _START_SECONDS
    while time.monotonic() < until:
        if answers():
            return
        container.reload()
        if container.status != "running":
            break
        time.sleep(0.2)
    said = container.logs(tail=20).decode(errors="replace")
    raise DidNotStart(f"{container.attrs['Config']['Image']} was {container.status} and did not answer:\n{said}")


def _has_a_broker(url: str) -> bool:
    """Whether who connects is led to a broker that answers: the port itself is open from the start."""
    from kafka import KafkaAdminClient
    from kafka.errors import KafkaError

    options = site_at(url).connection() | {"bootstrap_timeout_ms": 2_000, "request_timeout_ms": 2_000}
    try:
        admin = KafkaAdminClient(**options)
    except KafkaError:
        return False
    try:
        return bool(admin.describe_cluster()["brokers"])
    except KafkaError:
        return False
    finally:
        admin.close()


def _is_primary(url: str) -> bool:
    """Whether it takes writes. A member that belongs to no set yet is made one."""
    client: pymongo.MongoClient[dict[str, Any]] = pymongo.MongoClient(url, timeoutMS=2_000)
    try:
        hello = client.admin.command("hello")
        if "setName" not in hello:
            members = [{"_id": 0, "host": "localhost:27017"}]
            client.admin.command("replSetInitiate", {"_id": "rs0", "members": members})
        return bool(hello["isWritablePrimary"])
    except PyMongoError:
        return False
    finally:
        client.close()
