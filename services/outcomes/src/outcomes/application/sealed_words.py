"""Open names, seal and open notes, in memory and for one page; what is opened is not kept."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from movewell.keyring.personal import Personal
from movewell.keyring.port import KeyDestroyed, Keyring, KeyUnknown
from movewell.keyring.sealing import SealBroken, open_sealed, seal
from movewell.store.documents import from_document
from movewell.store.unit import Unit

from outcomes.domain.person import Person
from outcomes.domain.risk_item import RiskItem

_NOTE = "risk_note"
MOST_OF_A_NOTE = 1000
"""Characters."""


def persons(unit: Unit, person_ids: Iterable[str | None]) -> list[Person]:
    """What is kept, sealed, of each."""
    found = unit.tx.get_many("persons", [each for each in dict.fromkeys(person_ids) if each])
    return [from_document(Person, each) for each in found.values()]


class SealedWords:
    """Uses the service's grant on the keyring. Everything raises Unavailable while the keyring is away."""

    def __init__(self, keyring: Keyring) -> None:
        self._keyring = keyring

    def names(self, kept: Iterable[Person]) -> dict[str, Personal[str]]:
        """By person; nobody whose name isn't known, or can no longer be opened."""
        found = {each.id: _name(self._open(each.tenant, each.id, "identity", each.identity)) for each in kept}
        return {id: Personal(name) for id, name in found.items() if name}

    def seal_note(self, item: RiskItem, words: str) -> str | None:
        """The note on a risk item as ciphertext; None where there is nothing to say or nobody to say it of.

        Raises TooLongToSeal.
        """
        try:
            return seal(self._keyring, item.tenant, item.person_id, _NOTE, {"words": words}) if words else None
        except (KeyDestroyed, KeyUnknown):
            return None

    def note(self, item: RiskItem) -> Personal[str] | None:
        """What was noted when the item was closed, if it can be opened."""
        words = self._open(item.tenant, item.person_id, _NOTE, item.note).get("words")
        return Personal(str(words)) if words else None

    def _open(self, tenant: str, person_id: str, purpose: str, sealed: str | None) -> dict[str, Any]:
        try:
            return open_sealed(self._keyring, tenant, person_id, purpose, sealed) if sealed else {}
        except (KeyDestroyed, KeyUnknown, SealBroken):
            return {}


def _name(identity: dict[str, Any]) -> str:
    return " ".join(str(each) for each in [*identity.get("given_names", ()), identity.get("family_name")] if each)
