"""Messages as files: `<message id>.eml` in a folder, and `accepted.jsonl`, an append-only list of what was taken.

A line of the list is `{"message_id", "at", "digest", "outcome"}`: when it was taken (real time, UTC), the SHA-256
of the message, and whether it was `accepted` or came `again`. A message goes to its recipient once, so there is
one `accepted` for it; what comes again is noted and changes nothing.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from movewell.kernel import Clock, SystemClock
from movewell.wire.schema import time_text


class FileSink:
    """Safe across processes, and safe to kill: a message is whole or absent.

    The message comes first and the list second, both durably. Who dies between leaves a message that is not
    on the list; the next to put it, or to ask for it, completes the list.
    """

    def __init__(self, folder: Path, clock: Clock | None = None) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._clock = clock or SystemClock()
        self._accepted: set[str] = set()
        self._read_up_to = 0

    def put(self, message_id: str, content: bytes) -> None:
        """Durably in the folder and on the list when this returns."""
        with self._list() as accepted:
            known = message_id in self._accepted
            if not known and not self._path(message_id).exists():
                self._write(message_id, content)
            digest = hashlib.sha256(content if known else self._path(message_id).read_bytes()).hexdigest()
            self._note(accepted, message_id, digest, "again" if known else "accepted")

    def holds(self, message_id: str) -> bool:
        """Whether it was taken; if so, it is on the list when this returns."""
        with self._list() as accepted:
            if message_id in self._accepted:
                return True
            if not self._path(message_id).exists():
                return False
            digest = hashlib.sha256(self._path(message_id).read_bytes()).hexdigest()
            self._note(accepted, message_id, digest, "accepted")
            return True

    def _path(self, message_id: str) -> Path:
        return self._folder / f"{message_id}.eml"

    def _write(self, message_id: str, content: bytes) -> None:
        beside = self._folder / f".{message_id}.{os.getpid()}"
        with beside.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.rename(self._path(message_id))
        self._sync_folder()

    @contextmanager
    def _list(self) -> Iterator[BinaryIO]:
        """The list, held alone and read to its end. A line that a dying machine left half is taken away."""
        with (self._folder / "accepted.jsonl").open("a+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            file.seek(self._read_up_to)
            *whole, torn = file.read().split(b"\n")
            self._accepted.update(json.loads(line)["message_id"] for line in whole)
            self._read_up_to = file.tell() - len(torn)
            if torn:
                file.truncate(self._read_up_to)
            yield file

    def _note(self, accepted: BinaryIO, message_id: str, digest: str, outcome: str) -> None:
        line = {"message_id": message_id, "at": time_text(self._clock.now()), "digest": digest, "outcome": outcome}
        accepted.write(json.dumps(line).encode() + b"\n")
        accepted.flush()
        os.fsync(accepted.fileno())
        if self._read_up_to == 0:  # the list is new, and so is its name
            self._sync_folder()

    def _sync_folder(self) -> None:
        descriptor = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
