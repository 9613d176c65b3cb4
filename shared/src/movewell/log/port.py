"""The event log: topics, partitions, records with key and headers, consumer groups, offsets."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

PARTITIONS = 12
"""Of every topic, for ever: the partition of a key never changes."""

MAX_RECORD_BYTES = 1_048_576
"""Of a record: key, headers and value together."""

Position = tuple[str, int]
"""A topic and a partition."""


@dataclass(frozen=True)
class Record:
    """What is published: headers are text, the value is bytes."""

    topic: str
    key: str
    headers: Mapping[str, str]
    value: bytes


@dataclass(frozen=True)
class Delivered:
    """A record as it lies in the log."""

    topic: str
    partition: int
    offset: int
    key: str
    headers: Mapping[str, str]
    value: bytes


def partition_of(key: str) -> int:
    """The partition of a key in the embedded log."""
    return zlib.crc32(key.encode()) % PARTITIONS


class RecordTooLarge(ValueError):
    """A record is larger than any log takes, so that it could never be published."""


def require_size(key: str, headers: Mapping[str, str], value: str) -> None:
    """Raises RecordTooLarge for a record of more than MAX_RECORD_BYTES."""
    texts = (key, *headers, *headers.values(), value)
    if sum(map(len, texts)) * 4 <= MAX_RECORD_BYTES:  # a character has four bytes at most
        return
    size = sum(len(each.encode()) for each in texts)
    if size > MAX_RECORD_BYTES:
        raise RecordTooLarge(f"a record of {size} bytes; a log takes {MAX_RECORD_BYTES}")


class GroupInUse(Exception):
    """The group has members: they would commit over where it is placed. Stop them first."""


class Subscriber(Protocol):
    """A member of a consumer group."""

    def poll(self, limit: int, timeout: float) -> list[Delivered]:
        """The next records of the partitions that this member holds; none after `timeout` seconds."""

    def commit(self, positions: Mapping[Position, int]) -> None:
        """Commit the offsets to go on from, where this member still holds the partition."""

    def close(self) -> None: ...


class EventLog(Protocol):
    """The log of the platform. Failures of the log itself are `movewell.errors.Unavailable`."""

    def prepare(self, topics: Sequence[str]) -> None: ...
    def publish(self, records: Sequence[Record]) -> list[bool]:
        """Publish in order; for each record whether the log has acknowledged it durably."""

    def subscribe(self, group: str, topics: Sequence[str]) -> Subscriber: ...
    def read(self, topic: str, partition: int, offset: int, limit: int) -> list[Delivered]:
        """Records from `offset`, outside of any group."""

    def ends(self, topics: Sequence[str]) -> dict[Position, int]:
        """The offset after the last record of each partition."""

    def committed(self, group: str, topics: Sequence[str]) -> dict[Position, int]:
        """Where the group goes on from; 0 where it has never committed."""

    def groups(self, topic: str) -> list[str]:
        """Every group that has an offset in the topic, by name; on Kafka also one that has only members there."""

    def place(self, group: str, positions: Mapping[Position, int]) -> None:
        """Let a group without members go on from these offsets, whatever it has committed. Raises GroupInUse.

        A member that was killed counts for as long as its lease or session lasts.
        """

    def close(self) -> None: ...
