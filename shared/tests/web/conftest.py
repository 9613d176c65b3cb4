"""A small service to try the web on: an echo, failures on demand, and a patient's page behind a link."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from flask import Blueprint, Flask, jsonify, render_template_string, request
from flask.testing import FlaskClient
from movewell.errors import Unavailable
from movewell.kernel import Clock, DomainError, Invalid, NotFound, StaleVersion
from movewell.web.app import create_app
from movewell.web.body import json_body
from movewell.web.links import LinkReader, mint_link
from movewell.web.patients import PatientSessions, link_routes
from movewell.web.policy import Policy, Rule, allow, anyone, principal
from movewell.web.tokens import Verifier, mint, new_key, public

REAL_TIME = 1000.0
RULES = {
    ("POST", "/api/echo"): allow("clinician"),
    ("GET", "/api/fails/<how>"): anyone(),
    ("GET", "/fails/<how>"): anyone(),
    ("GET", "/FHIR/R4/fails/<how>"): anyone(),
    ("GET", "/page"): anyone(),
    ("GET", "/other"): allow("patient"),
    ("GET", "/thing"): allow("patient"),
    ("POST", "/thing"): allow("patient"),
    ("GET", "/thing/link/<token>"): anyone(),
    ("POST", "/thing/link/<token>"): anyone(),
}


class SessionFull(DomainError):
    code = "session-full"


class Gone(DomainError):
    code = "gone"


FAILURES: dict[str, Exception] = {
    "invalid": Invalid("wrong", [("/a", "one"), ("/b", "two")]),
    "absent": NotFound("nothing here"),
    "stale": StaleVersion("read it again"),
    "full": SessionFull("no seat is left"),
    "gone": Gone("a status that the service added"),
    "away": Unavailable("canary-4711"),
    "bug": ZeroDivisionError("canary-4711"),
}


@dataclass(frozen=True)
class Keys:
    tokens: dict[str, Any]
    links: dict[str, Any]


@pytest.fixture(scope="session")
def keys() -> Keys:
    return Keys(new_key(), new_key())


@pytest.fixture
def burned() -> list[str]:
    """The links used up so far, by their jti."""
    return []


@pytest.fixture
def make_app(keys: Keys, clock: Clock, burned: list[str]) -> Callable[..., Flask]:
    def make(rules: dict[tuple[str, str], Rule] = RULES, secure: bool = False, **changes: Any) -> Flask:
        patients = PatientSessions(bytes(range(32)), secure=secure, now=clock.now)
        given = {
            "blueprint": _routes(keys, clock, burned, patients),
            "policy": Policy(rules),
            "verifier": Verifier(public(keys.tokens), now=lambda: REAL_TIME),
            "patients": patients,
            "statuses": {"gone": 410},
            "fhir_renderer": lambda status, detail, faults: {"resourceType": "OperationOutcome", "status": status},
        }
        return create_app("movewell", **{**given, **changes})

    return make


def _routes(keys: Keys, clock: Clock, burned: list[str], patients: PatientSessions) -> Blueprint:
    routes = Blueprint("routes", __name__)

    @routes.post("/api/echo")
    def echo() -> Any:
        return jsonify(got=json_body()[0], tenant=principal().tenant)

    @routes.get("/api/fails/<how>")
    @routes.get("/fails/<how>")
    @routes.get("/FHIR/R4/fails/<how>")
    def fails(how: str) -> Any:
        raise FAILURES[how]

    @routes.get("/page")
    def page() -> str:
        source = '{% extends "movewell/page.jinja" %}{% block content %}{{ said }}{{ no.such.thing }}{% endblock %}'
        return render_template_string(source, said=request.args.get("said"))

    @routes.get("/other")
    @routes.get("/thing")
    def thing() -> Any:
        return jsonify(subject=principal().subject, tenant=principal().tenant, csrf=principal().csrf)

    @routes.post("/thing")
    def change() -> str:
        return "changed"

    def burn(link: Any) -> bool:
        fresh = link.jti not in burned
        burned.append(link.jti)
        return fresh

    link_routes(
        routes,
        thing="thing",
        purpose="thing",
        reader=LinkReader(public(keys.links), "here"),
        sessions=patients,
        burn=burn,
        clock=clock,
    )
    return routes


@pytest.fixture
def client(make_app: Callable[..., Flask]) -> FlaskClient:
    return make_app().test_client()


@pytest.fixture
def bearer(keys: Keys) -> Callable[..., dict[str, str]]:
    """The header of a clinician's token, or of a changed one."""

    def header(**changes: Any) -> dict[str, str]:
        given = {"subject": "s", "roles": ["clinician"], "tenant": "ZT001", "now": REAL_TIME, **changes}
        return {"Authorization": f"Bearer {mint(keys.tokens, **given)}"}

    return header


@pytest.fixture
def link(keys: Keys, clock: Clock) -> Callable[..., str]:
    """The token of a good link, or of a changed one."""

    def token(**changes: Any) -> str:
        given = {
            "audience": "here",
            "purpose": "thing",
            "subject": "subject-1",
            "tenant": "ZT001",
            "jti": "m1",
            "issued_at": clock.now(),
            "expires_at": clock.now() + timedelta(hours=1),
            **changes,
        }
        return mint_link(keys.links, **given)

    return token
