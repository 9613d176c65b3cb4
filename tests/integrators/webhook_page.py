"""The page on webhooks, and its receiver as a process."""

from __future__ import annotations

import base64
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from tests.integrators.guide import GUIDE
from tests.integrators.standing import wait_until

PAGE = GUIDE.with_name("webhooks.md").read_text(encoding="utf-8")


def block(kind: str) -> str:
    """The only block of that kind."""
    (found,) = re.findall(rf"^```{kind}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    return str(found)


@contextmanager
def receiving(folder: Path, port: int, secret: bytes) -> Iterator[Path]:
    """The file that the receiver prints into."""
    (folder / "receiver.py").write_text(block("python"), encoding="utf-8")
    environ = {**os.environ, "PORT": str(port), "WEBHOOK_SECRET": "whsec_" + base64.b64encode(secret).decode()}
    with (folder / "printed").open("wb") as printed:
        process = subprocess.Popen([sys.executable, "receiver.py"], cwd=folder, env=environ, stdout=printed)
        try:
            wait_until(lambda: _answers(port))
            yield folder / "printed"
        finally:
            process.terminate()
            process.wait(10)


def _answers(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/").status_code == 501
    except httpx.TransportError:
        return False
