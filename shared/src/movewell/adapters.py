"""Adapters by URL: the one place that knows which there are. What is not used is not imported."""

from __future__ import annotations

from pathlib import Path

from movewell.kernel import Clock, SystemClock
from movewell.keyring.port import Keyring
from movewell.log.port import EventLog
from movewell.movable_clock import MovableClock
from movewell.settings import ServiceSettings
from movewell.store.port import Store


class UnknownScheme(Exception):
    """No adapter answers to the URL. The message never holds it: it may carry a password."""


def open_store(url: str) -> Store:
    """The store at `sqlite:///path`, `sqlite://` (in memory) or `mongodb://host/database`. Raises UnknownScheme."""
    if _scheme(url) in ("mongodb", "mongodb+srv"):
        from movewell.store.mongo import MongoStore

        return MongoStore(url)
    from movewell.store.sqlite import SqliteStore

    return SqliteStore(_path(url, "mongodb://host/database"))


def open_log(url: str) -> EventLog:
    """The event log at `sqlite:///path`, `sqlite://` or `kafka://host:port,host:port`. Raises UnknownScheme."""
    if _scheme(url) in ("kafka", "kafka+ssl"):
        from movewell.log.kafka import KafkaLog
        from movewell.log.kafka_options import site_at

        return KafkaLog(site_at(url))
    from movewell.log.sqlite import SqliteLog

    return SqliteLog(_path(url, "kafka://host:port"))


def open_keyring(url: str, secret: bytes, service: str) -> Keyring:
    """The keyring, where a store could be, with the grants of `service`. Raises UnknownScheme."""
    if _scheme(url) in ("mongodb", "mongodb+srv"):
        from movewell.keyring.mongo import MongoKeyring

        return MongoKeyring(url, secret=secret, service=service)
    from movewell.keyring.sqlite import SqliteKeyring

    return SqliteKeyring(_path(url, "mongodb://host/database"), secret=secret, service=service)


def open_clock(settings: ServiceSettings) -> Clock:
    """Real time, or local mode's movable clock."""
    return SystemClock() if settings.clock_file is None else MovableClock(settings.clock_file)


def _scheme(url: str) -> str:
    return url.partition("://")[0]


def _path(url: str, other: str) -> str | None:
    if url == "sqlite://":
        return None
    if not url.startswith("sqlite:///"):
        raise UnknownScheme(f"no adapter for {_scheme(url)}: known are sqlite:///path and {other}")
    path = url.removeprefix("sqlite:///")
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    return path
