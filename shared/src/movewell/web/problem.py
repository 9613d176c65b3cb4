"""Errors in the caller's own format: problem+json (RFC 9457), a page, or FHIR's OperationOutcome."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

from flask import Flask, Response, g, redirect, render_template, request
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as BaseResponse

from movewell.errors import Unavailable
from movewell.kernel import DomainError, Invalid
from movewell.telemetry import logger
from movewell.web.policy import StaffSignInNeeded

log = logger(__name__)
Faults = list[tuple[str, str]]
FhirRenderer = Callable[[int, str, Faults], dict[str, Any]]

STATUSES: Mapping[str, int] = {
    "not-found": 404,
    "invalid": 400,
    "stale-version": 412,
    "sign-in-needed": 401,
    "not-allowed": 403,
    "idempotency-key-reused": 422,
    "link-invalid": 404,
    "link-expired": 410,
    "link-used": 410,
    "person-erased": 410,
    "sign-in-failed": 400,
    "no-role": 403,
}
"""Code of a broken rule → HTTP status; 409 for every other."""

_TITLES: Mapping[int, str] = {
    400: "There is something wrong with what you sent",
    401: "You need to sign in",
    403: "You cannot do this",
    404: "Page not found",
    405: "This cannot be done here",
    409: "This cannot be done now",
    410: "This is no longer here",
    412: "This was changed since you read it",
    413: "What you sent is too large",
    415: "What you sent has the wrong type",
    422: "What you sent cannot be used",
    500: "Sorry, there is a problem with the service",
    503: "Sorry, the service is unavailable",
}
_TITLES_BY_CODE: Mapping[str, str] = {
    "idempotency-key-reused": "What you sent differs from before",
    "link-invalid": "This link does not work",
    "link-expired": "This link is too old",
    "link-used": "This link was used before",
    "sign-in-needed": "Use the link that we sent you",
    "signed-out": "You were signed out",
    "sign-in-failed": "You are not signed in",
    "no-role": "Your account has no role here",
}


def add_error_handlers(
    app: Flask, statuses: Mapping[str, int], fhir: FhirRenderer | None, *, signs_in: bool = False
) -> None:
    """Every error of the application ends here; no stack trace reaches a caller.

    Where staff can sign in (`signs_in`), a browser that asks for one of their pages is led there.
    """
    table = {**STATUSES, **statuses}

    @app.errorhandler(StaffSignInNeeded)
    def nobody_signed_in(error: StaffSignInNeeded) -> Response | BaseResponse:
        if not signs_in or not _is_for_a_page():
            return rule_broken(error)
        wanted = request.full_path.rstrip("?") if request.method in ("GET", "HEAD") else ""
        if wanted:
            return redirect(f"/signin?{urlencode({'next': wanted})}", 303)
        return _render(401, "signed-out", error.detail, [], fhir)

    @app.errorhandler(DomainError)
    def rule_broken(error: DomainError) -> Response:
        status = table.get(error.code, 409)
        faults = error.faults if isinstance(error, Invalid) else []
        response = _render(status, error.code, error.detail, faults, fhir)
        if status == 401:
            response.headers["WWW-Authenticate"] = 'Bearer realm="movewell"'
        return response

    @app.errorhandler(Unavailable)
    def away(error: Unavailable) -> Response:
        log.warning("request.unavailable", correlation_id=g.get("correlation_id"))
        response = _render(503, "unavailable", "Try again in a few seconds.", [], fhir)
        response.headers["Retry-After"] = "5"
        return response

    @app.errorhandler(HTTPException)
    def refused(error: HTTPException) -> Response:
        status = error.code or 500
        response = _render(status, f"http-{status}", error.description or "", [], fhir)
        for name, value in error.get_headers():
            if name.lower() in ("allow", "location", "retry-after"):
                response.headers[name] = value
        return response

    @app.errorhandler(Exception)
    def unexpected(error: Exception) -> Response:
        incident = secrets.token_hex(6)
        log.exception("request.failed", incident=incident, correlation_id=g.get("correlation_id"))
        return _render(500, "unexpected", f"Quote incident {incident} if you report this.", [], fhir)


def _render(status: int, code: str, detail: str, faults: Faults, fhir: FhirRenderer | None) -> Response:
    if fhir is not None and request.path.startswith("/FHIR/"):
        body = json.dumps(fhir(status, detail, faults))
        return Response(body, status, content_type="application/fhir+json; charset=utf-8")
    if _is_for_a_page():
        page = render_template(
            "movewell/error.jinja", title=_title(status, code), code=code, detail=detail, faults=faults
        )
        return Response(page, status, content_type="text/html; charset=utf-8")
    problem: dict[str, Any] = {
        "type": f"urn:movewell:problem:{code}",
        "title": _title(status, code),
        "status": status,
        "detail": detail,
    }
    if faults:
        problem["errors"] = [{"pointer": pointer, "detail": said} for pointer, said in faults]
    return Response(json.dumps(problem), status, content_type="application/problem+json")


def _is_for_a_page() -> bool:
    """Browsers name text/html; whoever takes anything gets the problem."""
    if request.path.startswith(("/api", "/FHIR", "/oauth2")):
        return False
    known = ["application/problem+json", "application/json", "text/html"]
    return request.accept_mimetypes.best_match(known) == "text/html"


def _title(status: int, code: str) -> str:
    return _TITLES_BY_CODE.get(code) or _TITLES.get(status, _TITLES[400 if status < 500 else 500])
