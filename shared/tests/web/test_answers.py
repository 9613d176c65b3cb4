"""What goes with every answer: headers, one line of the log, metrics; and the layout of pages."""

from __future__ import annotations

import logging
import re
import uuid

import pytest
from flask import g

CANARY = "canary-4711"
CORRELATION = "0d2b5b9e-6d0f-4c5c-9d57-0f2b51a3d1aa"
TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
ANSWERS = [
    ("GET", "/page"),
    ("GET", "/thing"),
    ("GET", "/thing/link/x"),
    ("GET", "/nowhere"),
    ("DELETE", "/thing"),
    ("OPTIONS", "/thing"),
    ("GET", "/fails/bug"),
    ("GET", "/api/fails/away"),
    ("GET", "/FHIR/R4/fails/bug"),
    ("GET", "/health/live"),
    ("GET", "/metrics"),
    ("GET", "/assets/absent.css"),
    ("POST", "/assets/movewell.css"),
    ("HEAD", "/page"),
    ("HEAD", "/thing"),
    ("TRACE", "/page"),
    ("POST", "/api/echo"),
    ("GET", "//page"),
    ("GET", "/page/"),
]


@pytest.mark.parametrize(("method", "path"), ANSWERS)
def test_every_answer_has_its_security_headers(client, method: str, path: str) -> None:
    headers = client.open(path, method=method).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy and "*" not in policy and "http" not in policy
    assert (headers["X-Content-Type-Options"], headers["Referrer-Policy"]) == ("nosniff", "no-referrer")
    assert headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("content_type", "size", "status"), [("text/csv", 3, 415), ("application/json", 1_000_001, 413)]
)
def test_what_is_refused_for_its_body_has_them_too(client, bearer, content_type: str, size: int, status: int) -> None:
    got = client.post("/api/echo", data=b"1" * size, content_type=content_type, headers=bearer())
    assert got.status_code == status
    assert (got.headers["Cache-Control"], got.headers["X-Frame-Options"]) == ("no-store", "DENY")


def test_pages_of_a_patient_are_kept_nowhere(client, link) -> None:
    used = client.post(f"/thing/link/{link()}")
    for got in (used, client.get("/thing"), client.get(f"/thing/link/{link()}")):
        assert got.headers["Cache-Control"] == "no-store" and got.headers["Referrer-Policy"] == "no-referrer"


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "evil.example@127.0.0.1", "[::1", ""])
@pytest.mark.parametrize("path", ["//page", "//evil.example/page", "/thing//link/x", "/page/", "/\\evil.example"])
def test_nobody_is_sent_to_a_host_that_the_caller_named(client, host: str, path: str) -> None:
    headers = {"Host": host, "X-Forwarded-Host": host, "Accept": "text/html"}
    got = client.get("/", headers=headers, environ_overrides={"PATH_INFO": path})
    assert "Location" not in got.headers and got.status_code == (200 if path == "//page" else 404)
    assert "evil.example" not in got.text


def test_the_host_that_a_caller_names_is_in_no_redirect(client, link) -> None:
    used = client.post(f"/thing/link/{link()}", headers={"Host": "evil.example", "X-Forwarded-Host": "evil.example"})
    assert used.headers["Location"] == "/thing"


def test_every_script_of_a_page_has_the_nonce_of_its_answer(client) -> None:
    nonces = set()
    for _ in range(2):
        got = client.get("/page")
        [nonce] = re.findall(r"'nonce-([\w-]{20,})'", got.headers["Content-Security-Policy"])
        scripts = re.findall(r"<script[^>]*>", got.text)
        assert len(scripts) == 2 and all(f'nonce="{nonce}"' in each for each in scripts)
        nonces.add(nonce)
    assert len(nonces) == 2


def test_a_page_has_no_inline_style_and_no_handler(client) -> None:
    for path in ("/page", "/nowhere"):
        assert not re.search(r"<style|\sstyle=|\son\w+=", client.get(path, headers={"Accept": "text/html"}).text)


@pytest.mark.parametrize("header", ["X-Request-Id", "X-Correlation-Id"])
def test_a_uuid_is_mirrored_and_anything_else_ignored(client, header: str) -> None:
    assert client.get("/page", headers={header: CORRELATION}).headers[header] == CORRELATION
    minted = set()
    for sent in ("", CANARY, CORRELATION + "0", "é"):
        minted.add(client.get("/page", headers={header: sent}).headers[header])
    assert len(minted) == 4 and all(uuid.UUID(each) for each in minted)


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        (TRACE, TRACE),
        ("01" + TRACE[2:] + "-" + CANARY, TRACE),
        (TRACE + "-x", None),
        (TRACE.upper(), None),
        ("ff" + TRACE[2:], None),
        ("00-" + "0" * 32 + TRACE[35:], None),
        (CANARY, None),
    ],
)
def test_a_traceparent_is_accepted_without_what_follows_it(make_app, sent: str, kept: str | None) -> None:
    app = make_app()
    with app.test_request_context("/page", headers={"traceparent": sent}):
        app.preprocess_request()
        assert g.traceparent == kept


