"""Open what is sealed about persons, in memory and for one page; nothing of it is kept.

A person's identity is sealed as one: what a page does not show is dropped here at once (ADR 0014).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from movewell.keyring.personal import Personal
from movewell.keyring.port import KeyDestroyed, Keyring, KeyUnknown
from movewell.keyring.sealing import SealBroken, open_sealed
from movewell.store.documents import from_document
from movewell.store.unit import Unit
from movewell.telemetry import logger

from scheduling.application.write_note import NOTE
from scheduling.domain.person import Note, Person

log = logger(__name__)


@dataclass(frozen=True)
class Called:
    """Whom to call for a person."""

    name: Personal[str]
    phone: Personal[str]


@dataclass(frozen=True)
class Known:
    """Who a patient is: a name, or why there is none; and whom to call, None if nobody was given."""

    person_id: str
    name: Personal[str] | None = None
    erased: bool = False
    emergency_contact: Called | None = None

    @property
    def in_order(self) -> tuple[bool, str, str]:
        """Names first, by the alphabet."""
        return (self.name is None, self.name.reveal().casefold() if self.name else "", self.person_id)


def persons(unit: Unit, person_ids: Iterable[str]) -> list[Person]:
    """What is kept, sealed, of each; somebody of whom nothing is known, where nothing was told."""
    ids = list(dict.fromkeys(person_ids))
    found = unit.tx.get_many("persons", ids)
    kept = {id: from_document(Person, document) for id, document in found.items()}
    return [kept.get(id) or Person(id=id, tenant=unit.tenant) for id in ids]


class Names:
    """Opens names, emergency contacts and notes with the service's grant. Raises Unavailable."""

    def __init__(self, keyring: Keyring) -> None:
        self.keyring = keyring

    def known(self, kept: Iterable[Person]) -> dict[str, Known]:
        """By person."""
        return {each.id: self._known(each) for each in kept}

    def text(self, note: Note) -> Personal[str] | None:
        """The words of a note; None if they can no longer be opened."""
        try:
            opened = self._open(note.tenant, note.person_id, NOTE, note.text)
        except KeyDestroyed:
            return None
        return Personal(str(opened["text"])) if opened else None

    def _known(self, kept: Person) -> Known:
        if kept.erased:
            return Known(kept.id, erased=True)
        try:
            identity = self._open(kept.tenant, kept.id, "identity", kept.identity)
            contact = self._open(kept.tenant, kept.id, "emergency_contact", kept.emergency_contact)
        except KeyDestroyed:
            return Known(kept.id, erased=True)
        return Known(kept.id, _name(identity), emergency_contact=_called(contact))

    def _open(self, tenant: str, person_id: str, purpose: str, sealed: str | None) -> dict[str, Any] | None:
        """Raises KeyDestroyed."""
        if sealed is None:
            return None
        try:
            return open_sealed(self.keyring, tenant, person_id, purpose, sealed)
        except (KeyUnknown, SealBroken) as fault:
            log.warning("name.unreadable", purpose=purpose, why=fault.code)
            return None


def _name(identity: dict[str, Any] | None) -> Personal[str] | None:
    if identity is None:
        return None
    words = [*identity.get("given_names", ()), identity.get("family_name")]
    return Personal(" ".join(str(each) for each in words if each)) if any(words) else None


def _called(contact: dict[str, Any] | None) -> Called | None:
    if contact is None or not (contact.get("name") or contact.get("phone")):
        return None
    return Called(Personal(str(contact.get("name") or "")), Personal(str(contact.get("phone") or "")))
