"""A relay as a process, on any store and log, under a name that its leases are known by.

`python -m tests.kafka.publishing_member STORE_URL LOG_URL NAME`
"""

from __future__ import annotations

import sys

from movewell.adapters import open_log, open_store
from movewell.doors import work
from movewell.kernel import SystemClock
from movewell.service import Running, Service
from movewell.store.documents import stored


def publishing(store_url: str, log_url: str) -> Running:
    """Referral without anything but its outbox."""
    return Running(Service("referral", stored()), open_store(store_url), open_log(log_url), SystemClock())


if __name__ == "__main__":
    running = publishing(*sys.argv[1:3])
    running.owner = sys.argv[3]
    running.prepare_store()
    sys.exit(work(running, ("relay",)))
