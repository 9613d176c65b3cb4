"""Forms that only our own pages can send: a token that is bound to the browser's session."""

from __future__ import annotations

import hashlib
import hmac

from flask import request
from werkzeug.exceptions import BadRequest

from movewell.web.policy import Principal

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
FIELD, HEADER = "csrf_token", "X-CSRF-Token"


def csrf_token(secret: bytes, session: str) -> str:
    """The token for the forms of one session; nobody without the secret can make it."""
    return hmac.new(secret, f"csrf|{session}".encode(), hashlib.sha256).hexdigest()


def check_csrf(asking: Principal | None) -> None:
    """Raises BadRequest unless a cookie's session sends its own token, as a form's field or as a header.

    A bearer token is nothing that a browser adds by itself, so it needs no second proof.
    """
    if request.method in SAFE or asking is None or asking.csrf is None:
        return
    require_token(asking.csrf)


def require_token(wanted: str) -> None:
    """Raises BadRequest unless the request holds this token."""
    given = request.headers.get(HEADER) or request.form.get(FIELD, "")
    if not hmac.compare_digest(given.encode(), wanted.encode()):
        raise BadRequest("The form is out of date. Go back and try again.")
