"""A message: one purpose, one occasion, sent at most once."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from uuid import UUID, uuid5

from movewell.contracts.notifications import MessagePlanned, MessageSent, MessageStopped
from movewell.contracts.types import Channel, MessageKind, StopReason
from movewell.kernel import Aggregate

_NAMES = UUID("6f6d7665-7765-4c6c-8f71-000000000002")


class MessageStatus(str, Enum):
    """Where a message stands."""

    AWAITING_CONTACT = "awaiting_contact"
    PLANNED = "planned"
    SENDING = "sending"
    SENT = "sent"
    STOPPED = "stopped"


def message_id(tenant: str, kind: MessageKind, occasion: str) -> str:
    """The same purpose and occasion give the same message, for ever."""
    return str(uuid5(_NAMES, f"{tenant}|{kind.value}|{occasion}"))


@dataclass(kw_only=True)
class Message(Aggregate):
    """`facts` are ids, numbers and times that the wording needs: nothing personal.

    `settled_at` is when it was sent or stopped, `stopped_for` why it was stopped; None on what was settled before
    these were kept.
    """

    referral_id: str
    person_id: str
    kind: MessageKind
    occasion: str
    due_at: datetime
    facts: dict[str, str | int] = field(default_factory=dict)
    status: MessageStatus = MessageStatus.AWAITING_CONTACT
    settled_at: datetime | None = None
    stopped_for: StopReason | None = None

    @property
    def is_unsent(self) -> bool:
        """It can still be stopped. Once it is being sent it cannot: somebody may have it."""
        return self.status in (MessageStatus.AWAITING_CONTACT, MessageStatus.PLANNED)

    def announce(self) -> None:
        """Record that it is planned, also while the contact is still awaited."""
        self.record(
            MessagePlanned(
                referral_id=self.referral_id,
                message_id=self.id,
                kind=self.kind,
                channel=Channel.EMAIL,
                due_at=self.due_at,
            )
        )

    def plan(self) -> None:
        """There is somebody to send it to: it can be sent when it is due."""
        if self.status is MessageStatus.AWAITING_CONTACT:
            self.status = MessageStatus.PLANNED

    def begin_sending(self) -> None:
        """From here on it counts as sent, unless there is nobody to send it to."""
        if self.status is MessageStatus.PLANNED:
            self.status = MessageStatus.SENDING

    def mark_sent(self, now: datetime) -> None:
        """It was handed to its channel."""
        if self.status is not MessageStatus.SENDING:
            return
        self.status, self.settled_at = MessageStatus.SENT, now
        self.record(
            MessageSent(
                referral_id=self.referral_id,
                message_id=self.id,
                kind=self.kind,
                channel=Channel.EMAIL,
                sent_at=now,
            )
        )

    def stop(self, reason: StopReason, now: datetime) -> None:
        """It will not be sent; nothing happens if it was sent or stopped before."""
        if self.status in (MessageStatus.SENT, MessageStatus.STOPPED):
            return
        self.status, self.settled_at, self.stopped_for = MessageStatus.STOPPED, now, reason
        self.record(
            MessageStopped(
                referral_id=self.referral_id,
                message_id=self.id,
                kind=self.kind,
                reason=reason,
                stopped_at=now,
            )
        )
