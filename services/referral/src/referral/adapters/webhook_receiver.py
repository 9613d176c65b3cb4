"""A configured receiver of webhooks, and one signed POST to it: no redirect is followed, no proxy is used."""

from __future__ import annotations

import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import httpcore
from movewell.settings import SettingsIncomplete
from movewell.web.system_clients import SystemClient

from referral.adapters.vetted_connection import (
    SECONDS,
    AddressRefused,
    Resolve,
    VettedBackend,
    is_loopback,
    is_public,
    resolve,
)
from referral.adapters.webhook_signature import read_secret, signed_headers
from referral.domain.delivery import Fault

_UNREACHABLE = (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError, OSError)


@dataclass(frozen=True)
class WebhookReceiver:
    """`secrets` are repeated in the signature header. `to_this_machine` allows http, and loopback alone."""

    tenant: str
    url: str
    secrets: tuple[bytes, ...] = field(repr=False)
    to_this_machine: bool = False
    resolve: Resolve = resolve
    tls: ssl.SSLContext | None = None

    def post(self, webhook_id: str, body: bytes) -> Fault | None:
        """None if it was taken, with a status of 200 to 299. Takes five seconds at most, name servers apart."""
        allowed = is_loopback if self.to_this_machine else is_public
        backend = VettedBackend(allowed, time.monotonic() + SECONDS, self.resolve)
        headers = signed_headers(self.secrets, webhook_id, int(time.time()), body)
        headers |= {"Host": urlsplit(self.url).netloc, "Content-Type": "application/json", "User-Agent": "Movewell"}
        try:
            with httpcore.ConnectionPool(self.tls, network_backend=backend) as pool:
                status = pool.request("POST", self.url, headers=headers, content=body).status
        except AddressRefused:
            return Fault.ADDRESS_REFUSED
        except _UNREACHABLE:
            return Fault.UNREACHABLE
        return _fault(status)


def _fault(status: int) -> Fault | None:
    if 200 <= status < 300:
        return None
    if status == 410:
        return Fault.GONE
    return Fault.REDIRECTED if 300 <= status < 400 else Fault.REFUSED


def read_receivers(
    given: Mapping[str, Any], clients: Mapping[str, SystemClient], *, to_this_machine: bool = False
) -> dict[str, WebhookReceiver]:
    """Client id → {"url", "secrets"}. Raises SettingsIncomplete."""
    return {id: _receiver(id, each, clients, to_this_machine) for id, each in given.items()}


def _receiver(id: str, given: Any, clients: Mapping[str, SystemClient], to_this_machine: bool) -> WebhookReceiver:
    try:
        secrets = tuple(read_secret(each) for each in given["secrets"])
        if not secrets or not _is_fit(given["url"], to_this_machine):
            raise ValueError(id)
        return WebhookReceiver(clients[id].tenant, given["url"], secrets, to_this_machine)
    except (KeyError, TypeError, ValueError, AttributeError):
        raise SettingsIncomplete(
            f"the webhook of {id} is malformed (a client of SYSTEM_CLIENTS, an https url without user or fragment,"
            " secrets of whsec_ and 24 to 64 bytes in base64)"
        ) from None


def _is_fit(url: str, to_this_machine: bool) -> bool:
    parts = urlsplit(url)
    schemes = ("http", "https") if to_this_machine else ("https",)
    plain = url.isascii() and url.isprintable() and " " not in url and "\\" not in url
    named = bool(parts.hostname) and parts.port != 0
    return plain and named and parts.scheme in schemes and "@" not in parts.netloc and not parts.fragment
