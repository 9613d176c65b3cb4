"""Adapters by URL: the one place that knows which there are."""

from __future__ import annotations

from pathlib import Path

from movewell.kernel import Clock, SystemClock
from movewell.keyring.sqlite import SqliteKeyring
from movewell.log.sqlite import SqliteLog
from movewell.movable_clock import MovableClock
from movewell.settings import ServiceSettings
from movewell.store.sqlite import SqliteStore


class UnknownScheme(Exception):
    """No adapter answers to the URL."""


def _path(url: str) -> str | None:
    if url == "sqlite://":
        return None
    if not url.startswith("sqlite:///"):
        raise UnknownScheme(f"no adapter for {url.partition(':')[0]}: known is sqlite:///path")
    path = url.removeprefix("sqlite:///")
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    return path


def open_store(url: str) -> SqliteStore:
    """The store at `sqlite:///path`, or `sqlite://` in memory. Raises UnknownScheme."""
    return SqliteStore(_path(url))


def open_log(url: str) -> SqliteLog:
    """The event log, likewise."""
    return SqliteLog(_path(url))


def open_keyring(url: str, secret: bytes, service: str) -> SqliteKeyring:
    """The keyring, likewise, with the grants of `service`."""
    return SqliteKeyring(_path(url), secret=secret, service=service)


def open_clock(settings: ServiceSettings) -> Clock:
    """Real time, or local mode's movable clock."""
    return SystemClock() if settings.clock_file is None else MovableClock(settings.clock_file)
