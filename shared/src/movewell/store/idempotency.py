"""Commands are idempotent: the same key and body get the stored answer, another body is refused."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from movewell.kernel import DomainError
from movewell.store.port import Collection, Duplicate
from movewell.store.unit import Cause, Unit, Units

COMMANDS = Collection("commands")
COLLECTIONS = (COMMANDS,)


class KeyReused(DomainError):
    """The idempotency key was used before with another body."""

    code = "idempotency-key-reused"


@dataclass(frozen=True)
class Answer:
    """What a command answered; `replayed` if it was answered before. Holds ids and codes only."""

    status: int
    body: Any
    replayed: bool = False


def once(
    units: Units,
    tenant: str,
    cause: Cause,
    *,
    scope: str,
    key: str,
    body: bytes,
    work: Callable[[Unit], tuple[int, Any]],
) -> Answer:
    """Run `work` once for (tenant, scope, key) and keep its answer in the same transaction.

    `scope` is the caller and the route. Raises KeyReused when the body differs.
    """
    id = hashlib.sha256("\x1f".join((tenant, scope, key)).encode()).hexdigest()
    digest = hashlib.sha256(key.encode() + b"\x1f" + body).hexdigest()

    def attempt(unit: Unit) -> Answer:
        earlier = unit.tx.get("commands", id)
        if earlier is not None:
            if earlier["digest"] != digest:
                raise KeyReused("This Idempotency-Key was used with another body.")
            return Answer(earlier["status"], earlier["body"], replayed=True)
        status, answer = work(unit)
        unit.tx.add("commands", {"id": id, "tenant": tenant, "digest": digest, "status": status, "body": answer})
        return Answer(status, answer)

    try:
        return units.run(tenant, cause, attempt)
    except Duplicate as lost:
        if lost.collection != "commands":
            raise
        return units.run(tenant, cause, attempt)
