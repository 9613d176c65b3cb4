"""A system proves who it is with a signed assertion, once, and gets what it is registered for; all else is refused."""

from __future__ import annotations

import base64
import json
import uuid
from typing import Any

import pytest
from flask import Blueprint
from flask.testing import FlaskClient
from joserfc import jwt
from joserfc.jwk import OctKey, OKPKey, RSAKey
from joserfc.jws import JWSRegistry
from movewell.settings import SettingsIncomplete
from movewell.testing.work import counted
from movewell.web.app import create_app
from movewell.web.policy import Policy, allow, anyone
from movewell.web.system_clients import read_clients
from movewell.web.token_endpoint import add_token_endpoint
from movewell.web.tokens import Verifier, new_key, public

NOW = 1_800_000_000
URL = "https://movewell.example/oauth2/token"
SIGNING = new_key()
RSA, OTHER_RSA, SHORT = RSAKey.generate_key(2048), RSAKey.generate_key(2048), RSAKey.generate_key(1024)
ED = OKPKey.generate_key("Ed25519")
ANY = JWSRegistry(algorithms=["RS512", "RS256", "HS256", "HS512", "PS512", "EdDSA", "Ed25519", "none"])
TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


def jwk(key: RSAKey | OKPKey, kid: str) -> dict[str, Any]:
    return {**key.as_dict(private=False), "kid": kid}


CLIENTS = {
    "practice": {
        "tenant": "ZT001",
        "scopes": ["referral:write", "referral:read"],
        "jwks": {"keys": [jwk(RSA, "rsa"), jwk(ED, "ed")]},
    },
    "reader": {"tenant": "ZT002", "scopes": ["referral:read"], "jwks": {"keys": [jwk(OTHER_RSA, "rsa")]}},
}


def client(burned: set[tuple[str, str]] | None = None) -> FlaskClient:
    used = set() if burned is None else burned

    def burn(tenant: str, jti: str) -> bool:
        fresh = (tenant, jti) not in used
        used.add((tenant, jti))
        return fresh

    routes = Blueprint("routes", __name__)
    add_token_endpoint(
        routes,
        clients=read_clients(CLIENTS),
        private_jwk=SIGNING,
        public_url="https://movewell.example/",
        burn=burn,
        now=lambda: NOW,
    )
    routes.add_url_rule("/api/referrals", "write", lambda: "written", methods=["POST"])
    routes.add_url_rule("/api/referrals", "read", lambda: "read", methods=["GET"])
    rules = {
        ("POST", "/oauth2/token"): anyone(),
        ("POST", "/api/referrals"): allow("system", scope="referral:write"),
        ("GET", "/api/referrals"): allow("system", scope="referral:read"),
    }
    verifier = Verifier(public(SIGNING), now=lambda: NOW)
    return create_app("movewell", blueprint=routes, policy=Policy(rules), verifier=verifier).test_client()


def claims(**changes: Any) -> dict[str, Any]:
    given = {"iss": "practice", "sub": "practice", "aud": URL, "exp": NOW + 300, "jti": str(uuid.uuid4()), **changes}
    return {name: value for name, value in given.items() if value is not None}


def signed(key: Any = RSA, alg: str = "RS512", kid: str | None = "rsa", **changes: Any) -> str:
    header = {"alg": alg, "typ": "JWT"} | ({} if kid is None else {"kid": kid})
    return jwt.encode(header, claims(**changes), key, registry=ANY)


def form(assertion: str, **changes: str) -> dict[str, str]:
    return {
        "grant_type": "client_credentials",
        "client_assertion_type": TYPE,
        "client_assertion": assertion,
        **changes,
    }


def ask(assertion: str, **changes: str) -> Any:
    return client().post("/oauth2/token", data=form(assertion, **changes))


@pytest.mark.parametrize(("key", "alg", "kid"), [(RSA, "RS512", "rsa"), (ED, "EdDSA", "ed"), (ED, "Ed25519", "ed")])
def test_a_registered_system_gets_a_token_and_may_use_it(key: Any, alg: str, kid: str) -> None:
    caller = client()
    got = caller.post("/oauth2/token", data=form(signed(key, alg, kid)))
    assert got.status_code == 200
    assert got.headers["Cache-Control"] == "no-store"
    said = got.get_json()
    assert (said["token_type"], said["expires_in"]) == ("Bearer", 600)
    assert said["scope"] == "referral:read referral:write"
    bearer = {"Authorization": f"Bearer {said['access_token']}"}
    assert caller.post("/api/referrals", headers=bearer).text == "written"


def test_a_token_holds_the_scopes_that_were_asked_for_alone() -> None:
    caller = client()
    got = caller.post("/oauth2/token", data=form(signed(), scope="referral:read")).get_json()
    bearer = {"Authorization": f"Bearer {got['access_token']}"}
    assert caller.get("/api/referrals", headers=bearer).text == "read"
    assert caller.post("/api/referrals", headers=bearer).status_code == 403


def test_more_than_the_registered_scopes_is_refused() -> None:
    assertion = signed(OTHER_RSA, iss="reader", sub="reader")
    refused = ask(assertion, scope="referral:read referral:write")
    assert (refused.status_code, refused.get_json()["error"]) == (400, "invalid_scope")


def test_an_assertion_is_good_once() -> None:
    burned: set[tuple[str, str]] = set()
    assertion = signed()
    assert client(burned).post("/oauth2/token", data=form(assertion)).status_code == 200
    assert client(burned).post("/oauth2/token", data=form(assertion)).get_json()["error"] == "invalid_client"


