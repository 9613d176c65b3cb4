"""Start and watch the processes of a local site: one gunicorn for all five APIs, and a worker for each service."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

from deploy.local.site import SERVICES, Site

ROOT = Path(__file__).resolve().parents[2]
_HOST = "127.0.0.1"


def free_port(wanted: int) -> int:
    """The wanted port, or the next that is free."""
    for port in range(wanted, wanted + 50):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((_HOST, port))
            except OSError:
                continue
            return port
    raise SystemExit(f"no free port from {wanted} on")


class Platform:
    """The processes of a site. A process that dies is started again, until `stop`."""

    def __init__(self, site: Site, port: int, assets: Path | None, environ: dict[str, str] | None = None) -> None:
        self.site = site
        self.url = f"http://{_HOST}:{port}"
        self._environments = {each: site.environment(each, self.url, assets) for each in SERVICES}
        self._extra = environ or {}
        self._port = port
        self._log = (site.folder / "platform.log").open("ab")
        self._commands = {"api": self._api(), **{each: self._work(each) for each in SERVICES}}
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self._stopping = threading.Event()

    def start(self) -> None:
        """Start everything and wait until the APIs answer."""
        for name in self._commands:
            self._start(name)
        threading.Thread(target=self._watch, daemon=True).start()
        self._wait_until_up()

    def stop(self) -> None:
        """SIGTERM, and SIGKILL for what does not end."""
        self._stopping.set()
        for process in self.processes.values():
            process.send_signal(signal.SIGTERM)
        for process in self.processes.values():
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
        self._log.close()

    def door(self, service: str, name: str) -> str:
        """Open a door of a service in a process of its own; what it prints."""
        environ = {**os.environ, "PYTHONPATH": str(ROOT), **self._environments[service]}
        command = [sys.executable, "-m", service, name]
        return subprocess.run(command, env=environ, check=True, capture_output=True, text=True).stdout

    def kill(self, name: str) -> None:
        """SIGKILL the process and its children; it will be started again."""
        try:
            os.killpg(self.processes[name].pid, signal.SIGKILL)
        except ProcessLookupError:
            return

    def _api(self) -> list[str]:
        return [
            sys.executable, "-m", "gunicorn", "deploy.local.gateway:create()", "--bind", f"{_HOST}:{self._port}",
            "--worker-class", "movewell.web.server.TimedThreadWorker", "--threads", "8", "--workers", "1",
            "--log-level", "warning",
        ]  # fmt: skip

    def _work(self, service: str) -> list[str]:
        return [sys.executable, "-m", service, "work"]

    def _start(self, name: str) -> None:
        environ = {**os.environ, "PYTHONPATH": str(ROOT), **self._extra}
        if name == "api":
            environ["MOVEWELL_ENVIRONMENTS"] = json.dumps(self._environments)
        else:
            environ |= self._environments[name]
        self.processes[name] = subprocess.Popen(
            self._commands[name],
            env=environ,
            cwd=ROOT,
            stdout=self._log,
            stderr=self._log,
            start_new_session=True,
        )

    def _watch(self) -> None:
        while not self._stopping.wait(0.2):
            for name, process in list(self.processes.items()):
                if process.poll() is not None and not self._stopping.is_set():
                    self._start(name)

    def _wait_until_up(self) -> None:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                with urllib.request.urlopen(f"{self.url}/local/doctor", timeout=2):  # noqa: S310
                    return
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                time.sleep(0.1)
        raise SystemExit(f"the platform did not start; see {self.site.folder / 'platform.log'}")
