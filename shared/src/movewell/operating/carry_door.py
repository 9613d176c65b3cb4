"""The door `carry`: from what the service's settings name to what TO_DATABASE_URL and the like name."""

from __future__ import annotations

import contextlib
import os
from typing import Any

from movewell.adapters import open_keyring, open_log, open_store
from movewell.keyring.port import DESTROY, GRANTS
from movewell.operating.carry import Destination, Rings, carry
from movewell.service import Running
from movewell.settings import ServiceSettings, load


def carry_as_told(here: Running) -> dict[str, Any]:
    """What was carried. Raises SettingsIncomplete, and what `carry` raises."""
    destination, settings = load(Destination, os.environ), load(ServiceSettings, os.environ)
    with contextlib.ExitStack() as opened:
        store = open_store(destination.to_database_url)
        opened.callback(store.close)
        log = open_log(destination.to_event_log_url)
        opened.callback(log.close)
        there = Running(here.service, store, log, here.units.clock)
        there.prepare_store()
        return carry(here, there, _rings(here.service.name, settings, destination, opened))


def _rings(
    service: str, settings: ServiceSettings, destination: Destination, opened: contextlib.ExitStack
) -> Rings | None:
    """The keyring is carried by who may destroy a key, and by nobody else."""
    if DESTROY not in GRANTS.get(service, ()):
        return None
    rings = [
        open_keyring(url, settings.keyring_secret, service)
        for url in (settings.keyring_url, destination.to_keyring_url)
    ]
    for each in rings:
        opened.callback(each.close)
    return Rings(*rings)
