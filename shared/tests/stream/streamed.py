"""A log with events of two services, and one record that is no event."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from movewell.contracts import declaration_of, scheduling
from movewell.contracts.declare import Declaration, declarations
from movewell.log.port import EventLog, Record
from movewell.wire.event_documents import example

TENANTS = ("ZT001", "ZT002")


def record(declaration: Declaration, number: int, tenant: str = "ZT001", **headers: str) -> Record:
    """An example of the event, under a key of its own."""
    made = example(declaration)
    key = f"019a0000-0000-7000-8000-{number:012}"
    own = {"ce_id": f"id-{declaration.name}-{number}", "ce_tenant": tenant, "ce_partitionkey": key, **headers}
    value = {**made["value"], declaration.key: key}
    return Record(declaration.topic, key, {**made["headers"], **own}, json.dumps(value).encode())


def booked(number: int, tenant: str = "ZT001", **headers: str) -> Record:
    return record(declaration_of(scheduling.SessionBooked), number, tenant, **headers)


def fill(log: EventLog, records: Sequence[Record]) -> None:
    log.prepare(sorted({each.topic for each in declarations()}))
    assert all(log.publish(records))


def every_event() -> list[Record]:
    """One of each that is declared, for both tenants in turn."""
    return [record(each, number, TENANTS[number % 2]) for number, each in enumerate(declarations(), 1)]


def ids(records: Sequence[Record]) -> list[Any]:
    return sorted(each.headers["ce_id"] for each in records)
