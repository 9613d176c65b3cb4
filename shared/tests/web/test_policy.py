"""Every route has a rule, and the rule is kept."""

from __future__ import annotations

import pytest
from flask import Blueprint
from movewell.web.policy import PolicyIncomplete, SignInNeeded, allow, anyone, principal


def two_routes() -> Blueprint:
    routes = Blueprint("two", __name__)
    routes.add_url_rule("/one", "one", lambda: "one", methods=["GET"])
    routes.add_url_rule("/one", "two", lambda: "two", methods=["PUT"])
    return routes


RULES = {("GET", "/one"): anyone(), ("PUT", "/one"): allow("system", scope="referral:write")}


@pytest.mark.parametrize("forgotten", list(RULES))
def test_a_route_without_a_rule_does_not_start(make_app, forgotten) -> None:
    with pytest.raises(PolicyIncomplete, match=forgotten[0]):
        make_app({each: rule for each, rule in RULES.items() if each != forgotten}, blueprint=two_routes())


def test_a_rule_without_a_route_does_not_start(make_app) -> None:
    with pytest.raises(PolicyIncomplete, match="/nowhere"):
        make_app({**RULES, ("GET", "/nowhere"): anyone()}, blueprint=two_routes())


def test_a_rule_for_each_route_starts(make_app) -> None:
    client = make_app(RULES, blueprint=two_routes()).test_client()
    assert client.get("/one").text == "one"
    assert client.head("/one").status_code == 200
    assert client.put("/one").status_code == 401


@pytest.mark.parametrize("roles", [(), ("god",), ("clinician", "")])
def test_a_rule_names_known_roles(roles: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="unknown roles"):
        allow(*roles)


def test_the_right_role_is_let_in(client, bearer) -> None:
    assert client.post("/api/echo", json={"a": 1}, headers=bearer()).get_json() == {"got": {"a": 1}, "tenant": "ZT001"}


@pytest.mark.parametrize("role", ["manager", "system", "instructor", "coordinator"])
def test_another_role_is_refused(client, bearer, role: str) -> None:
    refused = client.post("/api/echo", json={}, headers=bearer(roles=[role]))
    assert (refused.status_code, refused.mimetype) == (403, "application/problem+json")


@pytest.mark.parametrize("header", [{}, {"Authorization": "Bearer "}, {"Authorization": "Basic YTpi"}])
def test_nobody_is_asked_to_sign_in(client, header: dict[str, str]) -> None:
    nobody = client.post("/api/echo", json={}, headers=header)
    assert (nobody.status_code, nobody.mimetype) == (401, "application/problem+json")
    assert nobody.headers["WWW-Authenticate"].startswith("Bearer")


def test_head_needs_what_get_needs(client) -> None:
    assert client.head("/thing").status_code == 401


def test_the_method_cannot_be_overridden_by_a_header(client) -> None:
    assert client.get("/api/echo", headers={"X-HTTP-Method-Override": "POST"}).status_code == 405


def test_options_tell_methods_and_run_nothing(client) -> None:
    told = client.options("/thing")
    assert set(told.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS", "POST"} and not told.data


def test_a_bad_token_is_refused_even_where_anyone_may_ask(client) -> None:
    assert client.get("/page", headers={"Authorization": "Bearer x.y.z"}).status_code == 401


def test_a_route_for_anyone_has_no_principal_unless_somebody_asks(make_app) -> None:
    with make_app().test_request_context("/page"), pytest.raises(SignInNeeded):
        principal()
