"""No webhook goes anywhere but to the public internet, whatever is written or whatever a name leads to."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from ipaddress import IPv4Address
from typing import Any

import pytest
from referral.adapters.vetted_connection import is_public
from referral.adapters.webhook_receiver import WebhookReceiver
from referral.domain.delivery import Fault

NOT_FOR_US = [
    "0.0.0.0",  # noqa: S104
    "10.0.0.1",
    "10.255.255.255",
    "100.64.0.1",
    "127.0.0.1",
    "127.1.2.3",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.8",
    "192.0.2.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
]
IPV6 = [
    "::1",
    "::",
    "fe80::1",
    "fc00::1",
    "fd00:ec2::254",
    "ff02::1",
    "ff0e::1",
    "fec0::1",
    "2001:db8::1",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "100::1",
    "64:ff9b:1::1",
    "::2",
    "3fff::1",
    "5f00::1",
]


def written(address: str) -> Iterator[str]:
    """The forms in which an IPv4 address can be written where a host stands."""
    number, (a, b, c, d) = int(IPv4Address(address)), (int(each) for each in address.split("."))
    yield from (address, str(number), hex(number), f"0{number:o}", f"{a}.{number % 2**24}", f"{a}.{b}.{number % 2**16}")
    yield from (".".join(f"0{each:o}" for each in (a, b, c, d)), ".".join(hex(each) for each in (a, b, c, d)))
    for before in ("::ffff:", "::", "64:ff9b::"):
        yield f"[{before}{address}]"
    yield f"[::ffff:{number >> 16:x}:{number % 2**16:x}]"
    yield f"[2002:{number >> 16:x}:{number % 2**16:x}::1]"


CORPUS = [host for address in NOT_FOR_US for host in written(address)] + [f"[{each}]" for each in IPV6]


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Every connection that is tried at the socket layer; none succeeds."""
    tried: list[Any] = []

    def connect(address: Any, *more: Any, **named: Any) -> None:
        tried.append(address)
        raise OSError("not in a test")

    monkeypatch.setattr(socket, "create_connection", connect)
    return tried


def receiver(url: str, *leads_to: str, here: bool = False) -> WebhookReceiver:
    answers = iter([list(leads_to)])
    resolving = {"resolve": lambda host, port: next(answers)} if leads_to else {}
    return WebhookReceiver("ZT001", url, (b"k" * 24,), here, **resolving)


def test_the_corpus_is_as_long_as_it_should_be() -> None:
    assert len(set(CORPUS)) >= 200


@pytest.mark.parametrize("host", CORPUS)
def test_no_connection_is_tried_to_an_address_that_is_not_public(host: str, opened: list[Any]) -> None:
    for url in (f"https://{host}/hook", f"https://public.example@{host}:8443/"):
        assert receiver(url).post("id", b"{}") in (Fault.ADDRESS_REFUSED, Fault.UNREACHABLE)
    assert opened == []


@pytest.mark.parametrize("address", [*NOT_FOR_US, *IPV6])
def test_no_name_may_lead_to_such_an_address(address: str, opened: list[Any]) -> None:
    assert receiver("https://hooks.example/", address).post("id", b"{}") is Fault.ADDRESS_REFUSED
    assert receiver("https://hooks.example/", "1.1.1.1", address).post("id", b"{}") is Fault.ADDRESS_REFUSED
    assert opened == []


def test_a_name_is_resolved_once_and_what_was_vetted_is_connected_to(opened: list[Any]) -> None:
    rebinding = iter([["1.1.1.1"], ["127.0.0.1"]])
    asked: list[str] = []

    def resolve(host: str, port: int) -> list[str]:
        asked.append(host)
        return next(rebinding)

    WebhookReceiver("ZT001", "https://rebinding.example/", (b"k" * 24,), resolve=resolve).post("id", b"{}")
    assert (asked, opened) == (["rebinding.example"], [("1.1.1.1", 443)])


@pytest.mark.parametrize("address", ["1.1.1.1", "8.8.8.8", "2606:4700:4700::1111"])
def test_the_public_internet_is_connected_to(address: str, opened: list[Any]) -> None:
    assert is_public(address)
    assert receiver("https://hooks.example:8443/", address).post("id", b"{}") is Fault.UNREACHABLE
    assert opened == [(address, 8443)]


def test_for_development_this_machine_is_and_its_network_is_not(opened: list[Any]) -> None:
    assert receiver("http://localhost:9/", "127.0.0.1", here=True).post("id", b"{}") is Fault.UNREACHABLE
    assert opened == [("127.0.0.1", 9)]
    for address in ("10.0.0.1", "169.254.169.254", "1.1.1.1"):
        assert receiver("http://localhost:9/", address, here=True).post("id", b"{}") is Fault.ADDRESS_REFUSED
    assert len(opened) == 1


def test_a_name_that_leads_nowhere_is_tried_again_later(opened: list[Any]) -> None:
    def unknown(host: str, port: int) -> list[str]:
        raise socket.gaierror

    strange = WebhookReceiver("ZT001", "https://hooks.example/", (b"k" * 24,), resolve=unknown)
    assert (strange.post("id", b"{}"), opened) == (Fault.UNREACHABLE, [])
