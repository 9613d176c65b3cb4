"""One SQLite file, shared by the threads of a process and by processes: who may write, who reads, who waits.

WAL with synchronous=FULL: what is committed survives the death of the process and of the machine. Every durable
commit that changed something counts on in the file's `user_version`, so that other processes wake for it and sleep
on through the renewal of leases and the like.
"""

from __future__ import annotations

import contextlib
import sqlite3
import threading
import time
from collections.abc import Iterator

from movewell.errors import Unavailable

_BUSY_SECONDS = 10.0
_WATCH_ACTIVE, _WATCH_IDLE, _ACTIVE_FOR = 0.004, 0.03, 1.0
_COUNTED_TO = 2**31


class SqliteFile:
    """A file (or, for `path` None, memory) with one writing connection a process and one reading each thread."""

    def __init__(self, path: str | None) -> None:
        self._path = path
        self._lock = threading.RLock()
        self._local = threading.local()
        self._opened: list[sqlite3.Connection] = []
        self._commits = threading.Condition()
        self._generation = 0
        self._watching = False
        self._counted = 0
        self._closed = False
        self._writer = self._connect()

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self._path or ":memory:",
            isolation_level=None,
            check_same_thread=False,
            timeout=_BUSY_SECONDS,
            cached_statements=512,
        )
        if self._path:
            connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        with self._lock:
            self._opened.append(connection)
        return connection

    @contextlib.contextmanager
    def writing(self, *, durable: bool = True) -> Iterator[sqlite3.Connection]:
        """The writing connection within BEGIN IMMEDIATE: committed at the end, rolled back on any exception.

        Not `durable`, it survives the death of the process but perhaps not that of the machine, and nobody
        is woken. Raises Unavailable when the file stays locked, or cannot be written.
        """
        with self._lock:
            try:
                self._writer.execute(f"PRAGMA synchronous={'FULL' if durable else 'NORMAL'}")
                self._writer.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as error:
                raise Unavailable("the file cannot be written now") from error
            try:
                changes = self._writer.total_changes
                yield self._writer
                changed = durable and self._writer.total_changes != changes
                if changed:
                    self._writer.execute(f"PRAGMA user_version = {(_count(self._writer) + 1) % _COUNTED_TO}")
                self._writer.execute("COMMIT")
                self._counted += changed
            except BaseException as error:
                with contextlib.suppress(sqlite3.Error):
                    self._writer.execute("ROLLBACK")
                if isinstance(error, sqlite3.OperationalError):
                    raise Unavailable("the file cannot be written now") from error
                raise
        if durable:
            self._announce()

    @contextlib.contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A connection within a read transaction: one consistent state."""
        if self._path is None:
            with self._lock:
                yield self._writer
            return
        connection = getattr(self._local, "reader", None)
        if connection is None:
            connection = self._local.reader = self._connect()
        try:
            connection.execute("BEGIN")
            yield connection
        except sqlite3.OperationalError as error:
            raise Unavailable("the file cannot be read now") from error
        finally:
            with contextlib.suppress(sqlite3.Error):
                connection.execute("ROLLBACK")

    def wait(self, timeout: float) -> bool:
        """Wait until another thread or process may have committed since this thread last waited."""
        with self._commits:
            seen = getattr(self._local, "generation", -1)
            if seen == self._generation:
                if not self._watching and self._path is not None:
                    self._watching = True
                    threading.Thread(target=self._watch, daemon=True, name="sqlite-watch").start()
                self._commits.wait_for(lambda: self._generation != seen or self._closed, timeout)
            woken = self._generation != seen
            self._local.generation = self._generation
            return woken

    def wake(self) -> None:
        """End every wait, for instance at shutdown."""
        self._announce()

    def truncate_journal(self) -> None:
        """Bring the write-ahead log into the file and empty it, as far as readers allow at this moment."""
        with self._lock, contextlib.suppress(sqlite3.Error):
            self._writer.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        self._closed = True
        self._announce()
        with self._lock:
            for connection in self._opened:
                with contextlib.suppress(sqlite3.Error):
                    connection.close()
            self._opened.clear()

    def _announce(self) -> None:
        with self._commits:
            if getattr(self._local, "generation", -1) == self._generation:
                self._local.generation += 1  # a thread's own commit is no news to it
            self._generation += 1
            self._commits.notify_all()

    def _watch(self) -> None:
        """Notice the durable commits of other processes. SQLite changes `data_version` at every commit."""
        connection = self._connect()
        version, of_others, active_until = None, None, 0.0
        while not self._closed:
            moment = time.monotonic()
            try:
                (now,) = connection.execute("PRAGMA data_version").fetchone()
                if now != version:
                    version, seen = now, _count(connection) - self._counted
                    if seen != of_others:
                        of_others, active_until = seen, moment + _ACTIVE_FOR
                        self._announce()
            except sqlite3.Error:
                return
            time.sleep(_WATCH_ACTIVE if moment < active_until else _WATCH_IDLE)


def _count(connection: sqlite3.Connection) -> int:
    """How many durable commits have changed the file."""
    counted: int = connection.execute("PRAGMA user_version").fetchone()[0]
    return counted
