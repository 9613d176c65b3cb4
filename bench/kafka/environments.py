"""A virtual environment for each contender, made once under `build/` from its pinned requirements."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
FOLDER = HERE.parents[1] / "build" / "bench-kafka"


class NoEnvironment(Exception):
    """A contender's packages can't be installed; the message says why."""


def python_with(requirements: str | None) -> Path:
    """The interpreter with `requirements/<name>.txt` installed; None is this one. Raises NoEnvironment."""
    if requirements is None:
        return Path(sys.executable)
    environment = FOLDER / requirements
    made_for, wanted = environment / "requirements.txt", (HERE / "requirements" / f"{requirements}.txt").read_text()
    if not made_for.exists() or made_for.read_text() != wanted:
        shutil.rmtree(environment, ignore_errors=True)
        _run(sys.executable, "-m", "venv", environment)
        listed = HERE / "requirements" / f"{requirements}.txt"
        _run(environment / "bin" / "pip", "install", "-q", "--disable-pip-version-check", "-r", listed)
        made_for.write_text(wanted)
    return environment / "bin" / "python"


def _run(*command: str | Path) -> None:
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, stdin=subprocess.DEVNULL)
    if done.returncode:
        raise NoEnvironment(done.stderr[-2000:])
