"""The event log on one SQLite file, shared by the processes of a site.

Partitions are leased to the members of a group, each lease with an epoch; an offset is committed only
under the epoch it was read under, so a member that was paused cannot move what another now holds.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
import time
from collections.abc import Callable, Mapping, Sequence

import uuid_utils

from movewell.log.port import PARTITIONS, Delivered, GroupInUse, Position, Record, partition_of
from movewell.sqlite_file import SqliteFile

_LEASE_SECONDS = 4.0

_SCHEMA = """
CREATE TABLE IF NOT EXISTS heads (topic TEXT, partition INTEGER, next INTEGER NOT NULL,
  PRIMARY KEY (topic, partition)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS records (topic TEXT, partition INTEGER, offset INTEGER, key TEXT NOT NULL,
  headers TEXT NOT NULL, value BLOB NOT NULL, PRIMARY KEY (topic, partition, offset)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS members ("group" TEXT, member TEXT, until REAL NOT NULL,
  PRIMARY KEY ("group", member)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS leases ("group" TEXT, partition INTEGER, member TEXT, epoch INTEGER NOT NULL,
  PRIMARY KEY ("group", partition)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS offsets ("group" TEXT, topic TEXT, partition INTEGER, offset INTEGER NOT NULL,
  PRIMARY KEY ("group", topic, partition)) WITHOUT ROWID;
"""


class SqliteLog:
    """Implements `movewell.log.port.EventLog`. `path` None keeps everything in memory, for tests."""

    def __init__(self, path: str | None, clock: Callable[[], float] = time.time) -> None:
        self.file = SqliteFile(path)
        self.clock = clock
        with self.file.writing() as connection:
            for statement in _SCHEMA.split(";"):
                if statement.strip():
                    connection.execute(statement)

    def prepare(self, topics: Sequence[str]) -> None:
        rows = [(topic, partition) for topic in topics for partition in range(PARTITIONS)]
        with self.file.writing() as connection:
            connection.executemany("INSERT OR IGNORE INTO heads VALUES (?, ?, 0)", rows)

    def publish(self, records: Sequence[Record]) -> list[bool]:
        with self.file.writing() as connection:
            heads: dict[Position, int] = {}
            rows = []
            for record in records:
                position = (record.topic, partition_of(record.key))
                if position not in heads:
                    heads[position] = _head(connection, position)
                rows.append((*position, heads[position], record.key, json.dumps(dict(record.headers)), record.value))
                heads[position] += 1
            connection.executemany("INSERT INTO records VALUES (?, ?, ?, ?, ?, ?)", rows)
            connection.executemany(
                "UPDATE heads SET next = ? WHERE topic = ? AND partition = ?",
                [(following, *position) for position, following in heads.items()],
            )
        return [True] * len(records)

    def subscribe(self, group: str, topics: Sequence[str]) -> SqliteSubscriber:
        return SqliteSubscriber(self, group, tuple(topics))

    def read(self, topic: str, partition: int, offset: int, limit: int) -> list[Delivered]:
        with self.file.reading() as connection:
            return _read(connection, (topic, partition), offset, limit)

    def ends(self, topics: Sequence[str]) -> dict[Position, int]:
        with self.file.reading() as connection:
            return _ends(connection, topics)

    def committed(self, group: str, topics: Sequence[str]) -> dict[Position, int]:
        with self.file.reading() as connection:
            found = dict.fromkeys(_ends(connection, topics), 0)
            return found | {each: at for each, at in _offsets(connection, group).items() if each in found}

    def groups(self, topic: str) -> list[str]:
        with self.file.reading() as connection:
            sql = 'SELECT DISTINCT "group" FROM offsets WHERE topic = ? ORDER BY "group"'
            return [group for (group,) in connection.execute(sql, (topic,))]

    def place(self, group: str, positions: Mapping[Position, int]) -> None:
        rows = [(group, *position, offset) for position, offset in positions.items()]
        with self.file.writing() as connection:
            sql = 'SELECT 1 FROM members WHERE "group" = ? AND until >= ?'
            if connection.execute(sql, (group, self.clock())).fetchone():
                raise GroupInUse(f"the group {group} has members")
            connection.executemany("INSERT OR REPLACE INTO offsets VALUES (?, ?, ?, ?)", rows)

    def close(self) -> None:
        self.file.close()


def _head(connection: sqlite3.Connection, position: Position) -> int:
    row = connection.execute("SELECT next FROM heads WHERE topic = ? AND partition = ?", position).fetchone()
    if row is None:
        raise ValueError(f"the topic {position[0]} was never prepared")
    return int(row[0])


def _read(connection: sqlite3.Connection, position: Position, offset: int, limit: int) -> list[Delivered]:
    rows = connection.execute(
        "SELECT offset, key, headers, value FROM records WHERE topic = ? AND partition = ? AND offset >= ?"
        " ORDER BY offset LIMIT ?",
        (*position, offset, limit),
    )
    return [Delivered(*position, row[0], row[1], json.loads(row[2]), row[3]) for row in rows]


def _ends(connection: sqlite3.Connection, topics: Sequence[str]) -> dict[Position, int]:
    rows = connection.execute("SELECT topic, partition, next FROM heads ORDER BY topic, partition")
    return {(topic, partition): following for topic, partition, following in rows if topic in topics}


def _offsets(connection: sqlite3.Connection, group: str) -> dict[Position, int]:
    rows = connection.execute('SELECT topic, partition, offset FROM offsets WHERE "group" = ?', (group,))
    return {(topic, partition): offset for topic, partition, offset in rows}


class SqliteSubscriber:
    """A member of a group: holds its share of the twelve partitions, of all topics alike."""

    def __init__(self, log: SqliteLog, group: str, topics: tuple[str, ...]) -> None:
        self._log = log
        self._group = group
        self._topics = topics
        self._member = str(uuid_utils.uuid7())
        self._epochs: dict[int, int] = {}
        self._next: dict[Position, int] = {}
        self._renew_at = 0.0

    def poll(self, limit: int, timeout: float) -> list[Delivered]:
        if self._log.clock() >= self._renew_at:
            self._renew()
        found = self._fetch(limit)
        if not found and timeout > 0:
            self._log.file.wait(timeout)
            found = self._fetch(limit)
        return found

    def commit(self, positions: Mapping[Position, int]) -> None:
        """Without a sync of its own: an offset that is lost is read again, and skipped."""
        rows = [
            (self._group, *position, offset, self._group, position[1], self._member, self._epochs[position[1]])
            for position, offset in positions.items()
            if position[1] in self._epochs
        ]
        with self._log.file.writing(durable=False) as connection:
            connection.executemany(
                'INSERT OR REPLACE INTO offsets SELECT ?, ?, ?, ? FROM leases WHERE "group" = ?'
                " AND partition = ? AND member = ? AND epoch = ?",
                rows,
            )

    def close(self) -> None:
        with contextlib.suppress(Exception), self._log.file.writing() as connection:
            me = (self._group, self._member)
            connection.execute('DELETE FROM members WHERE "group" = ? AND member = ?', me)
            connection.execute('UPDATE leases SET member = NULL WHERE "group" = ? AND member = ?', me)

    def _fetch(self, limit: int) -> list[Delivered]:
        """From each partition held in turn, starting where the log has grown."""
        found: list[Delivered] = []
        with self._log.file.reading() as connection:
            for position, end in _ends(connection, self._topics).items():
                at = self._next.get(position)
                if at is None or at >= end or len(found) >= limit:
                    continue
                found += _read(connection, position, at, limit - len(found))
        for each in found:
            self._next[each.topic, each.partition] = each.offset + 1
        return found

    def _renew(self) -> None:
        """Renew this member's lease, forget dead members, take and give back partitions."""
        now = self._log.clock()
        self._renew_at = now + _LEASE_SECONDS / 3
        with self._log.file.writing(durable=False) as connection:
            connection.execute('DELETE FROM members WHERE "group" = ? AND until < ?', (self._group, now))
            connection.execute(
                "INSERT OR REPLACE INTO members VALUES (?, ?, ?)",
                (self._group, self._member, now + _LEASE_SECONDS),
            )
            rows = connection.execute('SELECT member FROM members WHERE "group" = ? ORDER BY member', (self._group,))
            alive = [row[0] for row in rows]
            epochs = self._share(connection, alive)
            offsets = _offsets(connection, self._group)
        for partition, epoch in epochs.items():
            if self._epochs.get(partition) != epoch:  # new to this member: go on from what is committed
                for topic in self._topics:
                    self._next[topic, partition] = offsets.get((topic, partition), 0)
        self._next = {each: at for each, at in self._next.items() if each[1] in epochs}
        self._epochs = epochs

    def _share(self, connection: sqlite3.Connection, alive: list[str]) -> dict[int, int]:
        rows = connection.execute('SELECT partition, member, epoch FROM leases WHERE "group" = ?', (self._group,))
        leases = {partition: (member, epoch) for partition, member, epoch in rows}
        mine = {}
        for partition in range(PARTITIONS):
            holder, epoch = leases.get(partition, (None, 0))
            if partition % len(alive) != alive.index(self._member):
                if holder == self._member:
                    self._lease(connection, partition, None, epoch)
            elif holder == self._member:
                mine[partition] = epoch
            elif holder not in alive:
                mine[partition] = epoch + 1
                self._lease(connection, partition, self._member, epoch + 1)
        return mine

    def _lease(self, connection: sqlite3.Connection, partition: int, member: str | None, epoch: int) -> None:
        connection.execute("INSERT OR REPLACE INTO leases VALUES (?, ?, ?, ?)", (self._group, partition, member, epoch))
