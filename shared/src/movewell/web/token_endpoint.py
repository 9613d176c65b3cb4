"""`POST /oauth2/token`: a system proves who it is and is given a bearer token for ten minutes."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, Response, jsonify, request

from movewell.web.system_clients import AssertionRefused, Assertions, SystemClient
from movewell.web.tokens import mint

PATH = "/oauth2/token"
SECONDS = 600
_ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


def add_token_endpoint(
    blueprint: Blueprint,
    *,
    clients: Mapping[str, SystemClient],
    private_jwk: Mapping[str, Any] | None,
    public_url: str,
    burn: Callable[[str, str], bool],
    now: Callable[[], float] = time.time,
) -> None:
    """Errors are those of RFC 6749, 5.2: a JSON object with `error` and `error_description`."""
    assertions = Assertions(clients, f"{public_url.rstrip('/')}{PATH}", burn, now)

    @blueprint.post(PATH)
    def token() -> Response:
        form = request.form
        if request.mimetype != "application/x-www-form-urlencoded" or any(len(form.getlist(name)) > 1 for name in form):
            return _refused("invalid_request", "Send a form (application/x-www-form-urlencoded), each field once.")
        if form.get("grant_type") != "client_credentials":
            return _refused("unsupported_grant_type", "Only client_credentials is known here.")
        if form.get("client_assertion_type") != _ASSERTION_TYPE:
            return _refused("invalid_request", f"client_assertion_type is not {_ASSERTION_TYPE}.")
        try:
            client = assertions.client(form.get("client_assertion", ""))
        except AssertionRefused as error:
            return _refused("invalid_client", f"The assertion does not prove a client: {error}.", 401)
        wanted = frozenset(form.get("scope", "").split()) or client.scopes
        if not wanted <= client.scopes:
            return _refused("invalid_scope", f"This client may have {' '.join(sorted(client.scopes))}.")
        made = mint(
            private_jwk or {},  # there is one where there are clients
            subject=client.id,
            roles=["system"],
            scopes=wanted,
            tenant=client.tenant,
            now=now(),
            seconds=SECONDS,
        )
        given = {"access_token": made, "token_type": "Bearer", "expires_in": SECONDS, "scope": " ".join(sorted(wanted))}
        response = jsonify(given)
        response.headers["Pragma"] = "no-cache"
        return response


def _refused(error: str, why: str, status: int = 400) -> Response:
    response = jsonify(error=error, error_description=why)
    response.status_code = status
    return response
