"""The images that are not ours: from a registry, or a stand-in made on this machine, which is called one.

A stand-in never takes the name of what it stands in for.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from deploy.compose.engine import ROOT, NotToBeHad, run
from deploy.local.kafka.broker import fetch

STAND_INS = Path(__file__).with_name("stand-ins")
DEBIAN, PYTHON, JAVA = "movewell/stand-in-debian:12", "movewell/stand-in-python:3.12", "movewell/stand-in-java:17"
CLASSIC = {"DOCKER_BUILDKIT": "0", "COMPOSE_DOCKER_CLI_BUILD": "0"}
"""The builder that every engine has; the newer one needs a plugin."""


@dataclass(frozen=True)
class Image:
    """`variable` of the compose file, the image that it has by default, and what stands in for it."""

    variable: str
    usual: str
    stand_in: str
    make: Callable[[], None]
    leaves_unproven: str


@dataclass
class Chosen:
    """The environment for Compose, and of the stand-ins what each leaves unproven."""

    environ: dict[str, str] = field(default_factory=dict)
    stand_ins: list[Image] = field(default_factory=list)

    @property
    def replica_set(self) -> str:
        """The stand-in's name for it is fixed in the program."""
        return "secantus" if any(each.variable == "MONGO_IMAGE" for each in self.stand_ins) else "rs0"


def choose() -> Chosen:
    """An image for each variable. Raises NotToBeHad. `STAND_INS=1` asks no registry."""
    chosen = Chosen()
    for each in IMAGES:
        named = os.environ.get(each.variable)
        if named or _is_had(each.usual):
            chosen.environ[each.variable] = named or each.usual
            continue
        print(f"{each.usual} is not to be had: making {each.stand_in}", flush=True)
        each.make()
        chosen.environ[each.variable] = each.stand_in
        chosen.stand_ins.append(each)
    return chosen


def _is_had(image: str) -> bool:
    if _is_here(image):
        return True
    if os.environ.get("STAND_INS") == "1":
        return False
    try:
        run("docker", "pull", "--quiet", image)
    except NotToBeHad:
        return False
    return True


def _is_here(image: str) -> bool:
    try:
        run("docker", "image", "inspect", image, seconds=30)
    except NotToBeHad:
        return False
    return True


def _make_debian() -> None:
    if _is_here(DEBIAN):
        return
    if not shutil.which("mmdebstrap"):
        run("apt-get", "install", "-y", "-qq", "--no-install-recommends", "mmdebstrap")
    run(STAND_INS / "debian.sh", DEBIAN)


def _make_python() -> None:
    if _is_here(PYTHON):
        return
    _make_debian()
    run(STAND_INS / "python.sh", PYTHON, DEBIAN, environ=CLASSIC)


def _make_nginx() -> None:
    _make_debian()
    _build("movewell/stand-in-nginx:1", STAND_INS / "nginx", f"DEBIAN={DEBIAN}")


def _make_kafka() -> None:
    _make_debian()
    _build(JAVA, STAND_INS / "java", f"DEBIAN={DEBIAN}")
    dockerfile = ROOT / "deploy" / "local" / "kafka" / "Dockerfile"
    _build("movewell/stand-in-kafka:4", fetch(), f"JAVA={JAVA}", "-f", str(dockerfile))


def _make_mongo() -> None:
    _make_python()
    with tempfile.TemporaryDirectory() as context:
        shutil.copytree(STAND_INS / "mongo", context, dirs_exist_ok=True)
        shutil.copy(ROOT / "deploy" / "local" / "mongo" / "requirements.txt", context)
        _build("movewell/stand-in-mongo:8", Path(context), f"PYTHON={PYTHON}")


def _build(tag: str, context: Path, argument: str, *options: str) -> None:
    run("docker", "build", "-q", "-t", tag, "--build-arg", argument, *options, context, environ=CLASSIC)


IMAGES = (
    Image(
        "PYTHON_IMAGE",
        "python:3.12-slim-bookworm",
        PYTHON,
        _make_python,
        "CPython 3.12 of pyenv on Debian: the image's own patch level and packages",
    ),
    Image(
        "NGINX_IMAGE",
        "nginx:1.29-alpine",
        "movewell/stand-in-nginx:1",
        _make_nginx,
        "Debian's nginx: a newer nginx's reading of deploy/gateway",
    ),
    Image(
        "KAFKA_IMAGE",
        "apache/kafka:4.3.0",
        "movewell/stand-in-kafka:4",
        _make_kafka,
        "the real broker from Maven on Debian's Java 17: the start of Apache's image on a read-only file system",
    ),
    Image(
        "MONGO_IMAGE",
        "mongo:8",
        "movewell/stand-in-mongo:8",
        _make_mongo,
        "SecantusDB, not MongoDB: the key file, the initiation of the replica set, mongod on a read-only file system, "
        "and all that docs/runbooks/mongodb.md lists. Users, their passwords and what each may do were proven",
    ),
)
