"""What an operator does about records that wait or are set aside: resend or drop, the lowest sequence first.

Everything goes through the key's `progress` document, in the transaction that decides: live traffic that touches
the same key at the same moment comes before or after it, never between.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

from movewell.kernel import DomainError, NotFound
from movewell.log import waiting
from movewell.log.consumer import Consumer, advance
from movewell.log.incoming import envelope_of
from movewell.log.port import Delivered
from movewell.store.port import ALL, Document, Transaction
from movewell.store.unit import Unit, Units
from movewell.wire.envelope import Undecodable
from movewell.wire.schema import time_text

_CODE = re.compile(r"[a-z][a-z-]{1,62}")
_ACCOUNT = re.compile(r"[A-Za-z0-9_.-]{1,64}")

OpenConsumer = Callable[[str], Consumer]
"""A consumer of the service by its name. Raises NotFound."""


class EarlierWaits(DomainError):
    """An earlier record of the same key waits: it comes first."""

    code = "earlier-waits"


class SequenceMissing(DomainError):
    """The record before it has not come: it can be neither applied nor passed over."""

    code = "sequence-missing"


class StillUnreadable(DomainError):
    """A record that was set aside cannot be read by this release either."""

    code = "still-unreadable"


class ReasonMissing(DomainError):
    """Who drops a record says why, by a code: free text may hold what is personal."""

    code = "reason-missing"


@dataclass(frozen=True)
class Outcome:
    """What became of a record: applied, or waiting with an error class; `left` are those that wait on its key."""

    id: str
    outcome: str
    error: str | None
    due: str | None
    left: int


class WaitingList:
    """The waiting records of one service."""

    def __init__(self, units: Units, open_consumer: OpenConsumer) -> None:
        self._units = units
        self._open_consumer = open_consumer

    def waiting(self) -> Iterator[Document]:
        """Every waiting record, by consumer, topic and key; within a key in order of sequence."""
        rows = [(each["progress_id"], each["sequence"], shown_id(each)) for each in self._units.store.scan("waiting")]
        for _, _, id in sorted(rows):
            if row := self._units.store.read(ALL, lambda tx, id=id: _find(tx, id)):
                yield row

    def set_aside(self) -> Iterator[Document]:
        """Every record that was set aside."""
        return self._units.store.scan("set_aside")

    def find(self, id: str) -> tuple[str, Document]:
        """The collection and the document of the record that is shown by this id. Raises NotFound."""
        return self._units.store.read(ALL, lambda tx: _found(tx, id))

    def hindrance(self, row: Document) -> DomainError | None:
        """Why a waiting record can be neither resent nor dropped now."""
        try:
            self._units.store.read(ALL, lambda tx: _in_turn(tx, row))
        except (EarlierWaits, SequenceMissing) as error:
            return error
        return None

    def resend(self, id: str) -> Outcome:
        """Apply a record now. Raises NotFound, EarlierWaits, SequenceMissing, StillUnreadable, Unavailable."""
        collection, row = self.find(id)
        return self._meet_again(row) if collection == "set_aside" else self._try_now(row)

    def resend_key(self, progress_id: str) -> Outcome:
        """Apply the first waiting record of a key now. Raises as `resend` does."""
        row = self._units.store.read(ALL, lambda tx: waiting.first_of(tx, progress_id))
        if row is None:
            raise NotFound("Nothing waits on this key.")
        return self._try_now(row)

    def drop(self, id: str, reason: str, by: str) -> Outcome:
        """A record will never be applied; who, when and why is kept, with its headers and without its value.

        Raises NotFound, EarlierWaits, SequenceMissing, ReasonMissing, Unavailable.
        """
        if not _CODE.fullmatch(reason):
            raise ReasonMissing("A reason is a code such as wrong-schema: small letters and hyphens.")
        if not _ACCOUNT.fullmatch(by):
            raise ReasonMissing("Who answers for it is the name of an account, without spaces.")
        collection, row = self.find(id)
        if collection == "set_aside":
            self._units.system(lambda unit: _forget(unit, row["id"], reason, by))
            return Outcome(id, "dropped", None, None, 0)
        consumer = self._open_consumer(row["consumer"])
        try:
            self._units.system(lambda unit: _drop(unit, row["id"], reason, by))
            consumer.apply_waiting(row["progress_id"])
        finally:
            consumer.close()
        return Outcome(id, "dropped", None, None, self._left(row["progress_id"]))

    def _try_now(self, row: Document) -> Outcome:
        consumer = self._open_consumer(row["consumer"])
        try:
            self._units.system(lambda unit: _make_due(unit, row["id"]))
            consumer.apply_waiting(row["progress_id"])
        finally:
            consumer.close()
        return self._outcome(shown_id(row), row["progress_id"], row["sequence"])

    def _meet_again(self, row: Document) -> Outcome:
        delivered = waiting.record_set_aside(row)
        sequence = _readable(delivered)
        consumer = self._open_consumer(row["consumer"])
        try:
            progress_id = consumer.progress_id(delivered)
            consumer.apply([delivered])
            self._units.system(lambda unit: _take_back(unit, row["id"]))
            consumer.apply_waiting(progress_id)
        finally:
            consumer.close()
        return self._outcome(shown_id(row), progress_id, sequence)

    def _outcome(self, id: str, progress_id: str, sequence: int) -> Outcome:
        row = self._units.store.read(ALL, lambda tx: tx.get("waiting", f"{progress_id}/{sequence}"))
        if row is None:
            return Outcome(id, "applied", None, None, self._left(progress_id))
        return Outcome(id, "waiting", row["error"], row["due"], self._left(progress_id))

    def _left(self, progress_id: str) -> int:
        progress = self._units.store.read(ALL, lambda tx: tx.get("progress", progress_id))
        return progress["blocked"] if progress else 0


def shown_id(row: Document) -> str:
    """The id that a record is listed by: where it lies in the log, for a key may be anything in a poisonous one."""
    return f"{row['consumer']}/{row['topic']}/{row['partition']}/{row['offset']}"


def as_json(outcome: Outcome) -> dict[str, Any]:
    """The fields of an outcome."""
    return asdict(outcome)


def _find(tx: Transaction, id: str) -> Document | None:
    parts = id.rsplit("/", 3)
    if len(parts) != 4 or not (parts[2].isdecimal() and parts[3].isdecimal()):
        return None
    where = {"consumer": parts[0], "topic": parts[1], "partition": int(parts[2]), "offset": int(parts[3])}
    return next(iter(tx.find("waiting", where, limit=1)), None)


def _found(tx: Transaction, id: str) -> tuple[str, Document]:
    if row := _find(tx, id):
        return "waiting", row
    if row := tx.get("set_aside", id):
        return "set_aside", row
    raise NotFound("No record of this id waits or is set aside.")


def _in_turn(tx: Transaction, row: Document) -> Document:
    """The progress of a record whose turn it is. Raises EarlierWaits, SequenceMissing."""
    first, progress = waiting.first_of(tx, row["progress_id"]), tx.get("progress", row["progress_id"])
    if first is None or progress is None:
        raise NotFound("Nothing waits on this key.")
    following = progress["applied"] + 1
    if first["sequence"] != following:
        raise SequenceMissing(
            f"Sequence {following} of this key has not come; the first that waits is {first['sequence']}. What"
            " waits can be neither resent nor dropped over a missing record: look among those set aside, or let"
            " the service that owns the topic publish it again."
        )
    if first["sequence"] < row["sequence"]:
        raise EarlierWaits(f"An earlier record of the same key waits: {shown_id(first)}, sequence {following}.")
    return progress


def _current(unit: Unit, row_id: str) -> tuple[Document, Document]:
    row = unit.tx.get("waiting", row_id)
    if row is None:
        raise NotFound("The record does not wait any more.")
    return row, _in_turn(unit.tx, row)


def _make_due(unit: Unit, row_id: str) -> None:
    row, progress = _current(unit, row_id)
    waiting.try_now(unit, row)
    unit.tx.touch("progress", progress["id"], progress["version"])


def _drop(unit: Unit, row_id: str, reason: str, by: str) -> None:
    row, progress = _current(unit, row_id)
    unit.tx.add("dropped", _dropped(unit, row, reason, by))
    advance(unit, row, progress)


def _forget(unit: Unit, id: str, reason: str, by: str) -> None:
    row = unit.tx.get("set_aside", id)
    if row is None:
        raise NotFound("The record is not set aside any more.")
    earlier = unit.tx.get("dropped", id)
    if earlier is None:
        unit.tx.add("dropped", _dropped(unit, row, reason, by))
    else:  # set aside once more, when the whole log was delivered again
        unit.tx.replace("dropped", _dropped(unit, row, reason, by), earlier["version"])
    unit.tx.remove("set_aside", id, row["version"])


def _dropped(unit: Unit, row: Document, reason: str, by: str) -> Document:
    kept = ("id", "tenant", "consumer", "topic", "partition", "offset", "headers", "since")
    more = {"error": row.get("error"), "tries": row.get("tries", 0)}
    return {**{name: row[name] for name in kept}, **more, "reason": reason, "by": by, "at": time_text(unit.now)}


def _take_back(unit: Unit, id: str) -> None:
    row = unit.tx.get("set_aside", id)
    if row is not None:
        unit.tx.remove("set_aside", id, row["version"])


def _readable(delivered: Delivered) -> int:
    try:
        return envelope_of(delivered).sequence
    except Undecodable as error:
        raise StillUnreadable(f"It still cannot be read: {error.reason}.") from None
