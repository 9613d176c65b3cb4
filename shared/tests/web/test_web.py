"""What every application of the platform promises: authorised routes, clear errors, links that act once."""

from __future__ import annotations

import base64
import json
import logging
from datetime import UTC, datetime, timedelta

import pytest
from flask import Blueprint, Flask, jsonify
from joserfc import jwt
from joserfc.jwk import OctKey
from movewell.errors import Unavailable
from movewell.kernel import Invalid, NotFound
from movewell.web.app import create_app
from movewell.web.body import json_body
from movewell.web.links import LinkReader, mint_link
from movewell.web.patients import PatientSessions, link_routes
from movewell.web.policy import Policy, PolicyIncomplete, allow, anyone, principal
from movewell.web.tokens import AUDIENCE, TokenRefused, Verifier, mint, new_key, public, sign

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
TOKENS, LINKS = new_key(), new_key()
CANARY = "canary-4711"


class HandClock:
    moment = NOW

    def now(self) -> datetime:
        return self.moment


RULES = {
    ("POST", "/api/echo"): allow("clinician"),
    ("GET", "/api/fails/<how>"): anyone(),
    ("GET", "/thing"): allow("patient"),
    ("POST", "/thing"): allow("patient"),
    ("GET", "/thing/link/<token>"): anyone(),
    ("POST", "/thing/link/<token>"): anyone(),
}
FAILURES = {
    "invalid": Invalid("wrong", [("/a", "one"), ("/b", "two")]),
    "absent": NotFound("nothing here"),
    "away": Unavailable("away"),
    "bug": ZeroDivisionError(CANARY),
}


def build(rules: dict = RULES) -> Flask:
    blueprint, used = Blueprint("b", __name__), set()
    patients = PatientSessions(bytes(32), secure=False, now=lambda: NOW)

    @blueprint.post("/api/echo")
    def echo():
        return jsonify(got=json_body()[0], tenant=principal().tenant)

    @blueprint.get("/api/fails/<how>")
    def fails(how: str):
        raise FAILURES[how]

    @blueprint.get("/thing")
    def thing():
        return jsonify(subject=principal().subject, csrf=patients.csrf())

    @blueprint.post("/thing")
    def change():
        patients.check_csrf()
        return "done"

    def burn(link) -> bool:
        fresh = link.jti not in used
        used.add(link.jti)
        return fresh

    link_routes(
        blueprint,
        thing="thing",
        purpose="thing",
        reader=LinkReader(public(LINKS), "here"),
        sessions=patients,
        burn=burn,
        clock=HandClock(),
    )
    return create_app(
        "movewell",
        blueprint=blueprint,
        policy=Policy(rules),
        verifier=Verifier(public(TOKENS), now=lambda: 1000.0),
        patients=patients,
        checks={"store": lambda: None},
    )


@pytest.fixture
def client():
    return build().test_client()


def bearer(**changes) -> dict[str, str]:
    given = {"subject": "s", "roles": ["clinician"], "tenant": "ZT001", "now": 1000.0, **changes}
    return {"Authorization": f"Bearer {mint(TOKENS, **given)}"}


def link(**changes) -> str:
    given = {
        "audience": "here",
        "purpose": "thing",
        "subject": "subject-1",
        "tenant": "ZT001",
        "jti": "m1",
        "issued_at": NOW,
        "expires_at": NOW + timedelta(hours=1),
        **changes,
    }
    return mint_link(LINKS, **given)


def test_a_route_without_a_rule_does_not_start() -> None:
    with pytest.raises(PolicyIncomplete):
        build({each: rule for each, rule in RULES.items() if each[1] != "/api/echo"})


def test_a_rule_without_a_route_does_not_start() -> None:
    with pytest.raises(PolicyIncomplete):
        build({**RULES, ("GET", "/nowhere"): anyone()})


def test_the_right_role_is_let_in_and_others_are_not(client) -> None:
    assert client.post("/api/echo", json={"a": 1}, headers=bearer()).get_json()["tenant"] == "ZT001"
    refused = client.post("/api/echo", json={}, headers=bearer(roles=["manager"]))
    assert (refused.status_code, refused.mimetype) == (403, "application/problem+json")
    nobody = client.post("/api/echo", json={})
    assert nobody.status_code == 401 and "Bearer" in nobody.headers["WWW-Authenticate"]


def claims(**changes) -> dict:
    made = {
        "iss": "movewell-local",
        "aud": AUDIENCE,
        "sub": "s",
        "roles": ["clinician"],
        "tenant": "ZT001",
        "exp": 2000,
    }
    return {**made, **changes}


def without_algorithm() -> str:
    head = base64.urlsafe_b64encode(b'{"alg":"none"}').rstrip(b"=").decode()
    body = base64.urlsafe_b64encode(json.dumps(claims()).encode()).rstrip(b"=").decode()
    return f"{head}.{body}."


GOOD = sign(TOKENS, claims())


