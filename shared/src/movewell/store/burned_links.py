"""Links that were used: each works once."""

from __future__ import annotations

from movewell.store.port import Collection, Duplicate
from movewell.store.unit import Cause, Units
from movewell.wire.schema import time_text

BURNED = Collection("burned_links")
COLLECTIONS = (BURNED,)


def burn(units: Units, tenant: str, jti: str) -> bool:
    """Use up a link; False if it was used before."""
    document = {"id": f"{tenant}/{jti}", "tenant": tenant, "used_at": time_text(units.clock.now())}
    try:
        units.run(tenant, Cause(""), lambda unit: unit.tx.add("burned_links", document))
    except Duplicate:
        return False
    return True
