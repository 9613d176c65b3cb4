"""Route × role × {own, same service, other service, absent}, from the applications' own tables of rules.

What one may not see does not exist: a record of another service is answered as one that was never there, to the letter.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from movewell.web.policy import SUBJECT, Rule
from werkzeug.test import TestResponse

from tests.journeys.visitors import Visitor, text_of
from tests.security.two_services import ABSENT, OURS, THEIRS, VARIABLES, Route, TwoServices

STAFF = ("clinician", "instructor", "coordinator", "manager")
ROLES = (*STAFF, "system")
NOT_THERE = {400, 404, 415, 422}
"""What a command on a record that is not there may say: that, or what is wrong with it before anybody looks."""
HTML = {"Accept": "text/html"}
MASS = {"status": "accepted", "tenant": THEIRS, "roles": ["manager"], "version": 99, "_id": "x", "$set": {"a": 1}}
_CHANGES = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|nonce=\S+|'nonce-[^']+'|[0-9a-f]{64}")


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> TwoServices:
    return TwoServices(tmp_path_factory.mktemp("two"))


def allowed(rule: Rule) -> set[str]:
    return set(ROLES) if rule.roles is None else set(rule.roles) & set(ROLES)


def call(services: TwoServices, route: Route, role: str | None, ids: dict[str, str], **more: object) -> TestResponse:
    visitor = Visitor(services.world, role, OURS)
    return visitor.call(route.method, route.at(ids), headers=HTML if not is_api(route) else {}, **more)


def is_api(route: Route) -> bool:
    return route.path.startswith(("/api", "/FHIR", "/oauth2"))


def told(answer: TestResponse) -> tuple[int, str]:
    """What the answer says, without what is new in every answer or was in the request."""
    return answer.status_code, _CHANGES.sub("*", text_of(answer))


def about_a_record(services: TwoServices) -> Iterator[Route]:
    return (each for each in services.routes() if each.variables and not set(each.variables) & {"token", *UNTIED})


def test_every_variable_of_a_route_is_known_to_the_matrix(services: TwoServices) -> None:
    known = {*VARIABLES, "token"} | UNTIED
    assert {name for each in services.routes() for name in each.variables} <= known


UNTIED = {"event", "place", "number"}
"""Variables that name no record: a page of a form, for instance."""


def test_nobody_gets_anything_without_signing_in(services: TwoServices) -> None:
    ours, before = services.ids(OURS), services.kept()
    for route in services.routes():
        if route.rule.roles is not None and not set(route.variables) & UNTIED:
            answer = call(services, route, None, ours)
            led_to_sign_in = answer.status_code == 303 and answer.headers["Location"].startswith("/signin?")
            assert answer.status_code == 401 or led_to_sign_in, route
    assert services.kept() == before


@pytest.mark.parametrize("role", ROLES)
def test_another_role_is_refused_whatever_it_names(services: TwoServices, role: str) -> None:
    ours, theirs, before = services.ids(OURS), services.ids(THEIRS), services.kept()
    for route in services.routes():
        if role in allowed(route.rule) or set(route.variables) & UNTIED:
            continue
        said = {told(call(services, route, role, ids)) for ids in (ours, theirs, dict.fromkeys(VARIABLES, ABSENT))}
        assert {status for status, _ in said} == {403}, route
        assert len(said) == 1, route
    assert services.kept() == before


@pytest.mark.parametrize("role", ROLES)
def test_another_service_s_record_is_not_there(services: TwoServices, role: str) -> None:
    theirs, absent, before = services.ids(THEIRS), dict.fromkeys(VARIABLES, ABSENT), services.kept()
    for route in about_a_record(services):
        if route.rule.roles is None or role not in allowed(route.rule):
            continue
        other, nothing = call(services, route, role, theirs), call(services, route, role, absent)
        assert told(other) == told(nothing), route
        assert other.status_code in ({404} if route.method == "GET" else NOT_THERE), (str(route), other.status_code)
    assert services.kept() == before


@pytest.mark.parametrize("role", ROLES)
def test_no_list_shows_another_service_s_records(services: TwoServices, role: str) -> None:
    their_ids = [each for name in VARIABLES for each in services.records(THEIRS, name)]
    for route in services.routes():
        if route.path.startswith("/accesses/"):
            continue  # it tells who of ours named whose record, and the matrix names theirs
        if route.method == "GET" and not route.variables and role in allowed(route.rule):
            for query in ("", "?limit=1000&tenant=ZT002&status[$ne]=x&record[$gt]=&who[$regex]=.*"):
                answer = Visitor(services.world, role, OURS).call("GET", f"{route.path}{query}", headers=HTML)
                assert answer.status_code < 500, route
                assert not [each for each in their_ids if each in text_of(answer)], route


@pytest.mark.parametrize("role", STAFF)
def test_what_one_may_see_is_shown(services: TwoServices, role: str) -> None:
    ours = services.ids(OURS)
    for route in about_a_record(services):
        if route.method == "GET" and role in allowed(route.rule):
            subject = services.instructor(ours["session_id"]) if role == "instructor" else None
            visitor = Visitor(services.world, role, OURS, subject)
            answer = visitor.call("GET", route.at(ours), headers=HTML if not is_api(route) else {})
            assert answer.status_code in (200, 303), (str(route), answer.status_code)


def test_another_instructor_s_session_is_not_there(services: TwoServices) -> None:
    ours = services.ids(OURS)
    for route in about_a_record(services):
        if allowed(route.rule) >= {"instructor"} and not is_api(route):
            visitor = Visitor(services.world, "instructor", OURS, "instructor-of-nothing")
            answer = visitor.call(route.method, route.at(ours), headers=HTML)
            assert answer.status_code in ({404} if route.method == "GET" else NOT_THERE), route


@pytest.mark.parametrize("role", ROLES)
def test_no_field_that_nobody_asked_for_changes_anything(services: TwoServices, role: str) -> None:
    """Mass assignment and operators, as JSON and as a form, on every command that the role may give."""
    ours, before = services.ids(OURS), services.kept(THEIRS)
    for route in services.routes():
        if route.method == "GET" or role not in allowed(route.rule) or set(route.variables) & {"token", *UNTIED}:
            continue
        if route.path in ENDS or route.rule.roles is None:
            continue
        mine = services.kept(OURS)
        sent = {"json": MASS} if is_api(route) else {"data": {name: str(value) for name, value in MASS.items()}}
        answer = call(services, route, role, ours, **sent)
        assert answer.status_code < 500, route
        if is_api(route):
            assert answer.status_code >= 400, route
            assert services.kept(OURS) == mine, route
    assert services.kept(THEIRS) == before


ENDS = {
    "/api/referrals/<referral_id>/withdraw",
    "/api/people/<person_id>/erase",
    "/api/offers/<offer_id>/accept",
    "/api/offers/<offer_id>/decline",
    "/api/risks/<risk_id>/acknowledge",
    "/api/outcomes/<referral_id>/review",
}
"""Commands without a body: they do what they say, whatever is sent with them."""


def test_the_headers_of_every_page_keep_it_from_others(services: TwoServices) -> None:
    ours = services.ids(OURS)
    for route in services.routes():
        if route.method != "GET" or set(route.variables) & {"token", *UNTIED}:
            continue
        for role in (None, *sorted(allowed(route.rule))):
            answer = call(services, route, role, ours)
            policy = answer.headers["Content-Security-Policy"]
            assert "default-src 'none'" in policy, route
            assert "unsafe" not in policy, route
            assert answer.headers["X-Content-Type-Options"] == "nosniff", route
            assert answer.headers["Referrer-Policy"] == "no-referrer", route
            assert answer.headers["Cache-Control"] == "no-store", route
            assert "Access-Control-Allow-Origin" not in answer.headers, route
            for cookie in answer.headers.getlist("Set-Cookie"):
                assert "HttpOnly" in cookie, route
                assert "SameSite" in cookie, route


def test_a_patient_s_link_opens_the_one_page_that_it_is_for(services: TwoServices) -> None:
    """With the cookie of an offer no other page of a patient opens, and no page of staff."""
    pages = {each.path for each in services.routes() if each.rule.record == SUBJECT}
    browser = services.patient("offer")
    assert browser.call("GET", "/offer", headers=HTML).status_code == 200
    for route in services.routes():
        if route.method == "GET" and route.path in pages and not route.path.startswith("/offer"):
            assert browser.call("GET", route.path, headers=HTML).status_code in (401, 404), route
        if route.rule.roles is not None and not route.rule.roles & {"patient"} and "token" not in route.variables:
            answer = browser.call(route.method, route.at(services.ids(OURS) | dict.fromkeys(UNTIED, "x")))
            assert answer.status_code in (401, 403), (str(route), answer.status_code)
