"""Who takes part, and how one of them is started, asked and ended."""

from __future__ import annotations

import json
import os
import selectors
import subprocess
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from bench.kafka.environments import python_with
from bench.kafka.peers.task import Task

ROOT = Path(__file__).parents[2]
_PATIENCE = 120.0


@dataclass(frozen=True)
class Contender:
    """`requirements`: of its environment, None for Movewell's own. `redelivered`: measured in that too."""

    label: str
    module: str
    requirements: str | None
    codec: str = "msgspec"
    redelivered: bool = False
    on_mongo: bool = False


CONTENDERS = {
    "movewell": Contender("Movewell", "movewell_layer", None, redelivered=True),
    "raw": Contender("raw kafka-python loop, json and marshmallow", "raw_loop", "raw", codec="marshmallow"),
    "raw_compiled": Contender("raw kafka-python loop, msgspec", "raw_loop", "raw", redelivered=True),
    "faststream_aiokafka": Contender("FastStream, aiokafka", "faststream_aiokafka", "faststream_aiokafka"),
    "faststream_confluent": Contender("FastStream, confluent", "faststream_confluent", "faststream_confluent"),
    "quix": Contender("Quix Streams", "quix", "quix"),
}
MONGO = Contender("Movewell on the MongoDB stand-in, 10/s", "movewell_layer", None, on_mongo=True)


class Failed(Exception):
    """A contender did not do its work; the message says why."""


class Started:
    """A contender as a process of its own, on the core given. Ended by force: what it said is committed, must be."""

    def __init__(self, contender: Contender, task: Task, core: Sequence[str], output: Path) -> None:
        command = [*core, str(python_with(contender.requirements)), "-m", f"bench.kafka.peers.{contender.module}"]
        self._output = output
        with output.open("ab") as errors:
            self._process = subprocess.Popen(
                [*command, json.dumps(asdict(task))],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                cwd=ROOT,
                env={**os.environ, "PYTHONPATH": str(ROOT)},
            )

    def report(self) -> dict[str, float]:
        """Its figures, once all is met and nothing is pending. Raises Failed."""
        until = time.monotonic() + _PATIENCE
        while line := self._line(until - time.monotonic()):
            if line.startswith(b"{"):  # frameworks print, too
                found: dict[str, float] = json.loads(line)
                return found
        raise Failed(f"it ended: {self._last_words()}")

    def _line(self, seconds: float) -> bytes:
        stdout = self._process.stdout
        assert stdout is not None
        with selectors.DefaultSelector() as selector:
            selector.register(stdout, selectors.EVENT_READ)
            if not selector.select(max(seconds, 0.0)):
                raise Failed(f"it was not done after {_PATIENCE:.0f} s")
        return stdout.readline()

    def end(self) -> None:
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()

    def _last_words(self) -> str:
        lines = self._output.read_text(errors="replace").strip().splitlines()
        return lines[-1] if lines else "without a word"
