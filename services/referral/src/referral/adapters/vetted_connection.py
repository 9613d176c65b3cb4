"""Connections to the public internet only: a name is resolved once, and what it resolves to is vetted and used.

Whoever runs the name servers of a receiver decides where its name leads. So no name is looked up again after
the vetting (DNS rebinding), one address that is not public refuses them all, and all that is read or waited for
is bounded: a stream ends with its deadline, however slowly it drips.
"""

from __future__ import annotations

import ipaddress
import socket
import time
from collections.abc import Callable, Iterable
from typing import Any

import httpcore

SECONDS = 5.0
MOST_BYTES = 64 * 1024
Resolve = Callable[[str, int], list[str]]
_UNICAST = ipaddress.ip_network("2000::/3")
_SPECIAL = tuple(map(ipaddress.ip_network, ("192.0.0.0/24", "192.88.99.0/24", "2001::/23", "2002::/16", "3fff::/20")))
"""Of the registries of special-purpose addresses (RFC 6890), what not every release of `ipaddress` knows; and all of
IPv6 outside of what is given out as global unicast, with it every form that holds an IPv4 address."""


class AddressRefused(Exception):
    """The name leads to where nothing may be sent."""


def resolve(host: str, port: int) -> list[str]:
    """The addresses of a host, by the system's resolver; numbers in any form that it takes are read by it too."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(each[4][0]) for each in found))


def is_public(address: str) -> bool:
    """Whether it is a unicast address of the public internet, and none that holds another address."""
    ip = ipaddress.ip_address(address)
    if ip.version == 6 and ip not in _UNICAST:
        return False
    return ip.is_global and not ip.is_multicast and not any(ip in each for each in _SPECIAL)


def is_loopback(address: str) -> bool:
    return ipaddress.ip_address(address).is_loopback


class VettedBackend(httpcore.NetworkBackend):
    """Opens the connections of one request. `allowed` judges each address; `deadline` is in time.monotonic()."""

    def __init__(self, allowed: Callable[[str], bool], deadline: float, resolve: Resolve = resolve) -> None:
        self._allowed, self._deadline, self._resolve = allowed, deadline, resolve
        self._inner = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Raises AddressRefused, httpcore.ConnectError, httpcore.ConnectTimeout."""
        try:
            addresses = self._resolve(host, port)
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError("The name is not known.") from error
        if not addresses or not all(map(self._allowed, addresses)):
            raise AddressRefused
        stream = self._inner.connect_tcp(addresses[0], port, left(self._deadline), None, socket_options)
        return BoundedStream(stream, self._deadline)

    def connect_unix_socket(self, *args: Any, **named: Any) -> httpcore.NetworkStream:
        raise AddressRefused


class BoundedStream(httpcore.NetworkStream):
    """A stream that ends with a deadline, and after so many bytes read."""

    def __init__(self, inner: httpcore.NetworkStream, deadline: float, most: int = MOST_BYTES) -> None:
        self._inner, self._deadline, self._left = inner, deadline, most

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        if self._left <= 0:
            raise httpcore.ReadError("The answer is too long.")
        read = self._inner.read(min(max_bytes, self._left), left(self._deadline))
        self._left -= len(read)
        return read

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, left(self._deadline))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: Any, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        inner = self._inner.start_tls(ssl_context, server_hostname, left(self._deadline))
        return BoundedStream(inner, self._deadline, self._left)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


def left(deadline: float) -> float:
    """Seconds until the deadline. Raises httpcore.ReadTimeout when it has passed."""
    seconds = deadline - time.monotonic()
    if seconds <= 0:
        raise httpcore.ReadTimeout("The receiver took too long.")
    return seconds
