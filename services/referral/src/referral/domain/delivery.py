"""A webhook to deliver: what came of a referral, told to the system that sent it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from uuid import UUID, uuid5

from movewell.kernel import Aggregate

_NAMES = UUID("6f6d7665-7765-4c6c-8f71-000000000003")
WAITS = tuple(
    timedelta(**each)
    for each in (
        {"seconds": 5},
        {"minutes": 5},
        {"minutes": 30},
        {"hours": 2},
        {"hours": 5},
        {"hours": 10},
        {"hours": 14},
        {"hours": 20},
        {"hours": 24},
    )
)
"""Between a try and the next, until it is given up: the schedule of the Standard Webhooks specification."""


class Outcome(str, Enum):
    """What a referrer is told. Each is told once of a referral; none says why."""

    ACCEPTED = "accepted"
    DECLINED = "declined"
    SIGNPOSTED = "signposted"
    CANCELLED = "cancelled"
    WITHDRAWN = "withdrawn"
    BOOKED = "booked"
    ATTENDED = "attended"
    DELIVERED = "delivered"
    DISCHARGED = "discharged"


class DeliveryStatus(str, Enum):
    """Where a delivery stands."""

    PENDING = "pending"
    DONE = "done"
    GIVEN_UP = "given_up"
    DROPPED = "dropped"


class Fault(str, Enum):
    """Why a try came to nothing. `not_tried` costs none: the receiver has just been silent, or nobody is to be told."""

    NOT_TRIED = "not_tried"
    UNREACHABLE = "unreachable"
    ADDRESS_REFUSED = "address_refused"
    REDIRECTED = "redirected"
    REFUSED = "refused"
    GONE = "gone"
    UNREGISTERED = "unregistered"


_FINAL = frozenset({Fault.GONE, Fault.UNREGISTERED})


def delivery_id(tenant: str, client_id: str, referral_id: str, outcome: Outcome) -> str:
    """The same outcome of a referral is the same delivery, for ever: receivers know a repetition by it."""
    return str(uuid5(_NAMES, f"{tenant}|{client_id}|{referral_id}|{outcome.value}"))


@dataclass(kw_only=True)
class Delivery(Aggregate):
    """`happened_at` is when the outcome came about; `last_fault` is that of the last try, if it had one."""

    client_id: str
    referral_id: str
    outcome: Outcome
    happened_at: datetime
    status: DeliveryStatus = DeliveryStatus.PENDING
    tries: int = 0
    last_fault: Fault | None = None
    settled_at: datetime | None = None

    def note_success(self, now: datetime) -> None:
        """The receiver has it."""
        self.tries, self.last_fault = self.tries + 1, None
        self._settle(DeliveryStatus.DONE, now)

    def note_fault(self, fault: Fault, now: datetime) -> datetime | None:
        """When to try again; None if it is given up."""
        if fault is Fault.NOT_TRIED:
            return now + WAITS[0]
        self.tries, self.last_fault = self.tries + 1, fault
        if fault in _FINAL or self.tries > len(WAITS):
            self._settle(DeliveryStatus.GIVEN_UP, now)
            return None
        return now + WAITS[self.tries - 1]

    def drop(self, now: datetime) -> None:
        """Nobody is to be told any more; nothing happens if it is settled."""
        if self.status is DeliveryStatus.PENDING:
            self._settle(DeliveryStatus.DROPPED, now)

    def _settle(self, status: DeliveryStatus, now: datetime) -> None:
        self.status, self.settled_at = status, now
