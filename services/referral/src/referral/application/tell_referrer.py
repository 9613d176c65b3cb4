"""What came of a referral is told to the system that sent it: one delivery, and a timer that sends it."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime
from typing import Any

from movewell.contracts import referral as said
from movewell.contracts import scheduling as scheduled
from movewell.store.unit import Unit

from referral.domain.delivery import Delivery, DeliveryStatus, Outcome, delivery_id
from referral.domain.referral import Referral, ReferralStatus

SENDS = "webhook.sends"
OUTCOMES: dict[type, tuple[Outcome, str]] = {
    said.ReferralAccepted: (Outcome.ACCEPTED, "accepted_at"),
    said.ReferralDeclined: (Outcome.DECLINED, "declined_at"),
    said.ReferralSignposted: (Outcome.SIGNPOSTED, "signposted_at"),
    said.ReferralCancelled: (Outcome.CANCELLED, "cancelled_at"),
    said.ReferralWithdrawn: (Outcome.WITHDRAWN, "withdrawn_at"),
    said.ReferralDischarged: (Outcome.DISCHARGED, "discharged_at"),
    scheduled.OfferAccepted: (Outcome.BOOKED, "accepted_at"),
    scheduled.SessionAttended: (Outcome.ATTENDED, "recorded_at"),
    scheduled.ProgrammeDelivered: (Outcome.DELIVERED, "delivered_at"),
}
"""Event → what it is told as, and the field that says when."""


def reactions(clients: Collection[str]) -> dict[type, Callable[[Any, Unit], None]]:
    """What is told to `clients`, those that a webhook is configured for; to nobody else."""
    told = {event: _telling(clients, outcome, moment) for event, (outcome, moment) in OUTCOMES.items()}
    return {**told, said.ReferralErased: stop_telling}


def _telling(clients: Collection[str], outcome: Outcome, moment: str) -> Callable[[Any, Unit], None]:
    def tell(event: Any, unit: Unit) -> None:
        referral = unit.find_one(Referral, event.referral_id)
        if referral is None or referral.status is ReferralStatus.ERASED or referral.client_id not in clients:
            return
        unit.touch(referral)  # erased meanwhile, nobody is told
        _plan(unit, referral.client_id, referral.id, outcome, getattr(event, moment))

    tell.__doc__ = f"Tell the system that referred: {outcome.value}."
    return tell


def _plan(unit: Unit, client_id: str, referral_id: str, outcome: Outcome, happened_at: datetime) -> None:
    id = delivery_id(unit.tenant, client_id, referral_id, outcome)
    if unit.find_one(Delivery, id) is not None:
        return
    unit.save(
        Delivery(
            id=id,
            tenant=unit.tenant,
            client_id=client_id,
            referral_id=referral_id,
            outcome=outcome,
            happened_at=happened_at,
        )
    )
    unit.later(SENDS, id, unit.now)


def stop_telling(event: said.ReferralErased, unit: Unit) -> None:
    """Who is erased is spoken of no more."""
    for delivery in unit.find(Delivery, {"referral_id": event.referral_id}, limit=len(Outcome)):
        if delivery.status is DeliveryStatus.PENDING:
            delivery.drop(unit.now)
            unit.save(delivery)
            unit.not_later(SENDS, delivery.id)
