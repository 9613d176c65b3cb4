"""Give persons from before family names were searchable their mark. Run again, it changes nothing."""

from __future__ import annotations

from movewell.keyring.port import KeyDestroyed
from movewell.keyring.sealing import open_sealed
from movewell.store.port import Store
from movewell.store.unit import Cause, Unit, Units, new_id

from referral.application.receive_referral import IDENTITY, Secrecy, family_name_mark
from referral.domain.person import Person


def mark_names(store: Store, units: Units, secrecy: Secrecy) -> int:
    """The number of persons that were given a mark, each in a transaction of its own."""
    lacking = [
        (each["tenant"], each["id"])
        for each in store.scan("people")
        if each.get("identity") is not None and each.get("family_name_mark") is None
    ]
    return sum(
        units.run(tenant, Cause(new_id()), lambda unit, id=id: _mark(unit, secrecy, id)) for tenant, id in lacking
    )


def _mark(unit: Unit, secrecy: Secrecy, person_id: str) -> bool:
    person = unit.get(Person, person_id)
    if person.identity is None or person.family_name_mark is not None:
        return False
    try:
        identity = open_sealed(secrecy.keyring, unit.tenant, person.id, IDENTITY, person.identity)
    except KeyDestroyed:
        return False
    person.family_name_mark = family_name_mark(unit.tenant, secrecy, identity["family_name"])
    unit.save(person)
    return person.family_name_mark is not None
