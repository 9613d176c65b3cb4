"""The compose file's project, brought up from a folder of its own for a check, and what is asked of it."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx
from movewell.movable_clock import MovableClock

from deploy.compose.engine import ROOT, NotToBeHad, compose, run
from deploy.compose.images import CLASSIC, Chosen
from deploy.compose.make_secrets import make
from deploy.local.site import SERVICES, Site
from deploy.local.visitors import Staff, Watch

PROJECT = "movewell-check"
_ATTEMPTS = 5
_DOCTOR = """
import importlib, json, os, sys
from movewell.doctor import examine
from movewell.settings import ServiceSettings, load
running = importlib.import_module(sys.argv[1] + ".bootstrap").assemble(load(ServiceSettings, os.environ)).running
for _ in sys.stdin:
    print(json.dumps(examine(running)), flush=True)
"""


class Stack:
    """A project of the compose file and `check.yml`, its secrets, clock and sink in `folder`."""

    def __init__(self, folder: Path, chosen: Chosen, port: int, messages_port: int) -> None:
        self.folder = folder
        self.url = f"http://127.0.0.1:{port}"
        self.messages_url = f"http://127.0.0.1:{messages_port}"
        make(folder / "secrets", chosen.replica_set)
        self._environ = {
            **chosen.environ,
            **CLASSIC,
            "COMPOSE_PARALLEL_LIMIT": "1",
            "COMPOSE_PROGRESS": "quiet",
            "SECRETS_DIR": str(folder / "secrets"),
            "CHECK_FOLDER": str(folder),
            "GATEWAY_PORT": str(port),
            "MESSAGES_PORT": str(messages_port),
            "PUBLIC_URL": self.url,
            # asked for by the compose file, and taken away by check.yml
            "OIDC_ISSUER": "https://login.example.org",
            "OIDC_CLIENT_ID": "movewell",
        }
        files = ("-f", ROOT / "docker-compose.yml", "-f", ROOT / "deploy" / "compose" / "check.yml")
        self._compose = [*compose(), "--project-name", PROJECT, "--project-directory", ROOT, *files]

    def site(self) -> Site:
        """Where the walk finds its key, the clock and the messages, made for the containers' user too."""
        for name in ("sink", "export"):
            (self.folder / name).mkdir()
            (self.folder / name).chmod(0o777)
        MovableClock(self.folder / "clock")
        (self.folder / "clock").chmod(0o666)
        return Site(self.folder, {"token_key": json.loads((self.folder / "secrets" / "token_key").read_text())})

    def command(self, *arguments: str, seconds: int = 600) -> str:
        """What Compose prints. Raises NotToBeHad."""
        return run(*self._compose, *arguments, seconds=seconds, environ=self._environ)

    def door(self, service: str, name: str) -> str:
        return self.command("exec", "-T", f"{service}-api", "movewell", name)

    def containers(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.command("ps", "--all", "--format", "json").splitlines()]

    def down(self) -> None:
        self.command("--profile", "exporter", "down", "--volumes", "--remove-orphans", "--timeout", "5")

    @contextmanager
    def doctors(self) -> Iterator[list[Doctor]]:
        """One in the api's container of each service: started once, it answers quickly."""
        with ExitStack() as opened:
            yield [opened.enter_context(Doctor(self.opened(each))) for each in SERVICES]

    def opened(self, service: str) -> subprocess.Popen[str]:
        command = [*self._compose, "exec", "-T", f"{service}-api", "python", "-c", _DOCTOR, service]
        return subprocess.Popen(
            command, env={**os.environ, **self._environ}, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )


class Doctor:
    """What `doctor` says of a service, again and again, by a process in its container."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def __enter__(self) -> Doctor:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()

    def ask(self) -> None:
        if self._process.stdin is None:
            raise NotToBeHad("the doctor hears nothing")
        self._process.stdin.write("\n")
        self._process.stdin.flush()

    def answer(self) -> dict[str, Any]:
        line = self._process.stdout.readline() if self._process.stdout else ""
        if not line:
            raise NotToBeHad("a doctor has gone")
        return dict(json.loads(line))


class UnhurriedStaff(Staff):
    """Tries again when told to, as a client should: a stand-in on a busy machine is not always quick enough."""

    told_to_wait = 0

    def _sent(self, path: str, headers: dict[str, str], content: dict[str, Any]) -> httpx.Response:
        for _ in range(_ATTEMPTS):
            answer = super()._sent(path, headers, content)
            if answer.status_code != httpx.codes.SERVICE_UNAVAILABLE:
                break
            UnhurriedStaff.told_to_wait += 1
            time.sleep(int(answer.headers["Retry-After"]))
        return answer


class StackWatch(Watch):
    """Watches through doctors in the containers, as the gateway has none."""

    def __init__(self, site: Site, url: str, doctors: list[Doctor]) -> None:
        super().__init__(site, url)
        self._doctors = doctors

    def services(self) -> list[dict[str, Any]]:
        for each in self._doctors:
            each.ask()
        return [each.answer() for each in self._doctors]
