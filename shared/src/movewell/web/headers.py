"""The headers of every answer: what a browser may load, keep and tell others."""

from __future__ import annotations

from flask import g, request
from werkzeug.wrappers import Response

from movewell.web.pages import ASSETS

_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def set_headers(response: Response) -> None:
    """Only assets that were found may be kept by anyone. The nonce is for the layout's two inline scripts."""
    response.headers.update(_ALWAYS)
    response.headers["Content-Security-Policy"] = (
        f"default-src 'none'; script-src 'self' 'nonce-{g.get('nonce', '')}'; style-src 'self'; img-src 'self' data:;"
        " font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    is_asset = request.url_rule is not None and request.url_rule.rule == ASSETS[1]
    if not is_asset or response.status_code >= 400:
        response.headers["Cache-Control"] = "no-store"
    if "request_id" in g:
        response.headers["X-Request-Id"], response.headers["X-Correlation-Id"] = g.request_id, g.correlation_id
