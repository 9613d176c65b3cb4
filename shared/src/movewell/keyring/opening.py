"""A keyring by its URL."""

from __future__ import annotations

from collections.abc import Mapping

from movewell.keyring.grants import Granted
from movewell.keyring.port import Keyring
from movewell.keyring.sqlite import SqliteKeyring


def open_keyring(url: str, *, secret: bytes, service: str, grants: Mapping[str, frozenset[str]]) -> Keyring:
    """The keyring at `url` as `service` may use it (see `Granted` for `grants`).

    `sqlite:///kept/here.db` is relative to the working directory, `sqlite:////kept/here.db` is absolute,
    `sqlite://` is in memory and for this caller alone. Raises WrongSecret, Unavailable; ValueError for
    another URL, and for a secret that has not 32 bytes.
    """
    path = None if url == "sqlite://" else url.removeprefix("sqlite:///")
    if path in (url, "", ":memory:"):
        raise ValueError("a keyring is at sqlite:///path, or sqlite:// for memory")
    return Granted(SqliteKeyring(path, secret), service, grants)
