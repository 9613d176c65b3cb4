"""Keep who a person is, sealed as it came, in any order of events; forget it when they are erased."""

from __future__ import annotations

from movewell.contracts.people import PersonErased, PersonRegistered
from movewell.store.unit import Unit

from outcomes.domain.person import Person


def keep_person(event: PersonRegistered, unit: Unit) -> None:
    """A person is known."""
    person = _person(unit, event.person_id)
    if not person.erased:
        person.identity = event.identity
        unit.save(person)


def forget_person(event: PersonErased, unit: Unit) -> None:
    """Nothing is known any more, and nothing will be."""
    person = _person(unit, event.person_id)
    person.identity, person.erased = None, True
    unit.save(person)


def _person(unit: Unit, person_id: str) -> Person:
    return unit.find_one(Person, person_id) or Person(id=person_id, tenant=unit.tenant)
