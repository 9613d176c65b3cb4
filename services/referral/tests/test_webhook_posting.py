"""One signed POST: what it holds, and what a receiver can't do to who sends it."""

from __future__ import annotations

import base64
import json
import socket
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from movewell.settings import SettingsIncomplete
from movewell.web.system_clients import SystemClient
from referral.adapters import vetted_connection, webhook_receiver
from referral.adapters.webhook_receiver import WebhookReceiver, read_receivers
from referral.adapters.webhook_signature import read_secret, signed_headers
from referral.domain.delivery import Fault
from referral.settings import read_webhooks

from .receiving import OK, Answer, Listening, listening, saying

SECRET = "whsec_" + base64.b64encode(b"k" * 24).decode()
NAME = "hooks.example"
CLIENTS = {"surgery": SystemClient("surgery", "ZT001", frozenset(), {})}


def to(found: Listening, scheme: str = "http", host: str = "localhost", **more: Any) -> WebhookReceiver:
    url = f"{scheme}://{host}:{found.port}/hook?a=b"
    return WebhookReceiver("ZT001", url, (read_secret(SECRET),), True, lambda *_: ["127.0.0.1"], **more)


def answered(answer: Answer) -> Fault | None:
    with listening(answer) as found:
        return to(found).post("id", b"{}")


