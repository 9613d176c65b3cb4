"""A message that is due is sent once, to whom it is for, whatever dies on the way."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from movewell.contracts import people
from movewell.contracts.types import MessageKind
from notifications.adapters.file_sink import FileSink
from notifications.domain.message import message_id

from .scene import (
    ADDRESS,
    ASKED_FOR,
    ENDINGS,
    PERSON,
    PHONE,
    REFERRAL,
    RISK,
    SESSION,
    START,
    TEAM,
    TENANT,
    Site,
    booked,
    named,
    offered,
    opened,
    raised,
)


@pytest.mark.parametrize("kind", ASKED_FOR, ids=named)
def test_a_message_is_planned_and_sent_once_however_often_it_is_asked_for(site: Site, kind: MessageKind) -> None:
    event, occasion = ASKED_FOR[kind]
    site.register()
    site.say(event, event)
    site.fire(SESSION)
    site.say(event)
    site.fire(SESSION + timedelta(days=30))
    id = message_id(TENANT, kind, occasion)
    assert site.message(kind).status.value == "sent"
    assert list(site.mails()).count(id) == 1
    for name in ("planned", "sent"):
        assert sum(id in str(row) for row in site.events(name)) == 1
    assert site.mail(kind)["Message-ID"] == f"<{id}@movewell.example>"


def test_a_replaced_contact_is_the_one_written_to(site: Site) -> None:
    site.register()
    site.say(booked(2))
    new = site.sealed("zebedee.moved@patients.example")
    site.say(people.ContactReplaced(person_id=PERSON, contact=new, replaced_at=START))
    site.fire(SESSION)
    assert site.mail(MessageKind.REMINDER)["To"] == "zebedee.moved@patients.example"


@pytest.mark.parametrize("kind", ASKED_FOR, ids=named)
def test_sending_again_after_a_crash_gives_the_same_bytes(site: Site, kind: MessageKind) -> None:
    """As if nothing had reached the disk the first time."""
    site.register()
    site.say(ASKED_FOR[kind][0])
    site.begin(kind)
    site.post.write(site.timer(kind))
    id = site.timer(kind).subject
    before = (site.folder / f"{id}.eml").read_bytes()
    for each in site.folder.iterdir():
        each.unlink()
    site.post = replace(site.post, sink=FileSink(site.folder))
    site.restart()
    site.fire(SESSION + timedelta(days=1))
    assert (site.folder / f"{id}.eml").read_bytes() == before
    assert site.message(kind).status.value == "sent"
    assert {each.name for each in site.folder.iterdir() if each.suffix != ".eml"} == {"accepted.jsonl"}
    assert (id, "again") not in site.accepted()


@pytest.mark.parametrize("kind", ASKED_FOR, ids=named)
def test_who_died_after_sending_does_not_send_twice(site: Site, kind: MessageKind) -> None:
    site.register()
    site.say(ASKED_FOR[kind][0])
    site.begin(kind)
    site.post.write(site.timer(kind))
    site.fire(SESSION + timedelta(days=1))
    id = site.timer(kind).subject
    assert [each for each in site.accepted() if each[0] == id] == [(id, "accepted"), (id, "again")]
    assert (list(site.mails()).count(id), site.message(kind).status.value) == (1, "sent")


def test_a_message_on_its_way_is_not_stopped_by_an_ending(site: Site) -> None:
    site.register()
    site.say(offered())
    site.begin(MessageKind.OFFER)
    site.say(ENDINGS[0])
    site.fire()
    assert list(site.mails()) == [site.timer(MessageKind.OFFER).subject]
    assert (site.events("stopped"), len(site.events("sent"))) == ([], 1)


def test_a_stopped_message_is_not_written_by_a_timer_that_was_already_claimed(site: Site) -> None:
    site.register()
    site.say(offered(), ENDINGS[0])
    site.begin(MessageKind.OFFER)
    site.post.write(site.timer(MessageKind.OFFER))
    site.settle(MessageKind.OFFER)
    assert (site.mails(), site.message(MessageKind.OFFER).status.value) == ({}, "stopped")


@pytest.mark.parametrize("known", [True, False], ids=["contact known", "person erased"])
def test_a_risk_alert_reaches_the_team_without_personal_details(site: Site, known: bool) -> None:
    site.register()
    if not known:
        site.erase()
    site.say(raised())
    site.fire()
    mail = site.mail(MessageKind.RISK_ALERT)
    assert mail["To"] == TEAM
    assert RISK in mail.get_content()
    for personal in (ADDRESS, PHONE, PERSON):
        assert personal not in mail.as_string()


def test_a_contact_is_in_the_message_and_nowhere_else(site: Site) -> None:
    site.register()
    site.say(offered(), booked(1), opened())
    site.fire(SESSION)
    assert len(site.mails()) == 4
    for personal in (ADDRESS, PHONE, PERSON, REFERRAL):
        assert personal not in (site.folder / "accepted.jsonl").read_text()
    for collection in ("messages", "addressees", "correspondences", "timers", "outbox"):
        assert ADDRESS not in str(site.rows(collection))
        assert PHONE not in str(site.rows(collection))
