"""What the platform is measured on: a log and stores that are embedded, or on servers that run meanwhile."""

from __future__ import annotations

import contextlib
import itertools
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from movewell.adapters import open_log, open_store
from movewell.log.port import EventLog
from movewell.store.port import Store

from deploy.local.kafka.broker import Broker
from deploy.local.mongo.stand_in import StandIn
from deploy.local.site import Site

NewSite = Callable[[], Site]


@contextlib.contextmanager
def ground(log: str, store: str) -> Iterator[NewSite]:
    """Makes sites, each with topics and databases of its own. `log`: sqlite or kafka; `store`: sqlite or mongo.

    Raises DidNotStart.
    """
    with tempfile.TemporaryDirectory(prefix="bench-") as scratch, contextlib.ExitStack() as ending:
        folder, numbers = Path(scratch), itertools.count()
        broker = Broker(folder / "kafka").start() if log == "kafka" else None
        if broker is not None:
            ending.callback(broker.stop)
        server = StandIn(folder / "mongo").start() if store == "mongo" else None
        if server is not None:
            ending.callback(server.kill)

        def new_site() -> Site:
            name = f"b{next(numbers)}"
            log_url = f"{broker.url}?prefix={name}." if broker is not None else None
            return Site.at(folder / name, log_url, server.url(f"{name}-DATABASE") if server is not None else None)

        yield new_site


def log_of(site: Site) -> EventLog:
    return open_log(site.environment("reporting", "", None)["EVENT_LOG_URL"])


def store_of(site: Site, service: str) -> Store:
    return open_store(site.store(service))