def test_the_signature_is_that_of_the_specification() -> None:
    """The example of the Standard Webhooks specification."""
    secret = read_secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    made = signed_headers([secret], "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
    assert made["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_two_secrets_sign_while_one_is_being_replaced() -> None:
    made = signed_headers([b"a" * 24, b"b" * 24], "id", 1, b"{}")["webhook-signature"].split(" ")
    assert made == [signed_headers([each * 24], "id", 1, b"{}")["webhook-signature"] for each in (b"a", b"b")]
    assert len(set(made)) == 2


def test_what_is_posted_is_signed_and_whole() -> None:
    with listening(OK) as found:
        assert to(found).post("the-id", b'{"a":1}') is None
    head, _, body = found.heard[0].partition(b"\r\n\r\n")
    headers = dict(line.split(b": ", 1) for line in head.lower().split(b"\r\n")[1:])
    assert head.startswith(b"POST /hook?a=b HTTP/1.1") and json.loads(body) == {"a": 1}
    expected = signed_headers([b"k" * 24], "the-id", int(headers[b"webhook-timestamp"]), body)
    assert headers[b"webhook-signature"] == expected["webhook-signature"].lower().encode()
    assert headers[b"host"] == f"localhost:{found.port}".encode()


@pytest.mark.parametrize(
    ("line", "fault"),
    [(b"200 OK", None), (b"500 No", Fault.REFUSED), (b"400 No", Fault.REFUSED), (b"410 Gone", Fault.GONE)],
)
def test_the_status_says_how_it_went(line: bytes, fault: Fault | None) -> None:
    assert answered(saying(b"HTTP/1.1 " + line + b"\r\nContent-Length: 0\r\n\r\n")) is fault


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_redirect_is_followed(status: int) -> None:
    with listening(OK) as elsewhere:
        location = f"http://localhost:{elsewhere.port}/"
        text = f"HTTP/1.1 {status} There\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n"
        assert answered(saying(text.encode())) is Fault.REDIRECTED
    assert elsewhere.heard == []


@pytest.mark.parametrize("text", [b"", b"nonsense\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort"])
def test_what_is_no_whole_answer_counts_as_none(text: bytes) -> None:
    assert answered(saying(text)) is Fault.UNREACHABLE


def dripping(first: bytes, each: bytes) -> Answer:
    def answer(connection: socket.socket) -> None:
        connection.sendall(first)
        connection.settimeout(0.02)
        while True:  # until the sender has hung up
            connection.sendall(each)
            try:
                if connection.recv(1) == b"":
                    return
            except TimeoutError:
                continue

    return answer


@pytest.mark.parametrize(
    "first", [b"", b"HTTP/1.1 200 OK\r\nX: ", b"HTTP/1.1 200 OK\r\nContent-Length: 999999\r\n\r\n"]
)
def test_an_answer_that_drips_without_end_is_cut_off(first: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhook_receiver, "SECONDS", 0.2)
    assert answered(dripping(first, b"x")) is Fault.UNREACHABLE


def test_an_answer_that_is_too_long_is_cut_off() -> None:
    with listening(dripping(b"HTTP/1.1 200 OK\r\n\r\n", b"x" * 20_000)) as found:
        assert to(found).post("id", b"{}") is Fault.UNREACHABLE
    assert vetted_connection.MOST_BYTES < 100_000


@pytest.fixture(scope="module")
def certified(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[ssl.SSLContext, ssl.SSLContext]]:
    """The TLS of a receiver named `hooks.example`, and of who trusts it."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = made.public_bytes(serialization.Encoding.PEM)
    file: Path = tmp_path_factory.mktemp("tls") / "both.pem"
    formats = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file.write_bytes(key.private_bytes(*formats) + pem)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(file)
    yield server, ssl.create_default_context(cadata=pem.decode())


def test_the_certificate_must_be_that_of_the_name_and_trusted(certified: tuple[Any, Any]) -> None:
    server, trusting = certified
    with listening(OK, server) as found:
        assert to(found, "https", NAME, tls=trusting).post("id", b"{}") is None
        assert to(found, "https", "other.example", tls=trusting).post("id", b"{}") is Fault.UNREACHABLE
        assert to(found, "https", NAME).post("id", b"{}") is Fault.UNREACHABLE
    assert len(found.heard) == 1


def test_a_proxy_of_the_environment_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    with listening(OK) as proxy, listening(OK) as found:
        for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        assert to(found).post("id", b"{}") is None
    assert (len(proxy.heard), len(found.heard)) == (0, 1)


FIT = {"url": "https://hooks.example/here", "secrets": [SECRET]}


def test_a_receiver_has_the_tenant_of_its_client_and_shows_no_secret() -> None:
    (made,) = read_receivers({"surgery": FIT}, CLIENTS).values()
    assert (made.tenant, made.secrets) == ("ZT001", (b"k" * 24,))
    assert "kkk" not in repr(made)


@pytest.mark.parametrize(
    "unfit",
    [
        {"url": "http://hooks.example/"},
        {"url": "https://user@hooks.example/"},
        {"url": "https://user:word@hooks.example/"},
        {"url": "https://hooks.example/#part"},
        {"url": "https:///nowhere"},
        {"url": "ftp://hooks.example/"},
        {"url": "https://hooks.example\\@10.0.0.1/"},
        {"url": "https://hooks.example/a b"},
        {"url": "https://hooks.example:99999/"},
        {"url": None},
        {"secrets": []},
        {"secrets": ["whsec_c2hvcnQ="]},
        {"secrets": [SECRET.removeprefix("whsec_")]},
    ],
)
def test_a_receiver_that_is_not_fit_keeps_the_service_from_starting(unfit: dict[str, Any]) -> None:
    with pytest.raises(SettingsIncomplete) as caught:
        read_receivers({"surgery": FIT | unfit}, CLIENTS)
    assert SECRET not in str(caught.value)


def test_only_a_system_that_may_call_has_a_receiver() -> None:
    with pytest.raises(SettingsIncomplete):
        read_receivers({"stranger": FIT}, CLIENTS)


def test_this_machine_is_a_receiver_in_local_mode_only() -> None:
    environ = {
        "WEBHOOKS": json.dumps({"surgery": {**FIT, "url": "http://localhost:1/"}}),
        "WEBHOOKS_TO_THIS_MACHINE": "1",
    }
    assert read_webhooks(environ, CLIENTS, local_mode=True)["surgery"].to_this_machine
    with pytest.raises(SettingsIncomplete):
        read_webhooks(environ, CLIENTS, local_mode=False)
