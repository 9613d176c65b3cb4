"""`POST /oauth2/token`: a system proves who it is and is given a bearer token for ten minutes."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, Response, jsonify, request

from movewell.web.declared import Shape, declared
from movewell.web.policy import SCOPES
from movewell.web.system_clients import AssertionRefused, Assertions, SystemClient
from movewell.web.tokens import mint

PATH = "/oauth2/token"
SECONDS = 600
_ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

_ONE_SCOPE = "|".join(map(re.escape, sorted(SCOPES)))
_SCOPE = {"type": "string", "pattern": f"^({_ONE_SCOPE})( ({_ONE_SCOPE}))*$"}
_REQUEST = Shape(
    "TokenRequest",
    {
        "type": "object",
        "properties": {
            "grant_type": {"const": "client_credentials"},
            "client_assertion_type": {"const": _ASSERTION_TYPE},
            "client_assertion": {"type": "string", "maxLength": 8000, "description": "A signed JWT (RFC 7523)"},
            "scope": _SCOPE | {"description": "The client's own scopes where it's left out"},
        },
        "required": ["grant_type", "client_assertion_type", "client_assertion"],
    },
    "application/x-www-form-urlencoded",
)
_TOKEN = Shape(
    "Token",
    {
        "type": "object",
        "properties": {
            "access_token": {"type": "string"},
            "token_type": {"const": "Bearer"},
            "expires_in": {"type": "integer", "minimum": 1, "description": "Seconds"},
            "scope": _SCOPE,
        },
        "required": ["access_token", "token_type", "expires_in", "scope"],
        "additionalProperties": False,
    },
)
_ERROR = Shape(
    "TokenError",
    {
        "type": "object",
        "description": "RFC 6749, 5.2",
        "properties": {
            "error": {"enum": ["invalid_request", "unsupported_grant_type", "invalid_client", "invalid_scope"]},
            "error_description": {"type": "string"},
        },
        "required": ["error", "error_description"],
        "additionalProperties": False,
    },
)


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
    @declared(
        "Get a token for ten minutes",
        gives=_TOKEN,
        takes=_REQUEST,
        refuses={400: "The request can't be read, or asks for what isn't given", 401: "No client is proved"},
        refusal=_ERROR,
    )
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
