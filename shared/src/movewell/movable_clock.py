"""Local mode's movable clock: one offset that all processes share, so that weeks pass in a minute."""

from __future__ import annotations

import mmap
import struct
from datetime import UTC, datetime, timedelta
from pathlib import Path

_SIZE = 8


class MovableClock:
    """Real time plus an offset in microseconds, kept in the first eight bytes of a shared file."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("ab") as file:
            if file.tell() < _SIZE:
                file.write(bytes(_SIZE - file.tell()))
        with path.open("r+b") as file:
            self._offset = mmap.mmap(file.fileno(), _SIZE)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.offset

    @property
    def offset(self) -> timedelta:
        return timedelta(microseconds=struct.unpack_from("<q", self._offset)[0])

    def move(self, by: timedelta) -> None:
        """Move all processes' time forward. ValueError for backwards."""
        if by < timedelta(0):
            raise ValueError("time only goes forward")
        struct.pack_into("<q", self._offset, 0, (self.offset + by) // timedelta(microseconds=1))
        self._offset.flush()
