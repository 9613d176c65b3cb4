"""The application factory: what every web application of the platform has in common."""

from __future__ import annotations

import secrets
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from flask import Blueprint, Flask, g, request
from prometheus_client import CollectorRegistry, Histogram
from werkzeug.wrappers import Response

from movewell import tracing
from movewell.directory import Directory
from movewell.telemetry import in_trace, logger, parse_traceparent
from movewell.web import health
from movewell.web.accesses import Accesses, note_named, watch_views
from movewell.web.accesses_page import accesses_page
from movewell.web.accesses_page import rules as accesses_page_rules
from movewell.web.body import MOST_BYTES, bound_body
from movewell.web.contract_pages import contract_pages
from movewell.web.contract_pages import rules as contract_rules
from movewell.web.csrf import check_csrf
from movewell.web.headers import set_headers
from movewell.web.listed import add_directory
from movewell.web.openapi import openapi_route
from movewell.web.openapi import rules as openapi_rules
from movewell.web.pages import ASSETS, add_assets, add_pages
from movewell.web.patients import PatientSessions
from movewell.web.policy import Policy, Principal, SignInNeeded
from movewell.web.problem import FhirRenderer, add_error_handlers
from movewell.web.signin import RULES as SIGN_IN
from movewell.web.signin import StaffDoor
from movewell.web.staff import StaffSessions
from movewell.web.tokens import TokenRefused, Verifier

log = logger(__name__)


def create_app(
    service: str,
    *,
    blueprint: Blueprint,
    policy: Policy,
    verifier: Verifier,
    patients: PatientSessions | None = None,
    staff: StaffDoor | None = None,
    accesses: Accesses | None = None,
    checks: health.Checks = {},  # noqa: B006
    fhir_renderer: FhirRenderer | None = None,
    statuses: Mapping[str, int] = {},  # noqa: B006
    assets: Path | None = None,
    brand: str = "Movewell",
    phone: str | None = None,
    directory: Directory = Directory(),  # noqa: B008
) -> Flask:
    """A service's application. Raises PolicyIncomplete when a route has no rule.

    Without `staff` nobody can sign in; without `accesses` no route may say that it touches somebody's record.
    """
    app = Flask(service, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = MOST_BYTES
    app.url_map.merge_slashes = False  # else `//path` is answered by a redirect to whatever Host was sent
    app.json.sort_keys = False  # type: ignore[attr-defined]
    add_pages(app, service, brand, phone)
    add_directory(app, directory)
    registry = CollectorRegistry()
    health.add_health(app, checks, registry)
    app.register_blueprint(blueprint)
    app.register_blueprint(openapi_route(service, staff.public_url if staff is not None else "http://localhost"))
    app.register_blueprint(contract_pages(service))
    policy = policy.with_rules({**openapi_rules(service), **contract_rules(service)})
    add_assets(app, assets)
    if staff is not None:
        staff.open(app)
        policy = policy.with_rules(SIGN_IN)
    if accesses is not None:
        app.register_blueprint(accesses_page(service, accesses))
        policy = policy.with_rules(accesses_page_rules(service))
        watch_views(app, policy, accesses)
    known = (*health.ROUTES, ASSETS)
    policy.check_complete(app, known, audited=accesses is not None)
    app.extensions["movewell-policy"] = policy
    add_error_handlers(app, statuses, fhir_renderer, signs_in=staff is not None)
    asking = Asking(verifier, patients, staff.sessions if staff is not None else None)
    _add_request_hooks(app, service, policy, known, asking, accesses, registry)
    return app


@dataclass(frozen=True)
class Asking:
    """Where a request may say who asks: a bearer token, or else the cookies of staff and of a patient's link."""

    verifier: Verifier
    patients: PatientSessions | None
    staff: StaffSessions | None

    def principals(self) -> list[Principal]:
        """Raises SignInNeeded for a token that is not good."""
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            try:
                return [self.verifier.principal(token.strip())]
            except TokenRefused:
                raise SignInNeeded("The token is not good.") from None
        found = [each.principal() for each in (self.staff, self.patients) if each is not None]
        return [each for each in found if each is not None]


def _add_request_hooks(
    app: Flask,
    service: str,
    policy: Policy,
    known: tuple[tuple[str, str], ...],
    asking: Asking,
    accesses: Accesses | None,
    registry: CollectorRegistry,
) -> None:
    seconds = Histogram(
        "movewell_request_seconds", "Time to answer", ["service", "method", "route", "status"], registry=registry
    )
    ours = {route for _, route in known}

    @app.before_request
    def begin() -> None:
        g.started = time.perf_counter()
        g.nonce = secrets.token_urlsafe(16)
        g.request_id, g.correlation_id = _uuid_of("X-Request-Id"), _uuid_of("X-Correlation-Id")
        trace = parse_traceparent(request.headers.get("traceparent"))
        g.traceparent = f"00-{'-'.join(trace)}" if trace else None
        asked = request.url_rule is not None and request.url_rule.rule not in ours and request.method != "OPTIONS"
        if asked:
            _begin_span(service)
        in_trace.set(g.traceparent)
        if asked:
            rule = policy.enforce(request.method, request.url_rule.rule, asking.principals)
            bound_body()
            if rule.roles is not None:
                check_csrf(g.principal)
            if accesses is not None:
                note_named(accesses, rule)

    @app.after_request
    def finish(response: Response) -> Response:
        set_headers(response)
        if asking.staff is not None and "principal" in g and not response.headers.getlist("Set-Cookie"):
            asking.staff.renew(response)
        matched = request.url_rule is not None  # else the method is any text that the caller likes
        route, method = (request.url_rule.rule, request.method) if matched else ("unknown", "unknown")
        taken = time.perf_counter() - g.get("started", time.perf_counter())
        seconds.labels(service, method, route, str(response.status_code)).observe(taken)
        log.info(
            "request.answered",
            service=service,
            method=method,
            route=route,
            status=response.status_code,
            milliseconds=round(taken * 1000, 1),
            correlation_id=g.get("correlation_id"),
        )
        if (span := g.get("span")) is not None:
            span.end_answered(response.status_code)
        return response

    @app.teardown_request
    def leave(error: BaseException | None) -> None:
        in_trace.set(None)


def _begin_span(service: str) -> None:
    """Of a request to a known route, within the trace of its caller. Nothing of its path is in it."""
    method, route = request.method, request.url_rule.rule if request.url_rule is not None else ""
    about = {"movewell.service": service, "http.request.method": method, "http.route": route}
    g.span = tracing.begin("server", f"{method} {route}", g.traceparent, about)
    if g.span is not None:
        g.traceparent = g.span.traceparent


def _uuid_of(header: str) -> str:
    try:
        return str(uuid.UUID(request.headers.get(header, "")))
    except ValueError:
        return str(uuid.uuid4())
