"""Whether two stores, or two logs, hold the same: digests that don't depend on the adapter."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from movewell.log.port import EventLog
from movewell.operating import audit, marks
from movewell.store.port import Document, Store


def likeness_of(store: Store, name: str) -> dict[str, Any]:
    """The number of a collection's documents, and their digest in order of id."""
    digest, count = hashlib.sha256(), 0
    for each in store.scan(name):
        digest.update(json.dumps(_told(name, each), sort_keys=True).encode() + b"\n")
        count += 1
    return {"documents": count, "sha256": digest.hexdigest()}


def _told(name: str, document: Document) -> Document:
    """A row of the journal is the same before and after it is published."""
    if name != "outbox":
        return document
    return {field: value for field, value in document.items() if field not in ("pending", "version")}


class Streams:
    """The records of a topic, key by key in order of sequence: key, headers, value. Partitions and offsets don't
    count, nor does a record that a relay published a second time."""

    def __init__(self) -> None:
        self.last: dict[str, int] = {}
        self.records = 0
        self._chained: dict[str, bytes] = {}

    @classmethod
    def of(cls, log: EventLog, topic: str, upto: Mapping[str, int] | None = None) -> Streams:
        """The topic as it is; with `upto`, of each key not beyond this sequence."""
        made = cls()
        for records in marks.tail(log, {}, log.ends([topic])):
            for each in records:
                read = audit.envelope_of(each)
                if read is None or (upto is not None and read.sequence > upto.get(each.key, 0)):
                    continue
                made._add(each.key, read.sequence, json.dumps([dict(each.headers)], sort_keys=True), each.value)
        return made

    def digest(self) -> str:
        """Of all keys."""
        digest = hashlib.sha256()
        for key, chained in sorted(self._chained.items()):
            digest.update(f"{key} {self.last[key]} ".encode() + chained)
        return digest.hexdigest()

    def _add(self, key: str, sequence: int, headers: str, value: bytes) -> None:
        if sequence <= self.last.get(key, 0):
            return
        self.last[key] = sequence
        self.records += 1
        content = hashlib.sha256(headers.encode() + b"\0" + value).digest()
        self._chained[key] = hashlib.sha256(self._chained.get(key, b"") + content).digest()
