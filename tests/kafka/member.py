"""A worker as a process, on any store and log: it writes down, key by key, the events it was given, in their order.

`python -m tests.kafka.member STORE_URL LOG_URL`
"""

from __future__ import annotations

import sys
from typing import Any

from movewell.adapters import open_log, open_store
from movewell.contracts.referral import ReferralWithdrawn
from movewell.doors import work
from movewell.kernel import SystemClock
from movewell.service import Running, Service
from movewell.store.documents import stored
from movewell.store.port import Collection
from movewell.store.unit import Unit

SEEN = Collection("seen")


def write_down(event: ReferralWithdrawn, unit: Unit) -> None:
    """The event's id goes at the end of its key's list, in the handler's own transaction."""
    kept: dict[str, Any] | None = unit.tx.get("seen", event.referral_id)
    if kept is None:
        unit.tx.add("seen", {"id": event.referral_id, "tenant": unit.tenant, "events": [unit.cause.causation_id]})
    else:
        changed = {**kept, "events": [*kept["events"], unit.cause.causation_id]}
        unit.tx.replace("seen", changed, kept["version"])


SERVICE = Service("scheduling", stored(), {ReferralWithdrawn: write_down}, collections=(SEEN,))


def member(store_url: str, log_url: str) -> Running:
    running = Running(SERVICE, open_store(store_url), open_log(log_url), SystemClock())
    running.prepare_store()
    return running


if __name__ == "__main__":
    work(member(*sys.argv[1:3]), ("consume",))
