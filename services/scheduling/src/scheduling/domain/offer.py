"""An offer: seats on the sessions of a programme, held until somebody answers or time runs out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from movewell.contracts.scheduling import (
    OfferAccepted,
    OfferDeclined,
    OfferLapsed,
    OfferReturned,
    OfferWithdrawn,
    PlaceOffered,
)
from movewell.contracts.types import Actor, SessionFormat
from movewell.kernel import Aggregate, DomainError


class OfferClosed(DomainError):
    """The offer was answered, lapsed or taken back before."""

    code = "offer-closed"


class OfferStatus(str, Enum):
    """What became of an offer."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    LAPSED = "lapsed"
    WITHDRAWN = "withdrawn"
    RETURNED = "returned"


@dataclass(kw_only=True)
class Offer(Aggregate):
    """Seats held on `session_ids`, in order of time, until `expires_at`."""

    referral_id: str
    person_id: str
    format: SessionFormat
    venue_id: str
    session_ids: list[str]
    first_starts_at: datetime
    expires_at: datetime
    status: OfferStatus = OfferStatus.OPEN

    def announce(self, now: datetime) -> None:
        """Record that the place is offered."""
        self.record(
            PlaceOffered(
                referral_id=self.referral_id,
                person_id=self.person_id,
                offer_id=self.id,
                format=self.format,
                venue_id=self.venue_id,
                sessions=len(self.session_ids),
                first_starts_at=self.first_starts_at,
                offered_at=now,
                expires_at=self.expires_at,
            )
        )

    def accept(self, by: Actor, now: datetime) -> None:
        """Raises OfferClosed, also when the time is up though the lapse was not yet noticed."""
        if now >= self.expires_at:
            raise OfferClosed("The time to answer this offer has passed.")
        self._close(OfferStatus.ACCEPTED)
        self.record(OfferAccepted(referral_id=self.referral_id, offer_id=self.id, by=by, accepted_at=now))

    def decline(self, by: Actor, now: datetime) -> None:
        self._close(OfferStatus.DECLINED)
        self.record(OfferDeclined(referral_id=self.referral_id, offer_id=self.id, by=by, declined_at=now))

    def give_back(self, times: int, by: Actor, now: datetime) -> None:
        """The patient asks for another time; `times` counts how often they have."""
        self._close(OfferStatus.RETURNED)
        self.record(OfferReturned(referral_id=self.referral_id, offer_id=self.id, times=times, by=by, returned_at=now))

    def lapse(self, now: datetime) -> None:
        self._close(OfferStatus.LAPSED)
        self.record(OfferLapsed(referral_id=self.referral_id, offer_id=self.id, lapsed_at=now))

    def withdraw(self, now: datetime) -> None:
        self._close(OfferStatus.WITHDRAWN)
        self.record(OfferWithdrawn(referral_id=self.referral_id, offer_id=self.id, withdrawn_at=now))

    def _close(self, status: OfferStatus) -> None:
        if self.status is not OfferStatus.OPEN:
            raise OfferClosed("This offer is closed.")
        self.status = status
