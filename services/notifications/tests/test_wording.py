"""What a message says, and where its link leads."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from movewell.contracts.types import MessageKind
from movewell.web.links import LinkReader
from movewell.web.tokens import public
from notifications.domain.message import message_id
from notifications.domain.wording import when

from .scene import ADDRESS, ASKED_FOR, KEY, SESSION, START, TENANT, TO_PATIENTS, Site, named

LINKS = [
    (MessageKind.OFFER, "scheduling", "offer", START + timedelta(hours=48)),
    (MessageKind.QUESTIONNAIRE, "outcomes", "questionnaire", SESSION + timedelta(days=7)),
]


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


@pytest.mark.parametrize(("kind", "audience", "purpose", "expires_at"), LINKS)
def test_the_link_in_a_message_is_read_by_the_service_that_it_is_for(
    site: Site, kind: MessageKind, audience: str, purpose: str, expires_at: datetime
) -> None:
    site.register()
    event, subject = ASKED_FOR[kind]
    site.say(event)
    site.fire()
    start = f"https://movewell.example/{purpose}/link/"
    (line,) = [each for each in site.mail(kind).get_content().splitlines() if each.startswith(start)]
    link = LinkReader(public(KEY), audience).read(line.removeprefix(start), START)
    assert (link.purpose, link.subject, link.tenant) == (purpose, subject, TENANT)
    assert (link.jti, link.expires_at) == (message_id(TENANT, kind, subject), expires_at)


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
