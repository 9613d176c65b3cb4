"""The application factory: what every web application of the platform has in common."""

from __future__ import annotations

import secrets
import time
import uuid
from collections.abc import Mapping
from pathlib import Path

from flask import Blueprint, Flask, g, request
from prometheus_client import CollectorRegistry, Histogram
from werkzeug.wrappers import Response

from movewell.telemetry import logger, parse_traceparent
from movewell.web import health
from movewell.web.body import MOST_BYTES, bound_body
from movewell.web.headers import set_headers
from movewell.web.pages import ASSETS, add_assets, add_pages
from movewell.web.patients import PatientSessions
from movewell.web.policy import Policy, Principal, SignInNeeded
from movewell.web.problem import FhirRenderer, add_error_handlers
from movewell.web.tokens import TokenRefused, Verifier

log = logger(__name__)


def create_app(
    service: str,
    *,
    blueprint: Blueprint,
    policy: Policy,
    verifier: Verifier,
    patients: PatientSessions | None = None,
    checks: health.Checks = {},  # noqa: B006
    fhir_renderer: FhirRenderer | None = None,
    statuses: Mapping[str, int] = {},  # noqa: B006
    assets: Path | None = None,
    brand: str = "Movewell",
    phone: str | None = None,
) -> Flask:
    """A service's application. Raises PolicyIncomplete when a route has no rule."""
    app = Flask(service, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = MOST_BYTES
    app.url_map.merge_slashes = False  # else `//path` is answered by a redirect to whatever Host was sent
    app.json.sort_keys = False  # type: ignore[attr-defined]
    add_pages(app, service, brand, phone)
    registry = CollectorRegistry()
    health.add_health(app, checks, registry)
    app.register_blueprint(blueprint)
    add_assets(app, assets)
    known = (*health.ROUTES, ASSETS)
    policy.check_complete(app, known)
    add_error_handlers(app, statuses, fhir_renderer)
    _add_request_hooks(app, service, policy, known, verifier, patients, registry)
    return app


def _add_request_hooks(
    app: Flask,
    service: str,
    policy: Policy,
    known: tuple[tuple[str, str], ...],
    verifier: Verifier,
    patients: PatientSessions | None,
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
        if request.url_rule is not None and request.url_rule.rule not in ours and request.method != "OPTIONS":
            policy.enforce(request.method, request.url_rule.rule, lambda: _who(verifier, patients))
            bound_body()

    @app.after_request
    def finish(response: Response) -> Response:
        set_headers(response)
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
        return response


def _uuid_of(header: str) -> str:
    try:
        return str(uuid.UUID(request.headers.get(header, "")))
    except ValueError:
        return str(uuid.uuid4())


def _who(verifier: Verifier, patients: PatientSessions | None) -> Principal | None:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        try:
            return verifier.principal(token.strip())
        except TokenRefused:
            raise SignInNeeded("The token is not good.") from None
    return patients.principal() if patients is not None else None
