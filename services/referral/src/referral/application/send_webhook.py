"""Send a webhook that is due, and settle by what its receiver answered."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from movewell.keyring.port import KeyDestroyed, Keyring, KeyUnknown
from movewell.keyring.sealing import SealBroken, open_sealed
from movewell.store.documents import Stored, from_document
from movewell.store.port import Store, Transaction
from movewell.store.timers import Timer
from movewell.store.unit import Unit
from movewell.telemetry import logger
from movewell.wire.schema import time_text

from referral.application.receive_referral import REFERENCE
from referral.application.tell_referrer import SENDS
from referral.domain.delivery import Delivery, DeliveryStatus, Fault
from referral.domain.referral import Referral, ReferralStatus

SILENCE_SECONDS = 30.0
"""How long a receiver that could not be reached is left alone, so that it does not hold up other timers."""
log = logger(__name__)


class Receiver(Protocol):
    """Where the webhooks of one client go. `tenant` is the client's."""

    tenant: str

    def post(self, webhook_id: str, body: bytes) -> Fault | None:
        """None if it was taken. Bounded in time and size."""


@dataclass
class Courier:
    """The effect of the timer, and its settling. `receivers` are by client id."""

    receivers: Mapping[str, Receiver]
    keyring: Keyring
    store: Store
    stored: Stored
    seconds: Callable[[], float] = time.monotonic
    _answers: dict[str, Fault | None] = field(default_factory=dict)
    _silent_until: dict[str, float] = field(default_factory=dict)

    def send(self, timer: Timer) -> None:
        """The effect. Repeated, it sends the same again, under the same id."""
        self._answers = {timer.subject: self._sent(timer)}

    def settle(self, timer: Timer, unit: Unit) -> None:
        """Done, tried again later, or given up."""
        delivery = unit.get(Delivery, timer.subject)
        if delivery.status is not DeliveryStatus.PENDING:
            return
        fault = self._answers[timer.subject]
        if fault is None:
            delivery.note_success(unit.now)
        elif (due := delivery.note_fault(fault, unit.now)) is not None:
            unit.later(SENDS, delivery.id, due)
        else:
            log.warning("webhook.given_up", webhook_id=delivery.id, client_id=delivery.client_id, fault=fault.value)
        unit.save(delivery)

    def _sent(self, timer: Timer) -> Fault | None:
        delivery, referral = self._read(timer.tenant, timer.subject)
        receiver = self.receivers.get(delivery.client_id)
        if receiver is None or receiver.tenant != timer.tenant:
            return Fault.UNREGISTERED
        silent = self.seconds() < self._silent_until.get(delivery.client_id, 0)
        if silent or referral.status is ReferralStatus.ERASED:
            return Fault.NOT_TRIED
        fault = receiver.post(delivery.id, self._body(delivery, referral))
        if fault is Fault.UNREACHABLE:
            self._silent_until[delivery.client_id] = self.seconds() + SILENCE_SECONDS
        return fault

    def _read(self, tenant: str, id: str) -> tuple[Delivery, Referral]:
        deliveries, referrals = self.stored.of(Delivery), self.stored.of(Referral)

        def both(tx: Transaction) -> tuple[Delivery, Referral]:
            delivery = from_document(Delivery, tx.get(deliveries, id))
            return delivery, from_document(Referral, tx.get(referrals, delivery.referral_id))

        return self.store.read(tenant, both)

    def _body(self, delivery: Delivery, referral: Referral) -> bytes:
        told = {
            "type": f"referral.{delivery.outcome.value}",
            "timestamp": time_text(delivery.happened_at),
            "data": {
                "referral_id": referral.id,
                "reference": self._reference(referral),
                "status": delivery.outcome.value,
            },
        }
        return json.dumps(told, separators=(",", ":"), ensure_ascii=False).encode()

    def _reference(self, referral: Referral) -> str | None:
        """The referrer's own; None where they gave none, or it can't be read any more."""
        if referral.referrer_reference is None:
            return None
        try:
            opened = open_sealed(
                self.keyring, referral.tenant, referral.person_id, REFERENCE, referral.referrer_reference
            )
        except (KeyDestroyed, KeyUnknown, SealBroken):
            return None
        return str(opened["text"])
