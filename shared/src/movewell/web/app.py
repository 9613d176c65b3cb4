"""The application factory: what every web application of the platform has in common."""

from __future__ import annotations

import re
import secrets
import time
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flask import Blueprint, Flask, g, request, send_from_directory
from jinja2 import ChainableUndefined, ChoiceLoader, PackageLoader
from prometheus_client import CollectorRegistry, Histogram
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from movewell.telemetry import logger
from movewell.web import health
from movewell.web.body import MOST_BYTES
from movewell.web.patients import PatientSessions
from movewell.web.policy import Policy, Principal, SignInNeeded
from movewell.web.problem import FhirRenderer, add_error_handlers
from movewell.web.tokens import TokenRefused, Verifier

log = logger(__name__)
_ASSETS = ("GET", "/assets/<path:name>")
_TRACEPARENT = re.compile(r"00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")


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
) -> Flask:
    """A service's application. Raises PolicyIncomplete when a route has no rule."""
    app = Flask(service, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = MOST_BYTES
    app.json.sort_keys = False  # type: ignore[attr-defined]
    _add_pages(app, service, brand)
    registry = CollectorRegistry()
    health.add_health(app, checks, registry)
    app.register_blueprint(blueprint)
    _add_assets(app, assets)
    known = (*health.ROUTES, _ASSETS)
    policy.check_complete(app, known)
    add_error_handlers(app, statuses, fhir_renderer)
    _add_request_hooks(app, service, policy, known, verifier, patients, registry)
    return app


def _add_pages(app: Flask, service: str, brand: str) -> None:
    loaders = [
        PackageLoader("movewell.web"),
        PackageLoader("nhsuk_frontend_jinja"),
    ]
    if (Path(app.root_path) / "templates").is_dir():
        loaders.insert(0, PackageLoader(service))
    app.jinja_env.loader = ChoiceLoader(loaders)  # type: ignore[assignment]
    app.jinja_env.undefined = ChainableUndefined
    app.jinja_env.autoescape = True
    app.jinja_env.add_extension("jinja2.ext.do")

    @app.context_processor
    def every_page() -> dict[str, Any]:
        return {"brand": brand, "cspNonce": g.get("nonce", ""), "assetPath": "/assets"}


def _add_assets(app: Flask, assets: Path | None) -> None:
    @app.get("/assets/<path:name>")
    def asset(name: str) -> Response:
        if assets is None:
            raise NotFound
        return send_from_directory(assets, name, max_age=86_400)


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
        traceparent = request.headers.get("traceparent", "")
        g.traceparent = traceparent if _TRACEPARENT.fullmatch(traceparent) else None
        if request.url_rule is not None and request.url_rule.rule not in ours and request.method != "OPTIONS":
            policy.enforce(request.method, request.url_rule.rule, lambda: _who(verifier, patients))

    @app.after_request
    def finish(response: Response) -> Response:
        _set_headers(response)
        route = request.url_rule.rule if request.url_rule else "unknown"
        taken = time.perf_counter() - g.get("started", time.perf_counter())
        seconds.labels(service, request.method, route, str(response.status_code)).observe(taken)
        log.info(
            "request.answered",
            service=service,
            method=request.method,
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


def _set_headers(response: Response) -> None:
    nonce = g.get("nonce", "")
    headers = response.headers
    headers["Content-Security-Policy"] = (
        f"default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self'; img-src 'self' data:;"
        " font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none';"
        " manifest-src 'self'"
    )
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Referrer-Policy"] = "no-referrer"
    headers["X-Frame-Options"] = "DENY"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    if request.url_rule is None or request.url_rule.rule != _ASSETS[1]:
        headers["Cache-Control"] = "no-store"
    if "request_id" in g:
        headers["X-Request-Id"], headers["X-Correlation-Id"] = g.request_id, g.correlation_id
