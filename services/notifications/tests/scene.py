"""Notifications on a store, a keyring and a sink of its own, driven by hand, and the events that it is told."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

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
from movewell.web.links import mint_link
from movewell.web.tokens import new_key
from notifications.adapters.file_sink import FileSink
from notifications.application.send_message import Post
from notifications.bootstrap import STORED, make_service
from notifications.domain.message import Message, message_id
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


def moved(ordinal: int = 1, moves: int = 1, to: datetime = SESSION + timedelta(days=2)) -> scheduled.BookingMoved:
    return scheduled.BookingMoved(
        **IDS,
        booking_id=uid(100 + ordinal),
        session_id=uid(300 + moves),
        moves=moves,
        former_starts_at=SESSION,
        starts_at=to,
        ends_at=to + timedelta(hours=1),
        by=Actor.PATIENT,
        moved_at=START,
    )


BY_PATIENT, BY_PROVIDER = AttendanceCode.CANCELLED_BY_PATIENT, AttendanceCode.CANCELLED_BY_PROVIDER


def cancelled(
    ordinal: int = 1, code: AttendanceCode = BY_PATIENT, starts_at: datetime = SESSION, at: datetime = START
) -> scheduled.BookingCancelled:
    return scheduled.BookingCancelled(
        referral_id=REFERRAL,
        booking_id=uid(100 + ordinal),
        session_id=uid(200 + ordinal),
        code=code,
        by=Actor.PATIENT if code is BY_PATIENT else Actor.STAFF,
        starts_at=starts_at,
        cancelled_at=at,
        person_id=PERSON,
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
    MessageKind.MOVE: (moved(3), f"{uid(103)}/1"),
}
TO_PATIENTS = [kind for kind in ASKED_FOR if kind is not MessageKind.RISK_ALERT]
OVER = [
    (offered(), scheduled.OfferAccepted(**OF_OFFER, by=Actor.PATIENT, accepted_at=START)),
    (offered(), scheduled.OfferDeclined(**OF_OFFER, by=Actor.PATIENT, declined_at=START)),
    (offered(), scheduled.OfferLapsed(**OF_OFFER, lapsed_at=START)),
    (offered(), scheduled.OfferWithdrawn(**OF_OFFER, withdrawn_at=START)),
    (offered(), scheduled.OfferReturned(**OF_OFFER, times=1, by=Actor.PATIENT, returned_at=START)),
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
        self.restart()
        self.running.prepare()

    def restart(self) -> None:
        """The same store, and what `post` is now."""
        self.running = Running(make_service(self.post), self.post.store, SqliteLog(None), self.clock)

    def do(self, work: Any) -> Any:
        return self.running.units.run(TENANT, Cause("c"), work)

    def say(self, *events: Any) -> None:
        for event in events:
            self.do(lambda unit, event=event: REACTIONS[type(event)](event, unit))

    def sealed(self, email: str | None = ADDRESS) -> str:
        self.keyring.create(TENANT, PERSON)
        return seal(self.keyring, TENANT, PERSON, "contact", {"email": email, "phone": PHONE})

    def timer(self, kind: MessageKind) -> Timer:
        return Timer("message.sends", message_id(TENANT, kind, ASKED_FOR[kind][1]), TENANT, {})

    def begin(self, kind: MessageKind) -> None:
        self.do(lambda unit: self.post.begin(self.timer(kind), unit))

    def settle(self, kind: MessageKind) -> None:
        """As the timers do it: the timer is gone before it is settled."""
        timer = self.timer(kind)
        self.do(lambda unit: (unit.not_later(timer.kind, timer.subject), self.post.settle(timer, unit)))

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

    def accepted(self) -> list[tuple[str, str]]:
        """What the sink's list says: (message id, outcome)."""
        path = self.folder / "accepted.jsonl"
        lines = path.read_text().splitlines() if path.exists() else []
        return [(line["message_id"], line["outcome"]) for line in map(json.loads, lines)]

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
