"""What a message says, and where its link leads."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from movewell.contracts.types import MessageKind
from movewell.web.links import Link, LinkReader
from movewell.web.tokens import public
from notifications.domain.invitation import invitations
from notifications.domain.message import Message, message_id
from notifications.domain.wording import when, when_of

from .scene import ADDRESS, ASKED_FOR, KEY, REFERRAL, SESSION, START, TENANT, TO_PATIENTS, Site, booked, named, uid

A_WEEK = timedelta(days=7)
LINKS = [
    (MessageKind.OFFER, "scheduling", "offer", START + timedelta(hours=48)),
    (MessageKind.QUESTIONNAIRE, "outcomes", "questionnaire", SESSION + A_WEEK),
    (MessageKind.CONFIRMATION, "scheduling", "booking", SESSION + A_WEEK),
    (MessageKind.REMINDER, "scheduling", "booking", SESSION + A_WEEK),
    (MessageKind.REMINDER, "outcomes", "progress", SESSION + A_WEEK),
    (MessageKind.MOVE, "scheduling", "booking", SESSION + timedelta(days=2) + A_WEEK),
]
OF_REFERRAL = ("booking", "progress")


@pytest.mark.parametrize("kind", TO_PATIENTS, ids=named)
def test_a_patient_finds_help_lines_inside_and_nothing_clinical_outside(site: Site, kind: MessageKind) -> None:
    site.register()
    site.say(ASKED_FOR[kind][0])
    site.fire(SESSION)
    mail = site.mail(kind)
    text = mail.get_content()
    assert mail["To"] == ADDRESS
    assert mail.get_content_type() == "text/plain"
    assert "appointment" in mail["Subject"]
    for word in ("therap", "depress", "anxi", "mental", "phq", "gad", "risk", "exercise"):
        assert word not in mail["Subject"].lower()
    for line in ("111 and choose option 2", "999", "116 123"):
        assert line in text


def link_in(site: Site, kind: MessageKind, audience: str, purpose: str) -> Link:
    start = f"https://movewell.example/{purpose}/link/"
    (line,) = [each for each in site.mail(kind).get_content().splitlines() if each.startswith(start)]
    return LinkReader(public(KEY), audience).read(line.removeprefix(start), START)


@pytest.mark.parametrize(("kind", "audience", "purpose", "expires_at"), LINKS)
def test_the_link_in_a_message_is_read_by_the_service_that_it_is_for(
    site: Site, kind: MessageKind, audience: str, purpose: str, expires_at: datetime
) -> None:
    site.register()
    event, subject = ASKED_FOR[kind]
    site.say(event)
    site.fire(SESSION)
    link = link_in(site, kind, audience, purpose)
    assert (link.purpose, link.tenant, link.expires_at) == (purpose, TENANT, expires_at)
    assert link.subject == (REFERRAL if purpose in OF_REFERRAL else subject)


@pytest.mark.parametrize("kind", [MessageKind.OFFER, MessageKind.QUESTIONNAIRE], ids=named)
def test_the_only_link_of_a_message_is_used_up_by_the_messages_own_id(site: Site, kind: MessageKind) -> None:
    site.register()
    event, subject = ASKED_FOR[kind]
    site.say(event)
    site.fire(SESSION)
    ((_, audience, purpose, _),) = [each for each in LINKS if each[0] is kind]
    assert link_in(site, kind, audience, purpose).jti == message_id(TENANT, kind, subject)


def test_two_links_of_a_message_are_used_up_one_by_one(site: Site) -> None:
    site.register()
    site.say(booked(2), booked(3))
    site.fire(SESSION)
    found = [invitations(site.do(lambda unit, n=n: unit.get(Message, reminder(n)))) for n in (2, 3)]
    assert len({each.jti for message in found for each in message}) == 4


def reminder(ordinal: int) -> str:
    return message_id(TENANT, MessageKind.REMINDER, uid(100 + ordinal))


@pytest.mark.parametrize("kind", [MessageKind.CONFIRMATION, MessageKind.REMINDER, MessageKind.MOVE], ids=named)
def test_a_message_says_how_long_its_link_is_good_for(site: Site, kind: MessageKind) -> None:
    site.register()
    site.say(ASKED_FOR[kind][0])
    site.fire(SESSION)
    until = when_of(next(each[3] for each in LINKS if each[0] is kind))
    text = site.mail(kind).get_content()
    assert f"on the same phone or computer until {until}" in text
    assert "works once" in text


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        ("2026-03-09T10:00:00Z", "Monday 9 March 2026 at 10am"),
        ("2026-03-30T09:00:00Z", "Monday 30 March 2026 at 10am"),
        ("2026-03-09T18:30:00Z", "Monday 9 March 2026 at 6:30pm"),
        ("2026-03-09T12:00:00Z", "Monday 9 March 2026 at midday"),
        ("2026-03-10T00:00:00Z", "Tuesday 10 March 2026 at midnight"),
        ("2026-06-30T23:30:00Z", "Wednesday 1 July 2026 at 12:30am"),
    ],
)
def test_patients_read_london_time(moment: str, text: str) -> None:
    assert when(moment) == text
