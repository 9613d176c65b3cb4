"""Carry a service to another store, log and keyring: out of the embedded set, or back into it.

The service stands still meanwhile, and what it stands on stays as it was. Documents keep their versions. The
log is published again by the relay, from the journal that came along, for only the relay publishes: a key gets
the partition that the other log gives it, and its records come in their order. So offsets mean nothing there
and are left behind: groups begin at the beginning and skip by sequence what the store has applied. Likewise the
marks, so that the first start compares the whole log with the store; and the relay's leases.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from movewell import projections as projecting
from movewell.keyring.port import Keyring
from movewell.operating import audit
from movewell.operating.audit import UNFINISHED
from movewell.operating.backup import collections_of, is_empty
from movewell.operating.likeness import Streams, likeness_of
from movewell.operating.republish import publish_pending
from movewell.service import Running
from movewell.settings import setting
from movewell.store.outbox import LANES
from movewell.store.port import ALL, Document, In, Transaction

_LEFT_BEHIND = frozenset({"marks", "relay_lanes"})
_CHUNK = 500
_TRIES = 20
"""A second apart: longer than a relay that was killed holds its lanes."""


class CarryRefused(Exception):
    """Something is not as it must be. The message says what, and holds no personal data."""


@dataclass(frozen=True)
class Destination:
    """Where to carry to. From the environment, as the URLs may hold passwords."""

    to_database_url: str = setting("the store to carry to, which is empty")
    to_event_log_url: str = setting("the event log to carry to, whose topics are empty")
    to_keyring_url: str = setting("the keyring to carry to, which is empty")


@dataclass(frozen=True)
class Rings:
    """The keyring here and there, in the service that makes keys and destroys them."""

    here: Keyring
    there: Keyring


def carry(here: Running, there: Running, rings: Rings | None = None) -> dict[str, Any]:
    """Carry, compare, and only then let doors open there; counts and digests of what is alike.

    Run again after it stopped halfway, it goes on. Raises CarryRefused, GroupInUse, NotFitToStart, Unavailable.
    """
    _require_rest(here)
    generation = projecting.current_generation(here.store)
    names = [each for each in collections_of(here, generation) if each not in _LEFT_BEHIND]
    projecting.prepare(there.store, there.service.projections, generation)
    there.prepare_log()
    _begin(there, names, rings)
    if rings is not None:
        _carry_keys(rings)
    for name in names:
        _carry_documents(here, there, name)
    _publish(there)
    told = _compare(here, there, names)
    if rings is not None:
        told["keys"] = rings.there.doctor()
    there.store.transaction(ALL, lambda tx: tx.remove("marks", UNFINISHED, 1))
    return told


def _require_rest(here: Running) -> None:
    """Nobody consumes, and the store agrees with the log."""
    for group, names in here.groups().items():
        here.log.place(group, here.log.committed(group, names))  # where it is; refused while it has members
    audit.audit(here)
    if not is_empty(here, ["set_aside"]):
        raise CarryRefused("records are set aside, named by their place in this log: drop them first (waiting)")


def _begin(there: Running, names: list[str], rings: Rings | None) -> None:
    mark = there.store.read(ALL, lambda tx: tx.get("marks", UNFINISHED))
    if mark is not None and not mark.get("carried"):
        audit.require_whole(there)
    if mark is not None:
        return
    if not is_empty(there, [*names, *_LEFT_BEHIND]):
        raise CarryRefused("the store to carry to is not empty")
    if any(there.log.ends(audit.own_topics(there)).values()):
        raise CarryRefused("the topics to carry to are not empty")
    if any(at for group, names in there.groups().items() for at in there.log.committed(group, names).values()):
        raise CarryRefused("the groups have offsets in the log to carry to: they would pass over what is carried")
    if rings is not None and rings.there.kept():
        raise CarryRefused("the keyring to carry to is not empty")
    there.store.transaction(ALL, lambda tx: tx.add("marks", {"id": UNFINISHED, "tenant": ALL, "carried": True}))


def _carry_keys(rings: Rings) -> None:
    kept = rings.here.kept()
    rings.there.take_over(kept)
    if rings.there.kept() != kept:
        raise CarryRefused("the keyring to carry to holds other keys: empty everything there and begin again")


def _carry_documents(here: Running, there: Running, name: str) -> None:
    rows = iter(here.store.scan(name))
    while chunk := list(itertools.islice(rows, _CHUNK)):
        there.store.transaction(ALL, lambda tx, chunk=chunk: _put_back(tx, name, chunk))


def _put_back(tx: Transaction, name: str, chunk: Iterable[Document]) -> None:
    rows = {each["id"]: each for each in chunk}
    present = tx.get_many(name, list(rows))
    for id, row in rows.items():
        if id not in present:
            tx.put_back(name, {**row, "pending": True} if name == "outbox" else dict(row))


def _publish(there: Running) -> None:
    """All that is pending, if need be after the lanes of a relay that was killed are free."""
    pause = threading.Event()
    for _ in range(_TRIES):
        publish_pending(there)
        if not _pending(there):
            return
        pause.wait(1.0)
    raise CarryRefused("another relay publishes there: stop it and run this again")


def _pending(there: Running) -> int:
    where = {"pending": True, "lane": In(tuple(range(LANES)))}
    return there.store.read(ALL, lambda tx: tx.count("outbox", where, cap=1))


def _compare(here: Running, there: Running, names: list[str]) -> dict[str, Any]:
    collections, topics = {}, {}
    for name in names:
        collections[name] = likeness_of(here.store, name)
        if likeness_of(there.store, name) != collections[name]:
            raise CarryRefused(f"{name} is not alike: if nothing runs here, empty everything there and begin again")
    for topic in audit.own_topics(here):
        streams = Streams.of(here.log, topic)
        if Streams.of(there.log, topic, streams.last).digest() != streams.digest():
            raise CarryRefused(f"the topic {topic} is not alike: empty everything there and begin again")
        topics[topic] = {"records": streams.records, "sha256": streams.digest()}
    return {"collections": collections, "topics": topics}
