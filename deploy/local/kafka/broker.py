"""A broker of real Apache Kafka as a process of this machine: fetched with Maven, run by Java, data in a folder.

KRaft, one node that is broker and controller. For development and tests; nothing of it is meant for production.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from pathlib import Path

from deploy.local.foreign_process import DidNotStart, ForeignProcess, Place, free_port

HERE = Path(__file__).parent
ARTEFACTS = Path(os.environ.get("MOVEWELL_KAFKA_JARS", HERE.parents[2] / "build" / "kafka"))
CLUSTER = "bW92ZXdlbGwtbG9jYWwtMQ"
SETTINGS = {
    "process.roles": "broker,controller",
    "node.id": "1",
    "controller.listener.names": "CONTROLLER",
    "auto.create.topics.enable": "false",
    "default.replication.factor": "1",
    "offsets.topic.replication.factor": "1",
    "offsets.topic.num.partitions": "3",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    "share.coordinator.state.topic.replication.factor": "1",
    "group.initial.rebalance.delay.ms": "0",
    "group.min.session.timeout.ms": "1000",
}
"""Of one node by itself, wherever it listens: as properties here, as the environment of a container in the tests."""


def fetch() -> Path:
    """The folder with the artefacts, fetched once by Maven. Raises DidNotStart."""
    if not shutil.which("java"):
        raise DidNotStart("there is no Java on this machine (17 or later is needed)")
    made_for = ARTEFACTS / "pom.xml"
    wanted = (HERE / "pom.xml").read_text()
    if made_for.exists() and made_for.read_text() == wanted:
        return ARTEFACTS
    if not shutil.which("mvn"):
        raise DidNotStart("there is no Maven on this machine to fetch Kafka with")
    shutil.rmtree(ARTEFACTS, ignore_errors=True)
    done = subprocess.run(
        ["mvn", "-q", "-B", "-f", HERE / "pom.xml", "dependency:copy-dependencies", f"-DoutputDirectory={ARTEFACTS}"],
        capture_output=True,
        text=True,
        timeout=300,
        stdin=subprocess.DEVNULL,
    )
    if done.returncode:
        raise DidNotStart(f"Maven could not fetch Kafka:\n{done.stdout[-2000:]}")
    made_for.write_text(wanted)
    return ARTEFACTS


class Broker:
    """One broker with its data in `folder`. It may be stopped, killed, paused and started again on its port."""

    def __init__(self, folder: Path, place: Place | None = None) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.process = ForeignProcess("Kafka", place or Place(), folder / "broker.log")
        self._controller = free_port()

    @property
    def url(self) -> str:
        return f"kafka://{self.process.place.address}"

    def start(self) -> Broker:
        """Start it and wait until it answers. Raises DidNotStart."""
        jars, properties = fetch(), self.folder / "server.properties"
        properties.write_text("".join(f"{name}={value}\n" for name, value in self._settings().items()))
        if not (self.folder / "data" / "meta.properties").exists():
            format_ = ("kafka.tools.StorageTool", "format", "--standalone", "-t", CLUSTER, "-c", str(properties))
            done = subprocess.run(_java(jars, *format_), capture_output=True, text=True, timeout=60)
            if done.returncode:
                raise DidNotStart(f"the storage could not be formatted:\n{done.stderr[-2000:]}")
        self.process.start(_java(jars, "kafka.Kafka", str(properties)))
        return self

    def _settings(self) -> dict[str, str]:
        address, controller = self.process.place.address, f"127.0.0.1:{self._controller}"
        return SETTINGS | {
            "listeners": f"PLAINTEXT://{address},CONTROLLER://{controller}",
            "advertised.listeners": f"PLAINTEXT://{address}",
            "controller.quorum.bootstrap.servers": controller,
            "listener.security.protocol.map": "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT",
            "log.dirs": f"{self.folder}/data",
        }

    def stop(self) -> None:
        """In order, as an operator would."""
        self.process.end(signal.SIGTERM)

    def kill(self) -> None:
        self.process.end(signal.SIGKILL)


def _java(jars: Path, *arguments: str) -> list[str]:
    small = ("-Xms256m", "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
    quiet = "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn"
    return ["java", *small, quiet, "-cp", f"{jars}/*", *arguments]