def test_the_log_holds_the_route_and_never_the_path(client, caplog) -> None:
    caplog.set_level(logging.DEBUG)
    client.get(f"/thing/link/{CANARY}?q={CANARY}", headers={"X-Correlation-Id": CORRELATION})
    client.get(f"/{CANARY}", headers={"X-Correlation-Id": CANARY, "User-Agent": CANARY, "Referer": CANARY})
    client.open("/page", method=CANARY.upper())
    assert CANARY.casefold() not in " ".join(str(each.__dict__) for each in caplog.records).casefold()
    lines = [each.movewell_fields for each in caplog.records if each.msg == "request.answered"]
    assert [(each["method"], each["route"], each["status"]) for each in lines] == [
        ("GET", "/thing/link/<token>", 404),
        ("unknown", "unknown", 404),
        ("unknown", "unknown", 405),
    ]
    assert lines[0]["correlation_id"] == CORRELATION and lines[0]["milliseconds"] >= 0


def test_metrics_count_requests_by_route_and_never_by_path(client) -> None:
    for path in (f"/thing/link/{CANARY}", "/thing/link/other", f"/{CANARY}"):
        client.get(path)
    client.open("/page", method=CANARY.upper())
    text = client.get("/metrics").text
    counted = 'movewell_request_seconds_count{method="GET",route="/thing/link/<token>",service="movewell",status="404"}'
    assert f"{counted} 2.0" in text
    assert CANARY.casefold() not in text.casefold()


def test_each_application_counts_for_itself(make_app) -> None:
    first, second = make_app().test_client(), make_app().test_client()
    first.get("/page")
    assert 'route="/page"' in first.get("/metrics").text and 'route="/page"' not in second.get("/metrics").text


def test_a_live_process_says_so(client) -> None:
    assert client.get("/health/live").get_json() == {"status": "live"}


def test_readiness_names_what_fails_and_nothing_more(make_app) -> None:
    def away() -> None:
        raise ConnectionError(f"mongodb://user:{CANARY}@host")

    ready = make_app(checks={"store": lambda: None}).test_client().get("/health/ready")
    assert (ready.status_code, ready.get_json()) == (200, {"status": "ready", "failing": []})
    failing = make_app(checks={"store": lambda: None, "log": away, "keyring": away}).test_client().get("/health/ready")
    assert (failing.status_code, failing.get_json()["failing"]) == (503, ["log", "keyring"])
    assert CANARY not in failing.text


def test_the_layout_is_there_for_keyboards_and_readers(client) -> None:
    page = client.get("/page").text
    for part in ('<html lang="en"', 'href="#maincontent"', 'id="maincontent"', 'role="banner"', 'href="tel:111"'):
        assert part in page
    assert "nhsuk-header__logo" not in page and "© NHS" not in page


def test_the_name_in_the_header_is_the_sites_own(make_app) -> None:
    page = make_app(brand="Moving <Together>").test_client().get("/page").text
    assert "Moving &lt;Together&gt;" in page


def test_a_name_from_right_to_left_keeps_its_direction(make_app) -> None:
    assert 'dir="auto">نتحرك معا</span>' in make_app(brand="نتحرك معا").test_client().get("/page").text


def test_numbers_to_call_can_be_called_from_the_page(client) -> None:
    for path in ("/page", "/nowhere"):
        page = client.get(path, headers={"Accept": "text/html"}).text
        assert 'href="tel:111"' in page and 'href="tel:116123">116 123</a>' in page and "tel:999" not in page


def test_what_a_page_is_told_is_escaped(client) -> None:
    assert "<script>alert" not in client.get("/page", query_string={"said": "<script>alert(1)</script>"}).text


def test_assets_are_served_and_kept(make_app, tmp_path) -> None:
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / "a.svg").write_text("<svg/>")
    (tmp_path / "nhsuk-frontend.min.css").write_text("a{}")
    client = make_app(assets=tmp_path).test_client()
    style = client.get("/assets/nhsuk-frontend.min.css")
    assert (style.status_code, style.mimetype, style.text) == (200, "text/css", "a{}")
    assert style.cache_control.max_age == 86_400 and not style.cache_control.no_store
    assert client.get("/assets/images/a.svg").mimetype == "image/svg+xml"
    again = client.get("/assets/nhsuk-frontend.min.css", headers={"If-None-Match": style.headers["ETag"]})
    assert again.status_code == 304


@pytest.mark.parametrize("has_folder", [True, False])
def test_our_own_stylesheet_is_served_with_or_without_the_others(make_app, tmp_path, has_folder: bool) -> None:
    client = make_app(assets=tmp_path if has_folder else None).test_client()
    assert 'href="/assets/movewell.css"' in client.get("/page").text
    style = client.get("/assets/movewell.css")
    assert (style.status_code, style.mimetype) == (200, "text/css") and ".movewell-chart" in style.text
    assert style.headers["X-Content-Type-Options"] == "nosniff" and style.cache_control.max_age == 86_400


@pytest.mark.parametrize("name", ["../secret", "..%2Fsecret", "%2e%2e/secret", "images/../../secret", "/etc/hostname"])
def test_nothing_beside_the_assets_is_served(make_app, tmp_path, name: str) -> None:
    (tmp_path / "secret").write_text(CANARY)
    (tmp_path / "assets").mkdir()
    got = make_app(assets=tmp_path / "assets").test_client().get(f"/assets/{name}", follow_redirects=True)
    assert got.status_code == 404 and CANARY not in got.text


def test_pages_work_without_assets(make_app, link) -> None:
    client = make_app(assets=None).test_client()
    assert client.get("/assets/nhsuk-frontend.min.css").status_code == 404
    assert "Continue" in client.get(f"/thing/link/{link()}").text
