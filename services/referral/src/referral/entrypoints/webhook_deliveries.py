"""What a system was told of its referrals, and what could not be delivered to it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify
from marshmallow import Schema, fields
from movewell.contracts.types import ReferralId
from movewell.store.unit import Units
from movewell.web.accesses import note_seen
from movewell.web.body import read_query
from movewell.web.declared import declared
from movewell.web.policy import principal
from movewell.wire.schema import Time, field_of, time_text

from referral.domain.delivery import Delivery, DeliveryStatus, Fault, Outcome

_MOST = 200


class DeliveriesQuerySchema(Schema):
    """`status`: which deliveries; those that were given up where it's left out."""

    status = fields.Enum(
        DeliveryStatus,
        by_value=True,
        load_default=DeliveryStatus.GIVEN_UP,
        error_messages={"unknown": "This is not known."},
    )


class DeliverySchema(Schema):
    """A webhook. `webhook_id` is the header of each of its tries."""

    webhook_id = fields.UUID(required=True)
    referral_id = field_of(ReferralId)
    outcome = field_of(Outcome)
    happened_at = Time(required=True)
    status = field_of(DeliveryStatus)
    tries = fields.Integer(required=True)
    last_fault = field_of(Fault, allow_none=True)


class DeliveriesSchema(Schema):
    """Of one status, the latest 200, the last to happen first."""

    items = fields.List(fields.Nested(DeliverySchema), required=True)


def add_delivery_list(blueprint: Blueprint, units: Units) -> None:
    """Add the route to the service's blueprint: each system sees its own."""

    @blueprint.get("/api/webhook-deliveries")
    @declared("Webhooks of one status, of who asks", gives=DeliveriesSchema, query=DeliveriesQuerySchema)
    def get_webhook_deliveries() -> Response:
        who, status = principal(), read_query(DeliveriesQuerySchema())["status"]
        where = {"client_id": who.subject, "status": status.value}
        found = units.read(
            who.tenant,
            lambda unit: unit.find(Delivery, where, order=("happened_at",), descending=True, limit=_MOST),
        )
        note_seen(each.referral_id for each in found)
        return jsonify(items=[_shown(each) for each in found])


def _shown(delivery: Delivery) -> dict[str, Any]:
    return {
        "webhook_id": delivery.id,
        "referral_id": delivery.referral_id,
        "outcome": delivery.outcome.value,
        "happened_at": time_text(delivery.happened_at),
        "status": delivery.status.value,
        "tries": delivery.tries,
        "last_fault": delivery.last_fault.value if delivery.last_fault else None,
    }
