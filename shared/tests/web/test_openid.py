"""Sign-in with a real OpenID provider, `oidc-provider-mock`, which runs as a process of its own."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from flask import Flask
from flask.testing import FlaskClient
from movewell.web import openid

pytest.importorskip("oidc_provider_mock", reason="the OpenID provider for tests is not installed")

from .staff_app import HTML, make, settings

PEOPLE = [
    {"sub": "u-1", "name": "Amina Yusuf", "roles": ["clinician", "manager"], "tenant": "ZT001"},
    {"sub": "u-2", "name": "No Role", "roles": ["cleaner"], "tenant": "ZT001"},
    {"sub": "u-3", "name": "No Tenant", "roles": ["clinician"]},
    {"sub": "u-4", "name": "Climber", "roles": ["system", "patient"], "tenant": "ZT001"},
    {"sub": "u-5", "name": "By Group", "groups": "gym-team other", "ods": "ZT002", "staff_id": "instructor-2"},
]


class Provider:
    """`start` again after `stop` is the same provider with other keys."""

    def __init__(self) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self._port}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> Provider:
        people = [word for each in PEOPLE for word in ("--user-claims", json.dumps(each))]
        command = [sys.executable, "-m", "oidc_provider_mock", "--port", str(self._port), "--require-nonce", "true"]
        self._process = subprocess.Popen(
            [*command, *people], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=os.environ
        )
        until = time.monotonic() + 30
        while True:
            try:
                requests.get(f"{self.url}/.well-known/openid-configuration", timeout=5).raise_for_status()
            except requests.RequestException:
                assert time.monotonic() < until, "the provider does not answer"
                time.sleep(0.05)
            else:
                return self

    def stop(self) -> None:
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def consent(self, url: str, subject: str, **more: str) -> dict[str, str]:
        """What the person's browser brings back after they have said yes."""
        answer = requests.post(url, data={"sub": subject, **more}, allow_redirects=False, timeout=5)
        query = parse_qs(urlsplit(answer.headers["Location"]).query)
        return {name: value[0] for name, value in query.items()}


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    started = Provider().start()
    yield started
    started.stop()


def app_of(provider: Provider, **changes: Any) -> Flask:
    given = {"oidc_issuer": provider.url, "oidc_client_id": "movewell", "oidc_client_secret": "s3cret", **changes}
    return make(settings(public_url="http://localhost", **given))


def begin(client: FlaskClient, next: str = "") -> str:
    led = client.get(f"/signin?next={next}", headers=HTML)
    assert led.status_code == 302
    return led.headers["Location"]


def sign_in(provider: Provider, subject: str, client: FlaskClient, next: str = "") -> Any:
    brought = provider.consent(begin(client, next), subject)
    return client.get("/signin/callback", query_string=brought, headers=HTML)


def test_somebody_signs_in_and_comes_back_to_where_they_wanted_to_be(provider: Provider) -> None:
    client = app_of(provider).test_client()
    back = sign_in(provider, "u-1", client, "/people")
    assert (back.status_code, back.headers["Location"]) == (303, "/people")
    got = client.get("/notes").get_json()
    assert (got["subject"], got["name"], got["roles"], got["tenant"]) == (
        "u-1", "Amina Yusuf", ["clinician", "manager"], "ZT001",
    )  # fmt: skip


def test_what_is_asked_has_a_challenge_a_nonce_and_a_state(provider: Provider) -> None:
    asked = parse_qs(urlsplit(begin(app_of(provider).test_client())).query)
    assert asked["response_type"] == ["code"]
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["redirect_uri"] == ["http://localhost/signin/callback"]
    assert all(len(asked[name][0]) >= 20 for name in ("code_challenge", "nonce", "state"))


def test_any_application_of_the_site_can_take_the_answer(provider: Provider) -> None:
    first, second = app_of(provider).test_client(), app_of(provider).test_client()
    brought = provider.consent(begin(first), "u-1")
    flow = first.get_cookie("movewell-signin", path="/signin")
    assert flow is not None
    second.set_cookie("movewell-signin", flow.value, path="/signin")
    assert second.get("/signin/callback", query_string=brought).status_code == 303
    assert second.get("/notes").get_json()["subject"] == "u-1"


