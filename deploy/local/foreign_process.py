"""A server that is not ours, run as a process of this machine: started, stopped, killed, paused."""

from __future__ import annotations

import contextlib
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

_START_SECONDS = 60.0


class DidNotStart(Exception):
    """The server cannot be had or started on this machine; the message says why."""


@dataclass(frozen=True)
class Place:
    """Where a server listens, and the command that it is run by (`ip netns exec NAME`, for a host of a test's own)."""

    host: str = "127.0.0.1"
    port: int = field(default_factory=lambda: free_port())
    within: tuple[str, ...] = ()

    @property
    def address(self) -> str:
        return f"{self.host}:{self.port}"


class ForeignProcess:
    """A server in a session of its own, whose output goes to a file. `answers` tells when it can be used."""

    def __init__(self, name: str, place: Place, output: Path, answers: Callable[[], bool] | None = None) -> None:
        self.name = name
        self.place = place
        self._output = output
        self._answers = answers or self._listens
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        return self._running().pid

    def start(self, command: Sequence[str | Path]) -> None:
        """Start it and wait until it answers. Raises DidNotStart."""
        with self._output.open("ab") as log:
            self._process = subprocess.Popen(
                [*self.place.within, *command], stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )
        until = time.monotonic() + _START_SECONDS
        while time.monotonic() < until:
            if self._process.poll() is not None:
                raise DidNotStart(f"{self.name} ended at once; see {self._output.name}")
            if self._answers():
                return
            time.sleep(0.1)
        self.end(signal.SIGKILL)
        raise DidNotStart(f"{self.name} did not answer in time")

    def end(self, how: signal.Signals) -> None:
        """With SIGTERM in order (SIGKILL after 20 seconds), or with SIGKILL."""
        if self._process is None:
            return
        self._process.send_signal(how)
        try:
            self._process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def pause(self) -> None:
        """SIGSTOP: connections stay open, and nothing answers."""
        self._running().send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        self._running().send_signal(signal.SIGCONT)

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            raise DidNotStart(f"{self.name} is not running")
        return self._process

    def _listens(self) -> bool:
        with contextlib.suppress(OSError), socket.create_connection((self.place.host, self.place.port), timeout=1):
            return True
        return False


def free_port() -> int:
    """A port that nobody listens at now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