@pytest.mark.parametrize(
    "token",
    [
        without_algorithm(),
        jwt.encode({"alg": "HS256"}, claims(), OctKey.import_key(public(TOKENS)["x"])),
        sign(new_key(), claims()),
        sign(TOKENS, claims(iss="other")),
        sign(TOKENS, claims(aud="other")),
        sign(TOKENS, claims(exp=900)),
        sign(TOKENS, claims(exp="2000")),
        sign(TOKENS, claims(nbf=1500)),
        sign(TOKENS, claims(roles=["god"])),
        sign(TOKENS, claims(roles=["patient"])),
        sign(TOKENS, claims(roles=[])),
        sign(TOKENS, claims(tenant="*")),
        sign(TOKENS, claims(tenant={"$ne": None})),
        sign(TOKENS, claims(sub="")),
        GOOD[:-4],
        "",
        "a.b.c",
        "é",
    ],
)
def test_a_token_that_is_not_right_is_refused(token: str) -> None:
    with pytest.raises(TokenRefused):
        Verifier(public(TOKENS), now=lambda: 1000.0).principal(token)


@pytest.mark.parametrize("at", range(0, len(GOOD), 7))
def test_no_changed_token_is_taken(at: int) -> None:
    other = "A" if GOOD[at] != "A" else "B"
    verifier = Verifier(public(TOKENS), now=lambda: 1000.0)
    with pytest.raises(TokenRefused):
        verifier.principal(GOOD[:at] + other + GOOD[at + 1 :])


@pytest.mark.parametrize(
    "body",
    [b"{", b"\xff", b'{"a":NaN}', b'{"a":1,"a":2}', b'"\\ud800"', b"[" * 70 + b"]" * 70, b"[" * 100_000],
)
def test_a_body_that_is_not_right_is_refused(client, body: bytes) -> None:
    got = client.post("/api/echo", data=body, content_type="application/json", headers=bearer())
    assert (got.status_code, got.mimetype) == (400, "application/problem+json")


def test_other_content_types_and_large_bodies_are_refused(client) -> None:
    assert client.post("/api/echo", data="a=1", headers=bearer()).status_code == 415
    large = client.post("/api/echo", json={"a": "x" * 1_000_001}, headers=bearer())
    assert (large.status_code, large.mimetype) == (413, "application/problem+json")


@pytest.mark.parametrize(("how", "status"), [("invalid", 400), ("absent", 404), ("away", 503), ("bug", 500)])
def test_errors_are_problems_and_never_show_a_stack(client, how: str, status: int) -> None:
    got = client.get(f"/api/fails/{how}")
    assert (got.status_code, got.mimetype) == (status, "application/problem+json")
    assert CANARY not in got.text and "Traceback" not in got.text
    if how == "invalid":
        assert [each["pointer"] for each in got.get_json()["errors"]] == ["/a", "/b"]
    if how == "away":
        assert got.headers["Retry-After"] == "5"


def test_a_browser_gets_a_page(client) -> None:
    got = client.get("/nowhere", headers={"Accept": "text/html"})
    assert got.status_code == 404 and "<h1" in got.text and 'lang="en"' in got.text


def test_every_answer_has_its_security_headers(client) -> None:
    got = client.get("/thing/link/x", headers={"Accept": "text/html"})
    policy = got.headers["Content-Security-Policy"]
    assert "unsafe-inline" not in policy and "frame-ancestors 'none'" in policy
    assert got.headers["Referrer-Policy"] == "no-referrer"
    assert got.headers["Cache-Control"] == "no-store"


def test_a_get_never_uses_a_link_up(client) -> None:
    token = link()
    for _ in range(3):
        page = client.get(f"/thing/link/{token}")
        assert page.status_code == 200 and "Continue" in page.text
    used = client.post(f"/thing/link/{token}")
    assert used.status_code == 303
    assert client.get("/thing").get_json()["subject"] == "subject-1"


def test_a_link_works_once(client) -> None:
    token = link()
    client.post(f"/thing/link/{token}")
    assert client.get(f"/thing/link/{token}").status_code == 303
    client.delete_cookie("movewell_thing", path="/thing")
    again = client.post(f"/thing/link/{token}", headers={"Accept": "text/html"})
    assert again.status_code == 410 and "works once" in again.text


@pytest.mark.parametrize(
    ("token", "status"),
    [
        (link(expires_at=NOW), 410),
        (link(audience="elsewhere"), 404),
        (link(purpose="other"), 404),
        (link()[:-3], 404),
        ("x", 404),
    ],
)
def test_a_link_that_is_not_right_says_what_to_do(client, token: str, status: int) -> None:
    for ask in (client.get, client.post):
        got = ask(f"/thing/link/{token}", headers={"Accept": "text/html"})
        assert got.status_code == status and "116 123" in got.text


def test_the_same_link_is_minted_again() -> None:
    assert link() == link()


def test_a_form_without_its_token_changes_nothing(client) -> None:
    client.post(f"/thing/link/{link()}")
    assert client.post("/thing", data={}).status_code == 400
    csrf = client.get("/thing").get_json()["csrf"]
    assert client.post("/thing", data={"csrf_token": csrf}).text == "done"


def test_a_forged_cookie_is_nobody(client) -> None:
    client.set_cookie("movewell_thing", "forged", path="/thing")
    assert client.get("/thing").status_code == 401


def test_the_log_holds_the_route_and_never_the_path(client, caplog) -> None:
    caplog.set_level(logging.INFO)
    client.get(f"/thing/link/{CANARY}")
    lines = [str(each.__dict__) for each in caplog.records]
    assert any("/thing/link/<token>" in each for each in lines)
    assert not any(CANARY in each for each in lines)


def test_health_and_metrics_answer(client) -> None:
    assert client.get("/health/live").status_code == 200
    assert client.get("/health/ready").get_json()["status"] == "ready"
    client.get("/thing/link/x")
    assert "movewell_request_seconds" in client.get("/metrics").text
