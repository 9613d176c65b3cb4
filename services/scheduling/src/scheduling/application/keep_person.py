"""Keep what is sealed about a person, in any order of events; forget all of it when they are erased."""

from __future__ import annotations

from movewell.contracts.people import PersonErased, PersonRegistered
from movewell.store.unit import Unit

from scheduling.domain.person import Note, Person

_AT_ONCE = 500


def person_of(unit: Unit, person_id: str) -> Person:
    """Who it is; somebody of whom nothing is known, if nothing was told."""
    return unit.find_one(Person, person_id) or Person(id=person_id, tenant=unit.tenant)


def keep_person(event: PersonRegistered, unit: Unit) -> None:
    """Keep name and emergency contact, sealed as they came."""
    person = person_of(unit, event.person_id)
    if person.erased:
        return
    person.identity = event.identity
    person.emergency_contact = event.emergency_contact or person.emergency_contact
    unit.save(person)


def forget_person(event: PersonErased, unit: Unit) -> None:
    """Delete what was kept sealed: name, emergency contact, notes. Codes, times and ids stay."""
    person = person_of(unit, event.person_id)
    person.erase()
    unit.save(person)
    while notes := unit.find(Note, {"person_id": event.person_id}, limit=_AT_ONCE):
        for note in notes:
            unit.remove(note)
