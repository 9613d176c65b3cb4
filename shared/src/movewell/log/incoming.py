"""Records as a consumer meets them, read before its transaction: what cannot be read fails no neighbour there."""

from __future__ import annotations

from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass

from movewell.log import waiting
from movewell.log.port import Delivered
from movewell.wire.envelope import Envelope, Received, Undecodable, decode, read_envelope

_MOST_SEQUENCE = 2**53


@dataclass(frozen=True)
class Incoming:
    """A record with its envelope, and where its key's progress is kept.

    `received` is its event, None where nobody here asks for it; `fault` is why it cannot be decoded, if it cannot.
    """

    delivered: Delivered
    envelope: Envelope
    progress_id: str
    received: Received | None = None
    fault: Exception | None = None


@dataclass(frozen=True)
class Unreadable:
    """A record without an envelope that can be read, and why."""

    delivered: Delivered
    reason: str


def read(
    records: Sequence[Delivered], wanted: Container[str], progress_id: Callable[[Delivered], str]
) -> tuple[list[Incoming], list[Unreadable]]:
    """Those that have a place in a stream, and the others. `wanted` are the types that have a handler."""
    incoming, unreadable = [], []
    for each in records:
        try:
            envelope = envelope_of(each)
        except Undecodable as error:
            unreadable.append(Unreadable(each, error.reason))
            continue
        received, fault = None, None
        try:
            received = event_of(each, envelope, wanted)
        except Exception as error:  # whatever a record does to its decoder, it fails alone
            fault = error
        incoming.append(Incoming(each, envelope, progress_id(each), received, fault))
    return incoming, unreadable


def envelope_of(delivered: Delivered) -> Envelope:
    """The envelope of a record that a consumer can place in a stream. Raises Undecodable."""
    envelope = read_envelope(delivered.headers)
    if envelope.partitionkey != delivered.key:
        raise Undecodable("the key is not that of the envelope")
    if envelope.sequence > _MOST_SEQUENCE:
        raise Undecodable("a header is malformed")
    return envelope


def event_of(delivered: Delivered, envelope: Envelope, wanted: Container[str]) -> Received | None:
    """The event, None where it is known that nobody asks for it. Raises Undecodable."""
    if envelope.type not in wanted and waiting.is_known(envelope.type):
        return None
    return decode(envelope, delivered.value)
