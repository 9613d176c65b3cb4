"""A message that has nobody to go to is stopped, and says why; it never hangs."""

from __future__ import annotations

import pytest
from movewell.contracts import people
from movewell.contracts.types import MessageKind
from movewell.keyring.sealing import seal
from movewell.keyring.sqlite import SqliteKeyring
from notifications.domain.correspondence import Addressee

from .scene import ADDRESS, PERSON, SESSION, START, TENANT, Site, booked, offered, opened


def test_a_contact_without_an_email_address_stops_the_message(site: Site) -> None:
    site.register(email=None)
    site.say(offered())
    site.fire()
    assert (site.mails(), site.reasons(), site.events("sent")) == ({}, {"no_contact"}, [])


def test_nothing_is_written_to_an_erased_person_and_nothing_is_kept(site: Site) -> None:
    site.register()
    site.say(offered(), booked(1), opened())
    site.erase()
    site.say(booked(2))
    site.fire(SESSION)
    addressee = site.do(lambda unit: unit.get(Addressee, PERSON))
    assert (addressee.contact, addressee.erased) == (None, True)
    assert {row["status"] for row in site.rows("messages")} == {"stopped"}
    assert (site.mails(), site.reasons(), len(site.events("stopped"))) == ({}, {"person_erased"}, 4)


def test_a_destroyed_key_alone_stops_a_message_as_erased(site: Site) -> None:
    site.register()
    site.say(offered())
    site.keyring.destroy(TENANT, PERSON)
    site.fire()
    assert site.message(MessageKind.OFFER).status.value == "stopped"
    assert (site.mails(), site.events("sent"), site.reasons()) == ({}, [], {"person_erased"})


def test_a_key_that_is_nowhere_stops_a_message_as_erased(site: Site) -> None:
    elsewhere = SqliteKeyring(None, secret=b"k" * 32, service="referral")
    elsewhere.create(TENANT, PERSON)
    contact = seal(elsewhere, TENANT, PERSON, "contact", {"email": ADDRESS})
    site.say(people.PersonRegistered(person_id=PERSON, identity=contact, contact=contact, registered_at=START))
    site.say(offered())
    site.fire()
    assert site.message(MessageKind.OFFER).status.value == "stopped"
    assert (site.mails(), site.events("sent"), site.reasons()) == ({}, [], {"person_erased"})
    elsewhere.close()


def test_a_person_erased_while_a_message_is_on_its_way_is_not_written_to(site: Site) -> None:
    site.register()
    site.say(offered())
    site.begin(MessageKind.OFFER)
    site.erase()
    site.fire()
    assert (site.mails(), site.reasons(), site.rows("timers")) == ({}, {"person_erased"}, [])


def test_a_contact_that_cannot_be_opened_is_reported_and_nothing_hangs(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    site.keyring.create(TENANT, PERSON)
    damaged = seal(site.keyring, TENANT, PERSON, "another purpose", {"email": ADDRESS})
    site.say(people.PersonRegistered(person_id=PERSON, identity=damaged, contact=damaged, registered_at=START))
    site.say(offered())
    site.fire()
    assert site.message(MessageKind.OFFER).status.value == "stopped"
    assert (site.mails(), site.events("sent"), site.rows("timers")) == ({}, [], [])
    assert (len(site.events("stopped")), site.reasons()) == (1, {"no_contact"})
    assert [each.message for each in caplog.records if "undeliverable" in each.message] == ["message.undeliverable"]


def test_a_contact_that_comes_between_looking_and_settling_is_written_to(site: Site) -> None:
    site.register(email=None)
    site.say(offered())
    site.begin(MessageKind.OFFER)
    site.post.write(site.timer(MessageKind.OFFER))
    contact = site.sealed()
    site.say(people.ContactReplaced(person_id=PERSON, contact=contact, replaced_at=START))
    site.settle(MessageKind.OFFER)
    assert (site.mails(), site.events("stopped")) == ({}, [])
    site.fire()
    assert site.mail(MessageKind.OFFER)["To"] == ADDRESS
    assert site.message(MessageKind.OFFER).status.value == "sent"
