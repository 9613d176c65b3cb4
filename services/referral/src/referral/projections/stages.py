"""Where an open referral stands, by what all services have said of it."""

from __future__ import annotations

from enum import Enum

from movewell.store.port import Document


class Stage(str, Enum):
    """What is done next, and by whom, depends on this."""

    RECEIVED = "received"
    SCREENED = "screened"
    ACCEPTED = "accepted"
    WAITING = "waiting"
    OFFERED = "offered"
    BOOKED = "booked"
    DELIVERED = "delivered"


def stage_of(row: Document) -> Stage:
    """The furthest that an open referral has come.

    Accepted is who has no place, no offer, and is not on the waiting list: scheduling has yet to hear, or the patient
    said no.
    """
    if row.get("accepted_at") is None:
        return Stage.SCREENED if row.get("screened_at") else Stage.RECEIVED
    if row.get("delivered_at"):
        return Stage.DELIVERED
    if row.get("offer") == "open":
        return Stage.OFFERED
    if row.get("waiting_since"):
        return Stage.WAITING
    booked = [each for each in row.get("bookings", {}).values() if each.get("code") not in ("2", "4")]
    return Stage.BOOKED if booked else Stage.ACCEPTED
