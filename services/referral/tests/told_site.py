"""A referral service whose clients are told by webhooks, and receivers that note what they hear."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from movewell.contracts import scheduling as scheduled
from movewell.contracts.types import Actor, AttendanceCode, RejectionReason
from movewell.keyring.sqlite import SqliteKeyring
from movewell.log.sqlite import SqliteLog
from movewell.service import Running, Service
from movewell.store.documents import stored
from movewell.store.sqlite import SqliteStore
from movewell.store.unit import Cause, new_id
from movewell.testing.bars_message import bars_headers, bars_referral
from movewell.testing.hand_clock import HandClock
from movewell.web.tokens import new_key
from referral.adapters.bars import read_message
from referral.application.decide_referral import erase_person
from referral.application.receive_referral import Secrecy, receive_referral
from referral.application.send_webhook import Courier
from referral.bootstrap import STORED, make_service
from referral.domain.delivery import Fault
from referral.domain.referral import Referral

TENANT, ELSEWHERE, REFERENCE = "ZT001", "ZT002", "SURGERY-0001"
START, KEY = datetime(2026, 11, 24, 9, 0, tzinfo=UTC), new_key()
IDS = ("2e9f1c7a-5f3e-4e0b-8a44-6a3f1f7c9d10", "2e9f1c7a-5f3e-4e0b-8a44-6a3f1f7c9d11")


@dataclass
class Heard:
    """A receiver: what it was sent, and what it answers (one after the other, then always that it has it)."""

    tenant: str = TENANT
    answers: list[Fault | None] = field(default_factory=list)
    sent: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def post(self, webhook_id: str, body: bytes) -> Fault | None:
        self.sent.append((webhook_id, json.loads(body)))
        return self.answers.pop(0) if self.answers else None

    def told(self) -> list[str]:
        return [body["type"] for _, body in self.sent]


class Site:
    """Referral with two systems that are told, and one that isn't; scheduling speaks beside it."""

    def __init__(self) -> None:
        self.surgery, self.clinic, self.seconds = Heard(), Heard(), 0.0
        self.log, self.clock, self.store = SqliteLog(None), HandClock(START), SqliteStore(None)
        self.keyring = SqliteKeyring(None, secret=b"k" * 32, service="referral")
        receivers = {"surgery": self.surgery, "clinic": self.clinic}
        courier = Courier(receivers, self.keyring, self.store, STORED, lambda: self.seconds)
        self.running = Running(make_service(self.keyring, courier), self.store, self.log, self.clock)
        self.scheduling = Running(Service("scheduling", stored()), SqliteStore(None), self.log, self.clock)
        for each in (self.running, self.scheduling):
            each.prepare()
        self.secrecy = Secrecy(self.keyring, b"k" * 32)
        self.relays = [self.running.relay(), self.scheduling.relay()]
        self.consumer, self.timers = self.running.reactions(), self.running.timers()

    def refer(self, client: str | None = "surgery", tenant: str = TENANT, reference: str = REFERENCE) -> str:
        body = json.dumps(bars_referral(reference=reference)).encode()
        incoming = read_message(body, bars_headers(*IDS), START.date())
        made = self.running.units.run(
            tenant, Cause("c"), lambda unit: receive_referral(unit, self.secrecy, incoming, client)
        )
        return made.id

    def decline(self, id: str, tenant: str = TENANT) -> None:
        self.change(id, lambda referral: referral.decline(RejectionReason.NOT_CLINICALLY_APPROPRIATE, START), tenant)

    def change(self, id: str, change: Any, tenant: str = TENANT) -> None:
        def work(unit: Any) -> None:
            referral = unit.get(Referral, id)
            change(referral)
            unit.save(referral)

        self.running.units.run(tenant, Cause("c"), work)

    def schedule(self, *events: Any) -> None:
        for event in events:
            self.scheduling.units.run(TENANT, Cause("c"), lambda unit, event=event: unit.publish(event))

    def hear(self) -> None:
        for relay in self.relays:
            while relay.step():
                pass
        while self.consumer.step(0):
            pass

    def follow(self) -> None:
        self.hear()
        while self.timers.step():
            pass

    def deliveries(self) -> list[dict[str, Any]]:
        return list(self.store.scan("deliveries"))

    def erase(self, id: str) -> None:
        person = self.running.units.read(TENANT, lambda unit: unit.get(Referral, id)).person_id
        self.running.units.run(TENANT, Cause("c"), lambda unit: erase_person(unit, person))


def booked_and_attended(id: str, times: int = 2) -> list[Any]:
    offer = scheduled.OfferAccepted(referral_id=id, offer_id=new_id(), by=Actor.PATIENT, accepted_at=START)
    names = {"referral_id": id, "code": AttendanceCode.ATTENDED, "starts_at": START, "recorded_at": START}
    came = [scheduled.SessionAttended(**names, booking_id=new_id(), session_id=new_id()) for _ in range(times)]
    counts = {"person_id": new_id(), "sessions_booked": times, "sessions_attended": times, "delivered_at": START}
    return [offer, *came, scheduled.ProgrammeDelivered(referral_id=id, **counts)]
