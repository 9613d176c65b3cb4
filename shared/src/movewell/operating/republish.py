"""Publish again what a topic has lost, from the service's journal.

What the log lacks becomes pending again, and the relay publishes it as it publishes everything: in order of each
key. A record counts as there when its key and sequence are, for by these consumers know it. The groups of all
services that read the topic go back to its beginning first: their offsets belong to what was lost, and what
they have applied they skip. Run again, it goes on where it ended.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from movewell.log.port import Delivered, Position
from movewell.operating import audit, marks
from movewell.service import Running
from movewell.store.port import ALL, Transaction

_CHUNK = 500


class NotOurTopic(Exception):
    """Only the service that owns a topic can publish it again."""


@dataclass(frozen=True)
class Republished:
    """What became of a topic: records that it lacked, and the groups that were placed at its beginning."""

    topic: str
    lacking: int
    placed: tuple[str, ...]


class Present:
    """Which sequences of each key are in the log, in little memory as long as there are no gaps."""

    def __init__(self) -> None:
        self._upto: dict[str, int] = {}
        self._beyond: set[tuple[str, int]] = set()

    def add(self, key: str, sequence: int) -> None:
        if sequence == self._upto.get(key, 0) + 1:
            self._upto[key] = sequence
        else:
            self._beyond.add((key, sequence))

    def __contains__(self, at: tuple[str, int]) -> bool:
        return at[1] <= self._upto.get(at[0], 0) or at in self._beyond


def republish(running: Running, topic: str, from_sequence: int = 1) -> Republished:
    """Make pending what the topic lacks, from a sequence of each key on. The relay publishes it.

    Raises NotOurTopic, Unavailable, and GroupInUse while anybody consumes the topic: then nothing was changed.
    """
    if topic not in audit.own_topics(running):
        raise NotOurTopic(f"{running.service.name} does not own the topic {topic}")
    audit.require_whole(running)
    running.prepare_log()
    lacking, ends = _lacking(running, topic, from_sequence)
    stale = [each for each in running.log.groups(topic) if lacking or _is_beyond(running, each, topic, ends)]
    for group in stale:
        running.log.place(group, dict.fromkeys(ends, 0))
    if lacking:
        marks.set_mark(running.store, marks.published(topic), {})  # it spoke of offsets that are no more
        ids = [id for _, _, id in sorted(lacking)]
        for start in range(0, len(ids), _CHUNK):
            chunk = ids[start : start + _CHUNK]
            running.store.transaction(ALL, lambda tx, chunk=chunk: _make_pending(tx, chunk))
    return Republished(topic, len(lacking), tuple(stale))


def publish_pending(running: Running) -> int:
    """Publish what is pending in the lanes that no other relay holds; the number of records. Raises Unavailable."""
    relay, published = running.relay(), 0
    try:
        while done := relay.step():
            published += done
    finally:
        relay.release()
    return published


def _lacking(running: Running, topic: str, from_sequence: int) -> tuple[set[tuple[str, int, str]], dict[Position, int]]:
    """(key, sequence, id) of what was published once and is not in the log; and where the log ends.

    The log is read, then the journal, then what came into the log since: what a relay has published in between
    is thus not taken for lost.
    """
    ends, present = running.log.ends([topic]), Present()
    _note(present, marks.tail(running.log, {}, ends))
    lacking = {
        (row["key"], row["sequence"], row["id"])
        for row in running.store.scan("outbox")
        if row["topic"] == topic and not row["pending"] and row["sequence"] >= from_sequence
        if (row["key"], row["sequence"]) not in present
    }
    now = running.log.ends([topic])
    _note(present, marks.tail(running.log, {partition: end for (_, partition), end in ends.items()}, now))
    return {each for each in lacking if each[:2] not in present}, now


def _note(present: Present, pages: Iterable[list[Delivered]]) -> None:
    for records in pages:
        for each in records:
            if read := audit.envelope_of(each):
                present.add(each.key, read.sequence)


def _is_beyond(running: Running, group: str, topic: str, ends: Mapping[Position, int]) -> bool:
    return any(at > ends[each] for each, at in running.log.committed(group, [topic]).items())


def _make_pending(tx: Transaction, ids: list[str]) -> None:
    for row in tx.get_many("outbox", ids).values():
        if not row["pending"]:
            tx.replace("outbox", {**row, "pending": True}, row["version"])
