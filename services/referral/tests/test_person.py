"""The person that a referral is about: registered, kept up to date, erased."""

from datetime import UTC, datetime, timedelta

import pytest
from movewell.contracts import people
from movewell.store.documents import from_document, to_document
from referral.domain.person import Person, PersonGone

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
LATER = NOW + timedelta(days=1)
PERSON_ID = "019a0000-0000-7000-8000-000000000002"


def person() -> Person:
    return Person.register(
        id=PERSON_ID, tenant="ZT001", identity="SEALED1=", contact="SEALED2=", nhs_number_mark="mark", now=NOW
    )


def test_a_registered_person_is_told_sealed_and_without_the_mark():
    assert person().take_events() == [
        people.PersonRegistered(person_id=PERSON_ID, identity="SEALED1=", contact="SEALED2=", registered_at=NOW)
    ]


def test_a_contact_is_replaced():
    somebody = person()
    somebody.take_events()
    somebody.replace_contact("SEALED3=", LATER)
    assert somebody.contact == "SEALED3="
    assert somebody.take_events() == [
        people.ContactReplaced(person_id=PERSON_ID, contact="SEALED3=", replaced_at=LATER)
    ]


def test_an_erased_person_keeps_nothing_and_is_told_once():
    somebody = person()
    somebody.take_events()
    somebody.erase(NOW)
    somebody.erase(LATER)
    assert (somebody.identity, somebody.contact, somebody.nhs_number_mark) == (None, None, None)
    assert somebody.erased_at == NOW
    assert somebody.take_events() == [people.PersonErased(person_id=PERSON_ID, erased_at=NOW)]
    assert from_document(Person, to_document(somebody)) == somebody


def test_the_contact_of_an_erased_person_is_not_replaced():
    somebody = person()
    somebody.erase(NOW)
    somebody.take_events()
    with pytest.raises(PersonGone):
        somebody.replace_contact("SEALED3=", LATER)
    assert (somebody.contact, somebody.take_events()) == (None, [])
