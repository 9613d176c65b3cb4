"""The story of a message: asked for by an event, planned once, sent once, or stopped."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from movewell.contracts import outcomes as scored
from movewell.contracts import people
from movewell.contracts import referral as said
from movewell.contracts import scheduling as scheduled
from movewell.contracts.types import (
    Actor,
    AttendanceCode,
    CancellationReason,
    CloseReason,
    EndCode,
    MessageKind,
    RejectionReason,
    RiskTrigger,
    SessionFormat,
)
from movewell.keyring.sealing import seal
from movewell.keyring.sqlite import SqliteKeyring
from movewell.log.sqlite import SqliteLog
from movewell.service import Running
from movewell.store.sqlite import SqliteStore
from movewell.store.timers import Timer
from movewell.store.unit import Cause
from movewell.web.links import LinkReader, mint_link
from movewell.web.tokens import new_key, public
from notifications.adapters.file_sink import FileSink
from notifications.application.send_message import Post
from notifications.bootstrap import STORED, make_service
from notifications.domain.correspondence import Addressee
from notifications.domain.message import Message, message_id
from notifications.domain.wording import when
from notifications.entrypoints.subscriptions import REACTIONS

TENANT = "ZT001"
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SESSION = START + timedelta(days=14)
KEY = new_key()
ADDRESS, PHONE = "zebedee.invented@patients.example", "07700900999"
TEAM = "team@clinic.example"


def uid(number: int) -> str:
    return str(UUID(int=number))


REFERRAL, PERSON, OFFER, QUESTIONNAIRE, RISK = (uid(n) for n in range(1, 6))
IDS = {"referral_id": REFERRAL, "person_id": PERSON}


def offered() -> scheduled.PlaceOffered:
    return scheduled.PlaceOffered(
        **IDS,
        offer_id=OFFER,
        format=SessionFormat.GROUP,
        venue_id="gym",
        sessions=8,
        first_starts_at=SESSION,
        offered_at=START,
        expires_at=START + timedelta(hours=48),
    )


def booked(ordinal: int = 1, starts_at: datetime = SESSION) -> scheduled.SessionBooked:
    return scheduled.SessionBooked(
        **IDS,
        booking_id=uid(100 + ordinal),
        session_id=uid(200 + ordinal),
        venue_id="gym",
        format=SessionFormat.GROUP,
        ordinal=ordinal,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=1),
    )


def cancelled(ordinal: int = 1) -> scheduled.BookingCancelled:
    return scheduled.BookingCancelled(
        referral_id=REFERRAL,
        booking_id=uid(100 + ordinal),
        session_id=uid(200 + ordinal),
        code=AttendanceCode.CANCELLED_BY_PATIENT,
        by=Actor.PATIENT,
        cancelled_at=START,
    )


def opened() -> scored.QuestionnaireOpened:
    return scored.QuestionnaireOpened(
        **IDS, questionnaire_id=QUESTIONNAIRE, booking_id=uid(101), ordinal=1, opened_at=START, due_at=SESSION
    )


def raised() -> scored.RiskRaised:
    return scored.RiskRaised(**IDS, risk_id=RISK, trigger=RiskTrigger.PHQ9_ITEM9, raised_at=START)


def signposted() -> said.ReferralSignposted:
    return said.ReferralSignposted(**IDS, activity="walking-group", signposted_at=START)


OF_OFFER = {"referral_id": REFERRAL, "offer_id": OFFER}
OF_QUESTIONNAIRE = {"referral_id": REFERRAL, "questionnaire_id": QUESTIONNAIRE}
ASKED_FOR = {
    MessageKind.OFFER: (offered(), OFFER),
    MessageKind.CONFIRMATION: (booked(1), uid(101)),
    MessageKind.REMINDER: (booked(2), uid(102)),
    MessageKind.QUESTIONNAIRE: (opened(), QUESTIONNAIRE),
    MessageKind.RISK_ALERT: (raised(), RISK),
    MessageKind.SIGNPOST: (signposted(), REFERRAL),
}
TO_PATIENTS = [kind for kind in ASKED_FOR if kind is not MessageKind.RISK_ALERT]
OVER = [
    (offered(), scheduled.OfferAccepted(**OF_OFFER, by=Actor.PATIENT, accepted_at=START)),
    (offered(), scheduled.OfferDeclined(**OF_OFFER, by=Actor.PATIENT, declined_at=START)),
    (offered(), scheduled.OfferLapsed(**OF_OFFER, lapsed_at=START)),
    (offered(), scheduled.OfferWithdrawn(**OF_OFFER, withdrawn_at=START)),
    (booked(2), cancelled(2)),
    (opened(), scored.QuestionnaireAnswered(**OF_QUESTIONNAIRE, by=Actor.PATIENT, answered_at=START)),
    (opened(), scored.QuestionnaireClosed(**OF_QUESTIONNAIRE, reason=list(CloseReason)[0], closed_at=START)),
]
ENDINGS = [
    said.ReferralCancelled(**IDS, reason=list(CancellationReason)[0], cancelled_at=START),
    said.ReferralWithdrawn(**IDS, withdrawn_at=START),
    said.ReferralDeclined(**IDS, reason=list(RejectionReason)[0], declined_at=START),
    said.ReferralDischarged(**IDS, end_code=list(EndCode)[0], discharged_at=START),
    said.ReferralErased(**IDS, erased_at=START),
]


def named(value: Any) -> str:
    return value.value if isinstance(value, MessageKind) else type(value).__name__


class HandClock:
    def __init__(self) -> None:
        self.moment = START

    def now(self) -> datetime:
        return self.moment


class Site:
    """Notifications on a store, a keyring and a sink of its own, driven by hand."""

    def __init__(self, folder: Path) -> None:
        self.clock, self.folder = HandClock(), folder
        self.keyring = SqliteKeyring(None, secret=b"k" * 32, service="referral")
        store = SqliteStore(None)
        self.post = Post(
            store=store,
            stored=STORED,
            keyring=self.keyring,
            sink=FileSink(folder),
            mint=partial(mint_link, KEY),
            public_url="https://movewell.example",
            team_mailbox=TEAM,
        )
        self.running = Running(make_service(self.post), store, SqliteLog(None), self.clock)
        self.running.prepare()

    def do(self, work: Any) -> Any:
        return self.running.units.run(TENANT, Cause("c"), work)

    def say(self, *events: Any) -> None:
        for event in events:
            self.do(lambda unit, event=event: REACTIONS[type(event)](event, unit))

    def sealed(self, email: str | None = ADDRESS) -> str:
        self.keyring.create(TENANT, PERSON)
        return seal(self.keyring, TENANT, PERSON, "contact", {"email": email, "phone": PHONE})

    def register(self, email: str | None = ADDRESS) -> None:
        contact = self.sealed(email)
        self.say(people.PersonRegistered(person_id=PERSON, identity=contact, contact=contact, registered_at=START))

    def erase(self) -> None:
        self.keyring.destroy(TENANT, PERSON)
        self.say(people.PersonErased(person_id=PERSON, erased_at=START))

    def fire(self, at: datetime | None = None) -> None:
        self.clock.moment = at or self.clock.moment
        loop = self.running.timers()
        while loop.step():
            pass
        assert [row["kind"] for row in self.rows("timers") if row["tries"]] == []

    def rows(self, collection: str) -> list[dict[str, Any]]:
        return list(self.running.store.scan(collection))

    def message(self, kind: MessageKind) -> Message | None:
        id = message_id(TENANT, kind, ASKED_FOR[kind][1])
        return self.do(lambda unit: unit.find_one(Message, id))

    def mails(self) -> dict[str, EmailMessage]:
        found = self.folder.glob("*.eml")
        return {each.stem: message_from_bytes(each.read_bytes(), policy=policy.default) for each in found}

    def mail(self, kind: MessageKind) -> EmailMessage:
        return self.mails()[message_id(TENANT, kind, ASKED_FOR[kind][1])]

    def events(self, name: str) -> list[dict[str, Any]]:
        rows = self.rows("outbox")
        return [row for row in rows if row["headers"]["ce_type"] == f"movewell.message.{name}.v1"]

    def reasons(self) -> set[str]:
        return {
            reason
            for row in self.events("stopped")
            for reason in ("referral_ended", "no_longer_true", "no_contact", "person_erased")
            if reason in str(row)
        }


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    made = Site(tmp_path / "sink")
    yield made
    made.keyring.close()


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


def test_only_the_first_session_is_confirmed_and_every_session_is_reminded_of(site: Site) -> None:
    site.register()
    site.say(booked(1), booked(2, SESSION + timedelta(days=7)))
    kinds = sorted(row["kind"] for row in site.rows("messages"))
    assert kinds == ["confirmation", "reminder", "reminder"]


def test_a_reminder_goes_48_hours_before_and_not_a_second_earlier(site: Site) -> None:
    site.register()
    site.say(booked(2))
    site.fire(SESSION - timedelta(hours=48, seconds=1))
    assert site.mails() == {}
    site.fire(SESSION - timedelta(hours=48))
    assert site.mail(MessageKind.REMINDER)["Date"].datetime == SESSION - timedelta(hours=48)


def test_a_session_in_less_than_48_hours_is_not_reminded_of(site: Site) -> None:
    site.register()
    site.say(booked(2, START + timedelta(hours=48)))
    assert site.rows("messages") == []


@pytest.mark.parametrize(("asks", "over"), OVER, ids=named)
def test_what_is_over_is_not_written_about(site: Site, asks: Any, over: Any) -> None:
    site.register()
    site.say(asks, over, over)
    site.fire(SESSION)
    assert site.mails() == {}
    assert len(site.events("stopped")) == 1
    assert site.reasons() == {"no_longer_true"}


def test_a_cancelled_booking_leaves_the_reminder_of_another(site: Site) -> None:
    site.register()
    site.say(booked(2), booked(3), cancelled(3))
    site.fire(SESSION)
    assert list(site.mails()) == [message_id(TENANT, MessageKind.REMINDER, uid(102))]


def test_an_offer_waits_for_the_contact(site: Site) -> None:
    site.say(offered())
    site.fire()
    assert site.message(MessageKind.OFFER).status.value == "awaiting_contact"
    assert (site.mails(), len(site.events("planned"))) == ({}, 1)
    site.register()
    assert [row["kind"] for row in site.rows("timers")] == ["message.sends"]
    site.fire(START + timedelta(days=8))
    assert site.mail(MessageKind.OFFER)["To"] == ADDRESS
    assert site.events("stopped") == []


def test_after_seven_days_without_a_contact_a_message_is_stopped(site: Site) -> None:
    site.say(offered())
    site.fire(START + timedelta(days=7, seconds=-1))
    assert site.message(MessageKind.OFFER).status.value == "awaiting_contact"
    site.fire(START + timedelta(days=7))
    site.register()
    site.fire()
    assert site.message(MessageKind.OFFER).status.value == "stopped"
    assert (site.mails(), site.reasons()) == ({}, {"no_contact"})


def test_a_contact_without_an_email_address_stops_the_message(site: Site) -> None:
    site.register(email=None)
    site.say(offered())
    site.fire()
    assert (site.mails(), site.reasons(), site.events("sent")) == ({}, {"no_contact"}, [])


def test_a_replaced_contact_is_the_one_written_to(site: Site) -> None:
    site.register()
    site.say(booked(2))
    new = site.sealed("zebedee.moved@patients.example")
    site.say(people.ContactReplaced(person_id=PERSON, contact=new, replaced_at=START))
    site.fire(SESSION)
    assert site.mail(MessageKind.REMINDER)["To"] == "zebedee.moved@patients.example"


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


def test_a_destroyed_key_alone_keeps_a_message_from_being_written(site: Site) -> None:
    site.register()
    site.say(offered())
    site.keyring.destroy(TENANT, PERSON)
    site.fire()
    assert (site.mails(), site.events("sent")) == ({}, [])


@pytest.mark.parametrize("kind", ASKED_FOR, ids=named)
def test_sending_again_after_a_crash_gives_the_same_bytes(site: Site, kind: MessageKind) -> None:
    site.register()
    site.say(ASKED_FOR[kind][0])
    id = message_id(TENANT, kind, ASKED_FOR[kind][1])
    timer = Timer("message.sends", id, TENANT, {})
    site.do(lambda unit: site.post.begin(timer, unit))
    site.post.write(timer)
    before = (site.folder / f"{id}.eml").read_bytes()
    (site.folder / f"{id}.eml").unlink()
    site.fire(SESSION + timedelta(days=1))
    assert (site.folder / f"{id}.eml").read_bytes() == before
    assert site.message(kind).status.value == "sent"
    assert [each.name for each in site.folder.iterdir() if each.suffix != ".eml"] == []


def test_a_message_on_its_way_is_not_stopped_by_an_ending(site: Site) -> None:
    site.register()
    site.say(offered())
    id = message_id(TENANT, MessageKind.OFFER, OFFER)
    site.do(lambda unit: site.post.begin(Timer("message.sends", id, TENANT, {}), unit))
    site.say(ENDINGS[0])
    site.fire()
    assert (list(site.mails()), site.events("stopped"), len(site.events("sent"))) == ([id], [], 1)


def test_a_stopped_message_is_not_written_by_a_timer_that_was_already_claimed(site: Site) -> None:
    site.register()
    site.say(offered(), ENDINGS[0])
    timer = Timer("message.sends", message_id(TENANT, MessageKind.OFFER, OFFER), TENANT, {})
    site.do(lambda unit: site.post.begin(timer, unit))
    site.post.write(timer)
    site.do(lambda unit: site.post.settle(timer, unit))
    assert (site.mails(), site.message(MessageKind.OFFER).status.value) == ({}, "stopped")


@pytest.mark.parametrize("ending", ENDINGS, ids=named)
@pytest.mark.parametrize("first", [True, False], ids=["ending first", "ending last"])
def test_after_an_ending_only_the_risk_alert_is_sent(site: Site, ending: Any, first: bool) -> None:
    asked = [offered(), booked(1), opened(), raised()]
    site.register()
    site.say(*([ending, *asked] if first else [*asked, ending]))
    site.fire(SESSION)
    assert list(site.mails()) == [message_id(TENANT, MessageKind.RISK_ALERT, RISK)]
    assert site.reasons() == (set() if first else {"referral_ended"})


def test_an_ending_says_nothing_about_another_referral_of_the_person(site: Site) -> None:
    site.register()
    other = said.ReferralWithdrawn(referral_id=uid(99), person_id=PERSON, withdrawn_at=START)
    site.say(offered(), other)
    site.fire()
    assert site.message(MessageKind.OFFER).status.value == "sent"


def test_signposting_sends_its_own_message_and_stops_the_others(site: Site) -> None:
    site.register()
    site.say(booked(2), signposted(), opened())
    site.fire(SESSION)
    assert list(site.mails()) == [message_id(TENANT, MessageKind.SIGNPOST, REFERRAL)]
    assert "walking group" in site.mail(MessageKind.SIGNPOST).get_content()


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


LINKS = [
    (MessageKind.OFFER, "scheduling", "offer", START + timedelta(hours=48)),
    (MessageKind.QUESTIONNAIRE, "outcomes", "questionnaire", SESSION + timedelta(days=7)),
]


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


def test_a_contact_is_in_the_message_and_nowhere_else(site: Site) -> None:
    site.register()
    site.say(offered(), booked(1), opened())
    site.fire(SESSION)
    assert len(site.mails()) == 4
    for collection in ("messages", "addressees", "correspondences", "timers", "outbox"):
        assert ADDRESS not in str(site.rows(collection))
        assert PHONE not in str(site.rows(collection))


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        ("2026-03-09T10:00:00Z", "Monday 9 March 2026 at 10:00am"),
        ("2026-03-30T09:00:00Z", "Monday 30 March 2026 at 10:00am"),
        ("2026-06-30T23:30:00Z", "Wednesday 1 July 2026 at 12:30am"),
    ],
)
def test_patients_read_london_time(moment: str, text: str) -> None:
    assert when(moment) == text
