"""Who a self-referral is about: anybody may claim a number, so nothing that is known is given away or replaced."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from movewell.contracts.types import IntakeChannel, SourceOfReferral
from movewell.keyring.sealing import open_sealed
from movewell.keyring.sqlite import SqliteKeyring
from movewell.log.sqlite import SqliteLog
from movewell.service import Running
from movewell.store.sqlite import SqliteStore
from movewell.store.unit import Cause
from movewell.testing.hand_clock import HandClock
from referral.application.decide_referral import erase_person
from referral.application.find_by_reference import find_by_reference
from referral.application.receive_referral import (
    CONTACT,
    EMERGENCY_CONTACT,
    IDENTITY,
    SAID,
    Secrecy,
    receive_referral,
)
from referral.bootstrap import make_service
from referral.domain.incoming import (
    ContactMethod,
    CurrentTherapy,
    EmergencyContact,
    IncomingPerson,
    IncomingReferral,
    SelfReferral,
)
from referral.domain.person import Person
from referral.domain.reference import reference_of
from referral.domain.referral import Referral

TENANT, SECRET = "ZT001", b"k" * 32
NUMBER, BORN, ANOTHER_DAY = "9990000018", date(1984, 3, 9), date(1991, 1, 1)
REFERENCE, ANOTHER_REFERENCE = reference_of(2**64 - 1), reference_of(2**64 - 59)


class Site:
    def __init__(self) -> None:
        self.keyring = SqliteKeyring(None, secret=SECRET, service="referral")
        self.running = Running(make_service(self.keyring), SqliteStore(None), SqliteLog(None), HandClock())
        self.running.prepare()
        self.secrecy = Secrecy(self.keyring, SECRET)

    def do(self, work: Any) -> Any:
        return self.running.units.run(TENANT, Cause("c"), work)

    def refer(self, *, web: bool, email: str, born: date = BORN, reference: str = REFERENCE) -> Referral:
        person = IncomingPerson(
            nhs_number=NUMBER,
            family_name="Testwell",
            birth_date=born,
            email=email,
            preferred_contact=ContactMethod.EMAIL if web else None,
            may_leave_message=False if web else None,
            emergency_contact=EmergencyContact(name="Bo", phone="07700 900999") if web else None,
        )
        said = SelfReferral(therapy=CurrentTherapy.NONE, needs="Large print") if web else None
        incoming = IncomingReferral(
            person=person,
            source=SourceOfReferral.SELF if web else SourceOfReferral.GP_PRACTICE,
            channel=IntakeChannel.WEB if web else IntakeChannel.JSON,
            self_referral=said,
            referrer_reference=reference if web else None,
        )
        return self.do(lambda unit: receive_referral(unit, self.secrecy, incoming))

    def opened(self, person_id: str, purpose: str, sealed: str) -> dict[str, Any]:
        return open_sealed(self.keyring, TENANT, person_id, purpose, sealed)

    def person(self, referral: Referral) -> Person:
        return self.do(lambda unit: unit.get(Person, referral.person_id))

    def email(self, referral: Referral) -> str:
        person = self.person(referral)
        return self.opened(person.id, CONTACT, person.contact or "")["email"]


@pytest.fixture
def site() -> Iterator[Site]:
    made = Site()
    yield made
    made.keyring.close()


def test_a_new_person_is_registered_with_all_that_they_gave_sealed(site: Site) -> None:
    referral = site.refer(web=True, email="own@patients.example")
    person = site.person(referral)
    contact = site.opened(person.id, CONTACT, person.contact)
    assert contact == {
        "email": "own@patients.example", "phone": None, "preferred": "email", "may_leave_message": False
    }  # fmt: skip
    emergency = site.opened(person.id, EMERGENCY_CONTACT, person.emergency_contact)
    assert emergency == {"name": "Bo", "phone": "07700 900999"}
    (registered,) = [row for row in site.running.store.scan("outbox") if row["topic"] == "people"]
    assert person.emergency_contact in registered["value"]
    said = site.opened(person.id, SAID, referral.particulars[SAID])
    assert said == {"reference": REFERENCE, "therapy": "none", "therapy_service": None, "needs": "Large print"}


def test_whoever_knows_number_and_birth_date_refers_the_person_but_replaces_nothing(site: Site) -> None:
    known = site.refer(web=False, email="known@patients.example")
    claimed = site.refer(web=True, email="somebody@else.example")
    assert claimed.person_id == known.person_id
    assert site.email(known) == "known@patients.example"
    assert site.person(known).emergency_contact is None
    given = site.opened(claimed.person_id, CONTACT, claimed.particulars[CONTACT])
    assert given["email"] == "somebody@else.example", "the team sees what was given"
    assert site.opened(claimed.person_id, IDENTITY, claimed.particulars[IDENTITY])["family_name"] == "Testwell"


def test_with_another_birth_date_the_number_makes_nobody_the_person(site: Site) -> None:
    known = site.refer(web=False, email="known@patients.example")
    claimed = site.refer(web=True, email="somebody@else.example", born=ANOTHER_DAY)
    assert claimed.person_id != known.person_id
    assert (site.email(known), site.email(claimed)) == ("known@patients.example", "somebody@else.example")
    again = site.refer(web=False, email="new@patients.example")
    assert again.person_id == known.person_id, "the number stays with whom a referrer named"


def test_a_referrer_takes_a_claimed_number_from_who_was_born_on_another_day(site: Site) -> None:
    claimed = site.refer(web=True, email="somebody@else.example", born=ANOTHER_DAY)
    named = site.refer(web=False, email="known@patients.example")
    assert named.person_id != claimed.person_id
    assert site.email(claimed) == "somebody@else.example"
    assert site.person(claimed).nhs_number_mark is None
    assert site.refer(web=False, email="new@patients.example").person_id == named.person_id


def test_a_referrer_vouches_for_who_was_born_that_day(site: Site) -> None:
    claimed = site.refer(web=True, email="own@patients.example")
    named = site.refer(web=False, email="known@patients.example")
    assert named.person_id == claimed.person_id and not site.person(named).number_is_claimed
    assert site.email(named) == "known@patients.example"
    later = site.refer(web=False, email="later@patients.example", born=ANOTHER_DAY)
    assert later.person_id == claimed.person_id, "referrers' typing errors make no second person"


def test_an_open_referral_keeps_nobody_from_another(site: Site) -> None:
    first = site.refer(web=True, email="own@patients.example")
    second = site.refer(web=True, email="own@patients.example", reference=ANOTHER_REFERENCE)
    assert first.id != second.id and first.person_id == second.person_id and first.is_open


WRITINGS = {
    "as it is": lambda made: made,
    "in small letters, with spaces": lambda made: made.lower().replace("-", " "),
    "in one piece": lambda made: f" {made.replace('-', '')} ",
}


@pytest.mark.parametrize("how", WRITINGS)
def test_a_referral_is_found_by_its_reference_however_it_is_written(site: Site, how: str) -> None:
    referral = site.refer(web=True, email="own@patients.example")
    found = site.do(lambda unit: find_by_reference(unit, site.secrecy, WRITINGS[how](REFERENCE)))
    assert found.id == referral.id


def test_part_of_a_reference_finds_nothing_and_another_service_finds_nothing(site: Site) -> None:
    site.refer(web=True, email="own@patients.example")
    assert site.do(lambda unit: find_by_reference(unit, site.secrecy, REFERENCE[:-1])) is None
    assert site.do(lambda unit: find_by_reference(unit, site.secrecy, ANOTHER_REFERENCE)) is None
    elsewhere = site.running.units.run(
        "ZT002", Cause("c"), lambda unit: find_by_reference(unit, site.secrecy, REFERENCE)
    )
    assert elsewhere is None


def test_who_is_erased_leaves_nothing_of_a_self_referral(site: Site) -> None:
    referral = site.refer(web=True, email="own@patients.example")
    site.do(lambda unit: erase_person(unit, referral.person_id))
    erased = site.do(lambda unit: unit.get(Referral, referral.id))
    assert (erased.particulars, erased.referrer_mark) == ({}, None)
    assert site.person(referral).emergency_contact is None
