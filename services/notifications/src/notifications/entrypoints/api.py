"""The JSON API of notifications: what was planned, sent or stopped for a referral. Never a contact or a text."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, request
from movewell.kernel import Invalid
from movewell.store.unit import Units
from movewell.web.accesses import note_seen
from movewell.web.policy import principal
from movewell.wire.schema import time_text

from notifications.domain.message import Message


def routes(units: Units) -> Blueprint:
    """The blueprint on the service's units of work."""
    api = Blueprint("api", __name__)

    @api.get("/api/messages")
    def get_messages() -> Response:
        referral_id = request.args.get("referral_id")
        if not referral_id:
            raise Invalid("Say which referral.", [("referral_id", "This is required.")])
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
