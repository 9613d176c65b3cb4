"""How far an export has come: one SQLite file beside the Parquet files, so that both agree after any death.

A batch becomes true in one transaction: the offsets to go on from, the ids of its events, the files that belong to
it. An event that the log holds twice, for publishing may repeat itself, is thus exported once.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from pathlib import Path

from movewell.log.port import Position

_SCHEMA = """
CREATE TABLE IF NOT EXISTS chosen (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS positions (topic TEXT, partition INTEGER, next INTEGER NOT NULL,
  PRIMARY KEY (topic, partition)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS exported (id TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS batches (batch INTEGER, file TEXT, PRIMARY KEY (batch, file)) WITHOUT ROWID;
"""


class OtherExport(Exception):
    """The folder holds an export of other records."""


class InUse(Exception):
    """Another export writes into the folder."""


class Ledger:
    """Held by one export at a time, from its making until it is closed."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None, timeout=0)
        try:
            self._connection.execute("PRAGMA locking_mode = EXCLUSIVE")
            self._connection.execute("PRAGMA synchronous = FULL")
            self._connection.executescript(f"BEGIN EXCLUSIVE;{_SCHEMA}COMMIT;")
        except sqlite3.OperationalError:
            self._connection.close()
            raise InUse("another export writes into this folder") from None

    def require(self, tenant: str | None) -> None:
        """The folder is for this tenant from now on. Raises OtherExport if it is for another."""
        self._connection.execute("INSERT OR IGNORE INTO chosen VALUES ('tenant', ?)", (tenant or "",))
        (kept,) = self._connection.execute("SELECT value FROM chosen WHERE name = 'tenant'").fetchone()
        if kept != (tenant or ""):
            raise OtherExport(f"this folder is an export of {kept or 'all tenants'}")

    def positions(self) -> dict[Position, int]:
        """Where to go on from."""
        rows = self._connection.execute("SELECT topic, partition, next FROM positions")
        return {(topic, partition): at for topic, partition, at in rows}

    def last(self) -> tuple[int, set[str]]:
        """The number of the last batch, 0 before the first, and its files."""
        rows = list(self._connection.execute("SELECT batch, file FROM batches"))
        return max((batch for batch, _ in rows), default=0), {file for _, file in rows if file}

    def unknown(self, ids: Iterable[str]) -> set[str]:
        """Those that are not exported yet."""
        known = "SELECT 1 FROM exported WHERE id = ?"
        return {each for each in ids if self._connection.execute(known, (each,)).fetchone() is None}

    def commit(self, batch: int, positions: Mapping[Position, int], ids: Iterable[str], files: Iterable[str]) -> None:
        """The batch is exported: all of it, or nothing."""
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            rows = [(*position, at) for position, at in positions.items()]
            self._connection.executemany("INSERT OR REPLACE INTO positions VALUES (?, ?, ?)", rows)
            self._connection.executemany("INSERT INTO exported VALUES (?)", [(each,) for each in ids])
            self._connection.execute("DELETE FROM batches")
            self._connection.executemany("INSERT INTO batches VALUES (?, ?)", [(batch, each) for each in (*files, "")])
            self._connection.execute("COMMIT")
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise

    def close(self) -> None:
        self._connection.close()