@pytest.mark.parametrize("changed", [{"state": "another"}, {"state": ""}, {"code": "another"}, {"code": ""}])
def test_an_answer_that_we_did_not_ask_for_signs_nobody_in(provider: Provider, changed: dict[str, str]) -> None:
    client = app_of(provider).test_client()
    brought = {**provider.consent(begin(client), "u-1"), **changed}
    refused = client.get("/signin/callback", query_string=brought, headers=HTML)
    assert refused.status_code == 400
    assert "Sign in" in refused.text
    assert client.get("/notes").status_code == 401


def test_another_browser_s_answer_signs_nobody_in(provider: Provider) -> None:
    app = app_of(provider)
    brought = provider.consent(begin(app.test_client()), "u-1")
    assert app.test_client().get("/signin/callback", query_string=brought).status_code == 400


def test_an_answer_is_good_once(provider: Provider) -> None:
    client = app_of(provider).test_client()
    brought = provider.consent(begin(client), "u-1")
    assert client.get("/signin/callback", query_string=brought).status_code == 303
    assert client.get("/signin/callback", query_string=brought).status_code == 400


def test_an_answer_for_another_sign_in_has_the_wrong_nonce(provider: Provider) -> None:
    client = app_of(provider).test_client()
    first, second = begin(client), begin(client)
    brought = provider.consent(first, "u-1")
    of_second = parse_qs(urlsplit(second).query)["state"][0]
    assert client.get("/signin/callback", query_string={**brought, "state": of_second}).status_code == 400


def test_who_says_no_is_not_signed_in(provider: Provider) -> None:
    client = app_of(provider).test_client()
    brought = provider.consent(begin(client), "u-1", action="deny")
    assert client.get("/signin/callback", query_string=brought).status_code == 400


@pytest.mark.parametrize("subject", ["u-2", "u-3", "u-4"])
def test_who_has_no_role_of_ours_is_told_so(provider: Provider, subject: str) -> None:
    client = app_of(provider).test_client()
    refused = sign_in(provider, subject, client)
    assert refused.status_code == 403
    assert "no role" in refused.text
    assert client.get("/notes").status_code == 401


def test_claims_have_the_names_that_the_settings_say(provider: Provider) -> None:
    names = {"oidc_roles_claim": "groups", "oidc_tenant_claim": "ods", "oidc_subject_claim": "staff_id"}
    client = app_of(provider, **names, oidc_role_names={"gym-team": "instructor"}).test_client()
    sign_in(provider, "u-5", client)
    refused = client.get("/people", headers=HTML)
    assert refused.status_code == 403  # signed in, as an instructor
    page = refused.text
    assert "By Group" in page
    assert "ZT002" in page


def test_a_provider_with_new_keys_is_believed() -> None:
    provider = Provider().start()
    app = app_of(provider)
    assert sign_in(provider, "u-1", app.test_client()).status_code == 303
    provider.stop()
    provider.start()
    try:
        assert sign_in(provider, "u-1", app.test_client()).status_code == 303
    finally:
        provider.stop()


def test_a_provider_that_is_away_is_no_fault_of_ours() -> None:
    provider = Provider()
    away = app_of(provider).test_client().get("/signin", headers=HTML)
    assert away.status_code == 503
    assert away.headers["Retry-After"] == "5"


def test_a_provider_that_never_answers_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(openid, "_SECONDS", 0.2)
    provider = Provider()
    with socket.create_server(("127.0.0.1", int(provider.url.rsplit(":", 1)[1]))):
        assert app_of(provider).test_client().get("/signin", headers=HTML).status_code == 503


def test_signing_out_leads_to_the_provider_s_own_sign_out(provider: Provider) -> None:
    client = app_of(provider).test_client()
    sign_in(provider, "u-1", client)
    client.post("/signin/out", data={"csrf_token": client.get("/notes").get_json()["csrf"]})
    page = client.get("/signin/ended", headers=HTML).text
    assert f'href="{provider.url}/oauth2/end_session?' in page
    assert client.get("/notes").status_code == 401
