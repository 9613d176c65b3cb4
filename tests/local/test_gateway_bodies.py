"""A real gunicorn before the five services: bodies too large, in one piece or in chunks, and requests that are none."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from movewell.web.links import mint_link

from deploy.local.processes import Platform, free_port
from deploy.local.site import TENANT, Site

JSON_DOORS = (
    ("/api/risks/x/acknowledge", "clinician"),
    ("/api/offers/x/accept", "coordinator"),
    ("/api/referrals", "clinician"),
    ("/api/series", "coordinator"),
    ("/api/bookings/x/attendance", "instructor"),
    ("/api/questionnaires/x/answers", "clinician"),
)
TOO_LARGE = b'{"a": "' + b"a" * 1_200_000 + b'"}'
PAGE = "Accept: text/html\r\nContent-Type: application/x-www-form-urlencoded\r\n"


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    made = Platform(Site.at(tmp_path_factory.mktemp("site")), free_port(18_480), None)
    made.start()
    yield made
    made.stop()


def exchange(platform: Platform, request: bytes) -> tuple[int, str, bytes]:
    """Status, content type and body of the answer to these bytes; status 0 if the connection is just closed."""
    host, port = urlsplit(platform.url).netloc.split(":")
    with socket.create_connection((host, int(port)), timeout=20) as peer:
        with suppress(BrokenPipeError, ConnectionResetError):  # what is refused early need not be read to its end
            peer.sendall(request)
        answer = b""
        with suppress(ConnectionResetError):
            while piece := peer.recv(65_536):
                answer += piece
    head, _, body = answer.partition(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    types = [line.partition(":")[2].strip() for line in lines if line.lower().startswith("content-type:")]
    return int(lines[0].split()[1]) if answer else 0, (types or [""])[0].split(";")[0], body


def head(path: str, *lines: str) -> bytes:
    return "".join(f"{line}\r\n" for line in (f"POST {path} HTTP/1.1", "Host: x", "Connection: close", *lines)).encode()


def chunks(body: bytes, size: int = 60_000) -> bytes:
    pieces = [body[at : at + size] for at in range(0, len(body), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(each), each) for each in pieces) + b"0\r\n\r\n"


def bearer(platform: Platform, role: str) -> str:
    return f"Authorization: Bearer {platform.site.token(role, datetime.now(UTC).timestamp())}"


@pytest.mark.parametrize(("path", "role"), JSON_DOORS)
@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_too_large_is_refused_as_a_problem(platform: Platform, path: str, role: str, chunked: bool) -> None:
    lines = [bearer(platform, role), "Content-Type: application/json", "Idempotency-Key: key-00001"]
    framing = "Transfer-Encoding: chunked" if chunked else f"Content-Length: {len(TOO_LARGE)}"
    body = chunks(TOO_LARGE) if chunked else TOO_LARGE
    status, type, answer = exchange(platform, head(path, *lines, framing) + b"\r\n" + body)
    assert (status, type) == (413, "application/problem+json")
    assert json.loads(answer)["status"] == 413


@pytest.mark.parametrize(("thing", "audience"), [("offer", "scheduling"), ("questionnaire", "outcomes")])
@pytest.mark.parametrize("chunked", [False, True])
def test_a_form_too_large_is_refused_as_a_page(platform: Platform, thing: str, audience: str, chunked: bool) -> None:
    now = datetime.now(UTC)
    given = {"audience": audience, "purpose": thing, "subject": "x", "tenant": TENANT, "jti": f"{thing}-{chunked}"}
    times = {"issued_at": now, "expires_at": now + timedelta(days=1)}
    link = mint_link(platform.site.secrets["link_key"], **given, **times)
    host, port = urlsplit(platform.url).netloc.split(":")
    with socket.create_connection((host, int(port)), timeout=20) as peer:
        peer.sendall(head(f"/{thing}/link/{link}", "Content-Length: 0") + b"\r\n")
        entered = peer.makefile("rb").read().decode("latin-1")
    cookie = next(
        line.partition(":")[2].split(";")[0] for line in entered.split("\r\n") if line.startswith("Set-Cookie")
    )
    form = b"answer=accept&x=" + b"a" * 1_200_000
    framing = "Transfer-Encoding: chunked\r\n" if chunked else f"Content-Length: {len(form)}\r\n"
    request = head(f"/{thing}", f"Cookie:{cookie}") + (PAGE + framing + "\r\n").encode()
    status, type, answer = exchange(platform, request + (chunks(form) if chunked else form))
    assert (status, type) == (413, "text/html") and b"What you sent is too large" in answer


@pytest.mark.parametrize(
    ("lines", "body"),
    [
        (["Transfer-Encoding: chunked"], b"zz\r\nabc\r\n0\r\n\r\n"),
        (["Transfer-Encoding: chunked"], b"-5\r\nabcde\r\n0\r\n\r\n"),
        (["Transfer-Encoding: chunked", "Content-Length: 4"], b"0\r\n\r\n"),
        (["Content-Length: -1"], b"{}"),
        (["Content-Length: 2x"], b"{}"),
        (["Content-Length: 2", "Content-Length: 3"], b"{}"),
        (["Content-Length : 2"], b"{}"),
        (["X-Odd: a\x00b", "Content-Length: 2"], b"{}"),
    ],
)
def test_a_request_that_two_readers_would_frame_differently_is_refused(
    platform: Platform, lines: list[str], body: bytes
) -> None:
    request = head("/api/series", bearer(platform, "coordinator"), "Content-Type: application/json", *lines)
    status, _, answer = exchange(platform, request + b"\r\n" + body)
    assert status in (0, 400, 501) and b"Traceback" not in answer


def test_the_platform_still_answers_and_has_failed_at_nothing(platform: Platform) -> None:
    status, type, _ = exchange(
        platform, b"GET /report HTTP/1.1\r\nHost: x\r\nAccept: text/html\r\nConnection: close\r\n\r\n"
    )
    assert (status, type) == (200, "text/html")
    log = (Path(platform.site.folder) / "platform.log").read_text(encoding="utf-8", errors="replace")
    assert "request.failed" not in log and log.count("request.answered") > 10
