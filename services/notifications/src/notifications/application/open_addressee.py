"""Open a name and a telephone number for one page; nothing of it is kept."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from movewell.keyring.personal import Personal
from movewell.keyring.port import KeyDestroyed, Keyring, KeyUnknown
from movewell.keyring.sealing import SealBroken, open_sealed
from movewell.store.documents import from_document
from movewell.store.unit import Unit

from notifications.domain.correspondence import Addressee


@dataclass(frozen=True)
class Known:
    """Who somebody is and where to call them; None where it isn't known or can no longer be opened."""

    name: Personal[str] | None = None
    phone: Personal[str] | None = None


def addressees(unit: Unit, person_ids: Iterable[str]) -> list[Addressee]:
    """What is kept, sealed, of each."""
    found = unit.tx.get_many("addressees", list(dict.fromkeys(person_ids)))
    return [from_document(Addressee, each) for each in found.values()]


def known(keyring: Keyring, kept: Iterable[Addressee]) -> dict[str, Known]:
    """By person. Raises Unavailable."""
    return {each.id: _known(keyring, each) for each in kept}


def _known(keyring: Keyring, kept: Addressee) -> Known:
    identity = _open(keyring, kept, "identity", kept.identity)
    phone = _open(keyring, kept, "contact", kept.contact).get("phone")
    name = " ".join(str(each) for each in [*identity.get("given_names", ()), identity.get("family_name")] if each)
    return Known(Personal(name) if name else None, Personal(str(phone)) if phone else None)


def _open(keyring: Keyring, kept: Addressee, purpose: str, sealed: str | None) -> dict[str, Any]:
    try:
        return open_sealed(keyring, kept.tenant, kept.id, purpose, sealed) if sealed else {}
    except (KeyDestroyed, KeyUnknown, SealBroken):
        return {}
