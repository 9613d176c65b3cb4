"""Events of the notifications service: what was planned, sent, or stopped. Never a contact or a text."""

from datetime import datetime

from movewell.contracts.declare import event
from movewell.contracts.types import Channel, MessageId, MessageKind, ReferralId, StopReason

OWNER = "notifications"


@event("message.planned", key="referral_id")
class MessagePlanned:
    """A message is to be sent at `due_at`."""

    referral_id: ReferralId
    message_id: MessageId
    kind: MessageKind
    channel: Channel
    due_at: datetime


@event("message.sent", key="referral_id")
class MessageSent:
    """The message was handed to its channel."""

    referral_id: ReferralId
    message_id: MessageId
    kind: MessageKind
    channel: Channel
    sent_at: datetime


@event("message.stopped", key="referral_id")
class MessageStopped:
    """A planned message will not be sent."""

    referral_id: ReferralId
    message_id: MessageId
    kind: MessageKind
    reason: StopReason
    stopped_at: datetime
