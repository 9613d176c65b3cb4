"""A caller who sends half a request does not keep others waiting."""

from __future__ import annotations

import contextlib
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

THREADS = 2
CONFIG = f"""
from movewell.web.server import TimedThreadWorker

class Hurried(TimedThreadWorker):
    read_seconds = 1

def answer(environ, start_response):
    start_response("200 OK", [("Content-Length", "2")])
    return [b"ok"]

worker_class = Hurried
threads = {THREADS}
"""


@pytest.fixture
def port(tmp_path: Path) -> Iterator[int]:
    """Of a gunicorn with two threads."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        found = int(probe.getsockname()[1])
    (tmp_path / "served.py").write_text(CONFIG)
    command = [sys.executable, "-m", "gunicorn", "-c", "served.py", "-b", f"127.0.0.1:{found}", "served:answer"]
    process = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        until = time.monotonic() + 60
        while not listens(found):
            assert process.poll() is None
            assert time.monotonic() < until
        yield found
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)


def listens(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


def test_callers_with_half_a_request_give_their_threads_back(port: int) -> None:
    halves = [socket.create_connection(("127.0.0.1", port), timeout=30) for _ in range(2 * THREADS)]
    for each in halves:
        each.sendall(b"GET / HTTP/1.1\r\nHost: ")
    with socket.create_connection(("127.0.0.1", port), timeout=30) as whole:
        whole.sendall(b"GET / HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n")
        assert whole.recv(12) == b"HTTP/1.1 200"
    for each in halves:
        each.close()