WRONG: dict[str, str] = {
    "nothing": "",
    "no JWT": "a.b.c",
    "one part": "abc",
    "another client's key": signed(OTHER_RSA),
    "another issuer": signed(iss="reader"),
    "another subject": signed(sub="reader"),
    "an unknown client": signed(iss="nobody", sub="nobody"),
    "no issuer": signed(iss=None),
    "an issuer that is a list": signed(iss=["practice"]),
    "another audience": signed(aud="https://movewell.example/"),
    "two audiences": signed(aud=[URL, "https://evil.example"]),
    "no audience": signed(aud=None),
    "expired": signed(exp=NOW - 31),
    "good for too long": signed(exp=NOW + 331),
    "no end": signed(exp=None),
    "an end that is a text": signed(exp=str(NOW + 100)),
    "an end that is true": signed(exp=True),
    "not yet good": signed(nbf=NOW + 31),
    "no jti": signed(jti=None),
    "a short jti": signed(jti="1"),
    "a jti that is a number": signed(jti=12345678),
    "no kid": signed(kid=None),
    "another kid": signed(kid="ed"),
    "an unknown kid": signed(kid="x"),
    "RS256": signed(alg="RS256"),
    "PS512": signed(alg="PS512"),
    "a public key as a shared secret": signed(OctKey.import_key(json.dumps(RSA.as_dict(private=False))), "HS512"),
    "very long": signed(filler="x" * 10_000),
}


def unsigned(alg: str) -> str:
    def part(made: dict[str, Any]) -> str:
        return base64.urlsafe_b64encode(json.dumps(made).encode()).decode().rstrip("=")

    return f"{part({'alg': alg, 'typ': 'JWT', 'kid': 'rsa'})}.{part(claims())}."


WRONG |= {f"alg {alg or 'empty'}": unsigned(alg) for alg in ("none", "None", "NONE", "nOnE", "")}


@pytest.mark.parametrize("what", list(WRONG))
def test_what_proves_nothing_is_refused(what: str) -> None:
    refused = ask(WRONG[what])
    assert (refused.status_code, refused.get_json()["error"]) == (401, "invalid_client")
    assert "access_token" not in refused.get_json()


def test_no_assertion_survives_a_change_of_any_of_its_characters() -> None:
    assertion = signed()
    caller = client()
    for at in range(0, len(assertion), 3):
        changed = assertion[:at] + ("A" if assertion[at] != "A" else "B") + assertion[at + 1 :]
        if at == len(assertion) - 1:
            continue  # the last character's low bits are no part of the signature
        assert caller.post("/oauth2/token", data=form(changed)).status_code == 401, at


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"grant_type": ""}, "unsupported_grant_type"),
        ({"client_assertion_type": "jwt"}, "invalid_request"),
    ],
)
def test_another_grant_is_refused(changes: dict[str, str], error: str) -> None:
    refused = ask(signed(), **changes)
    assert (refused.status_code, refused.get_json()["error"]) == (400, error)


def test_a_field_that_is_sent_twice_is_refused() -> None:
    pairs = [*form(signed()).items(), ("client_assertion", signed())]
    body = "&".join(f"{name}={value}" for name, value in pairs)
    sent = client().post("/oauth2/token", data=body, content_type="application/x-www-form-urlencoded")
    assert sent.get_json()["error"] == "invalid_request"


def test_json_is_no_form() -> None:
    assert client().post("/oauth2/token", json=form(signed())).get_json()["error"] == "invalid_request"


@pytest.mark.filterwarnings("ignore:Key size")
@pytest.mark.parametrize(
    "wrong",
    [
        "practice",
        {},
        {"tenant": "lower", "scopes": ["referral:read"], "jwks": {"keys": [jwk(ED, "a")]}},
        {"tenant": "ZT001", "scopes": [], "jwks": {"keys": [jwk(ED, "a")]}},
        {"tenant": "ZT001", "scopes": ["everything"], "jwks": {"keys": [jwk(ED, "a")]}},
        {"tenant": "ZT001", "scopes": ["referral:read"], "jwks": {"keys": []}},
        {"tenant": "ZT001", "scopes": ["referral:read"], "jwks": {"keys": [ED.as_dict(private=False)]}},
        {"tenant": "ZT001", "scopes": ["referral:read"], "jwks": {"keys": [{**new_key(), "kid": "a"}]}},
        {"tenant": "ZT001", "scopes": ["referral:read"], "jwks": {"keys": [jwk(SHORT, "a")]}},
        {"tenant": "ZT001", "scopes": ["referral:read"], "jwks": {"keys": [{"kty": "oct", "k": "a", "kid": "a"}]}},
    ],
)
def test_a_client_that_could_prove_nothing_stops_the_start(wrong: Any) -> None:
    with pytest.raises(SettingsIncomplete, match="practice"):
        read_clients({"practice": wrong})


def test_which_clients_there_are_is_not_told() -> None:
    """One that is registered and one that isn't: the same words, after the same look at one signature."""
    seen = []
    for changes in ({"key": OTHER_RSA}, {"key": OTHER_RSA, "iss": "nobody", "sub": "nobody"}, {"kid": "unknown"}):
        with counted() as work:
            answer = ask(signed(**changes))
        seen.append((answer.status_code, answer.json, dict(work)))
    assert seen[0] == seen[1] == seen[2]
    assert seen[0][2] == {"signature checked": 1}
