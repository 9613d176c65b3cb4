"""Whether a message is for us (BaRS Core, Standard pattern message headers).

"When a Receiver begins to process the payload, they must initially ensure it is for them": the receiver of
MessageHeader.destination refers to their organisation, its endpoint is a service of theirs; and the header
NHSD-Target-Identifier is what a message is routed by. A tenant's own identifiers are configured
(BARS_DESTINATIONS); with none configured, any destination is taken. What a message leaves out (the
official cancellation gives its receiver no code) is not held against it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from referral.adapters.bars_headers import ODS_CODES, Headers
from referral.adapters.bars_message import Message
from referral.adapters.fhir_nodes import Node, of_system, same_system
from referral.adapters.refusal import Issue

Identifiers = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Destinations:
    """Identifiers of one tenant, (system, value): its services and its organisations. Empty means any."""

    services: Identifiers = ()
    organisations: Identifiers = ()

    @classmethod
    def of(cls, written: Iterable[str]) -> Destinations:
        """From `system|value` texts."""
        every = [_identifier(each) for each in written]
        organisations = tuple(each for each in every if same_system(each[0], ODS_CODES))
        return cls(tuple(each for each in every if each not in organisations), organisations)


ANY = Destinations()


def destination_issues(message: Message, headers: Headers, own: Destinations) -> Iterator[Issue]:
    """What says that the message is for somebody else: header, endpoint and receiver, each by itself."""
    header = message.only("MessageHeader")
    if own.services:
        if headers.target is not None and not _is_one_of(own.services, headers.target):
            yield _not_ours("The header NHSD-Target-Identifier", "http.NHSD-Target-Identifier")
        endpoints = header.texts("destination.endpoint")
        if endpoints and not any(_is_one_of(own.services, _identifier(each.value)) for each in endpoints):
            yield _not_ours("MessageHeader.destination.endpoint", endpoints[0].path)
    if own.organisations:
        references = header.texts("destination.receiver.reference")
        codes = [code for each in references for code in _ods_codes(message.resolve(each.value))]
        if codes and not any(_is_one_of(own.organisations, (ODS_CODES, code)) for code in codes):
            yield _not_ours("MessageHeader.destination.receiver", references[0].path)


def _identifier(written: str) -> tuple[str, str]:
    system, _, value = written.rpartition("|")
    return system.strip(), value.strip()


def _is_one_of(own: Identifiers, written: tuple[str, str]) -> bool:
    system, value = written
    return any(same_system(system, of) and value.upper() == each.upper() for of, each in own)


def _ods_codes(organisation: Node | None) -> list[str]:
    identifiers = of_system(organisation.each("identifier"), ODS_CODES) if organisation else []
    return [value.value.strip() for each in identifiers for value in each.texts("value")]


def _not_ours(what: str, where: str) -> Issue:
    return Issue("value", f"{what} is not one that this receiver answers to.", where)
