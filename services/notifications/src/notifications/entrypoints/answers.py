"""What the JSON API of notifications answers."""

from __future__ import annotations

from marshmallow import Schema, fields
from movewell.contracts.types import MessageId, MessageKind
from movewell.wire.schema import Time, field_of

from notifications.domain.message import MessageStatus


class MessageSchema(Schema):
    """A message: never its text nor whom it is for."""

    message_id = field_of(MessageId)
    kind = field_of(MessageKind)
    status = field_of(MessageStatus)
    due_at = Time(required=True)


class MessagesSchema(Schema):
    """The messages of a referral."""

    items = fields.List(fields.Nested(MessageSchema), required=True)
