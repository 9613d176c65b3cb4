"""Messages as files: `<message id>.eml` in a folder."""

from __future__ import annotations

import os
from pathlib import Path


class FileSink:
    """Written beside and renamed, so that a file is whole or absent; the same message again changes nothing."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder

    def put(self, message_id: str, content: bytes) -> None:
        """Durably in the folder when this returns."""
        target = self._folder / f"{message_id}.eml"
        beside = self._folder / f".{message_id}.{os.getpid()}"
        with beside.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.rename(target)
        self._sync()

    def holds(self, message_id: str) -> bool:
        return (self._folder / f"{message_id}.eml").exists()

    def _sync(self) -> None:
        descriptor = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
