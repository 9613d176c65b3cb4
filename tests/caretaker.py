"""Ends what a run has started, also when the run is killed. `python -m tests.caretaker FOLDER`

The process that controls a run holds a lock on `alive` in the run's folder, and whoever starts something for the run
starts a caretaker before, in a session of its own. The lock ends with its holder, however that ends.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO

ROOT = Path(__file__).parents[1]


def hold(folder: Path) -> IO[str]:
    """What to keep open as long as the run lives."""
    alive = (folder / "alive").open("w")
    fcntl.flock(alive, fcntl.LOCK_EX)
    return alive


def watch(folder: Path) -> None:
    """See to it that the run's end is noticed. Nothing, where nobody has said that the run lives."""
    if (folder / "alive").exists():
        subprocess.Popen(
            [sys.executable, "-m", "tests.caretaker", folder],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )


@contextlib.contextmanager
def starting(folder: Path, name: str) -> Iterator[None]:
    """Be the only one in the run who starts what has this name. Raises FileNotFoundError once the run is over."""
    with (folder / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        (folder / f"{name}.lock").stat()  # gone if the run ended while this waited
        yield


def will_use_containers(folder: Path) -> None:
    """To be said before the first is started."""
    (folder / "containers").touch()


def clear(folder: Path) -> None:
    """End all of the run's processes and containers; what is being started is waited for."""
    with contextlib.ExitStack() as held:
        for each in sorted(folder.glob("*.lock")):
            with contextlib.suppress(FileNotFoundError):
                held.enter_context(starting(folder, each.stem))
        pids = [json.loads(each.read_text()).get("pid") for each in folder.glob("*.json")]
        for pid in filter(None, pids):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(pid, signal.SIGKILL)
        used = (folder / "containers").exists()
        shutil.rmtree(folder, ignore_errors=True)
        if used:
            from tests import containers  # which imports this

            containers.remove_all(folder.name)


def main(folder: Path) -> None:
    with contextlib.suppress(FileNotFoundError), (folder / "alive").open() as alive:
        fcntl.flock(alive, fcntl.LOCK_EX)
        clear(folder)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
