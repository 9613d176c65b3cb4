"""Named places where the fault tests kill a process. Nothing happens unless `MOVEWELL_FAILPOINTS` names a folder.

A test arms a place by putting a file of its name into the folder; the first process that reaches it takes
the file away and kills itself with SIGKILL.
"""

from __future__ import annotations

import os
import signal
from pathlib import Path

NAMES = (
    "consume.before_poll",
    "consume.after_poll",
    "consume.before_progress",
    "consume.after_progress",
    "store.before_write",
    "store.after_write",
    "outbox.before_append",
    "outbox.after_append",
    "store.before_commit",
    "store.after_commit",
    "relay.before_publish",
    "relay.after_publish",
    "relay.before_mark",
    "relay.after_mark",
    "consume.before_offsets",
    "consume.after_offsets",
    "timers.before_claim",
    "timers.after_claim",
    "timers.after_effect",
)

_FOLDER = os.environ.get("MOVEWELL_FAILPOINTS")


def reach(name: str) -> None:
    """Say that the process is at the place `name` (one of NAMES)."""
    if _FOLDER:
        _die_if_armed(Path(_FOLDER), name)


def _die_if_armed(folder: Path, name: str) -> None:
    armed = folder / name
    if not armed.exists():
        return
    try:
        armed.rename(folder / f"{name}.hit.{os.getpid()}")
    except FileNotFoundError:  # another process was first
        return
    os.kill(os.getpid(), signal.SIGKILL)
