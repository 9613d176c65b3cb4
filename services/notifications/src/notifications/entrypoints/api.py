"""The JSON API of notifications: what was planned, sent or stopped for a referral. Never a contact or a text."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify
from movewell.store.unit import Units
from movewell.web.accesses import note_seen
from movewell.web.body import read_query
from movewell.web.declared import declared
from movewell.web.policy import principal
from movewell.web.queries import ReferralQuerySchema
from movewell.wire.schema import time_text

from notifications.domain.message import Message
from notifications.entrypoints.answers import MessagesSchema


def routes(units: Units) -> Blueprint:
    """The blueprint on the service's units of work."""
    api = Blueprint("api", __name__)

    @api.get("/api/messages")
    @declared("The messages of a referral", gives=MessagesSchema, query=ReferralQuerySchema)
    def get_messages() -> Response:
        referral_id = read_query(ReferralQuerySchema())["referral_id"]
        where = {"referral_id": referral_id}
        found = units.read(principal().tenant, lambda unit: unit.find(Message, where, limit=500))
        note_seen([referral_id] if found else [])
        return jsonify(
            items=[
                {
                    "message_id": each.id,
                    "kind": each.kind.value,
                    "status": each.status.value,
                    "due_at": time_text(each.due_at),
                }
                for each in found
            ]
        )

    return api
