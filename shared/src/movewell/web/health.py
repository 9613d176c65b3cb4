"""Health and metrics: what a probe and a scraper ask for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from flask import Flask, Response, jsonify
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.registry import Collector

from movewell.telemetry import logger

log = logger(__name__)
_EXTENSION = "movewell-health"
Checks = Mapping[str, Callable[[], None]]
ROUTES = (("GET", "/health/live"), ("GET", "/health/ready"), ("GET", "/metrics"))


def add_health(app: Flask, checks: Checks, registry: CollectorRegistry) -> None:
    """Add the three routes. A check raises when what it looks at is not well."""
    every = dict(checks)
    app.extensions[_EXTENSION] = every, registry

    @app.get("/health/live")
    def live() -> Response:
        return jsonify(status="live")

    @app.get("/health/ready")
    def ready() -> tuple[Response, int]:
        failing = [name for name, check in every.items() if not _passes(name, check)]
        return jsonify(status="failing" if failing else "ready", failing=failing), 503 if failing else 200

    @app.get("/metrics")
    def metrics() -> Response:
        return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def watch(app: Flask, checks: Checks, collectors: Iterable[Collector]) -> None:
    """Let the application's probes ask these checks too, and its metrics tell what these collect."""
    every, registry = app.extensions[_EXTENSION]
    every.update(checks)
    for each in collectors:
        registry.register(each)


def _passes(name: str, check: Callable[[], None]) -> bool:
    try:
        check()
    except Exception:
        log.exception("health.failing", what=name)
        return False
    return True
