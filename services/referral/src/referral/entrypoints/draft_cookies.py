"""The cookie of a self-referral: which draft a browser writes, and that a form came from our own page.

Nobody has signed in, so the platform's own check of forms has nothing to go by: it is done here, in one place, for
every page that needs a draft.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from flask import request
from itsdangerous import BadData, URLSafeSerializer
from movewell.web.csrf import SAFE, csrf_token, require_token
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response

NAME, PATH = "self_referral", "/refer"
GOOD_FOR = timedelta(hours=24)
"""From one answer to the next; more than the 20 hours below which WCAG 2.2.1 asks for a warning."""


class DraftCookies:
    """Signed, for this path only, gone when the browser is closed: computers are shared.

    Raises ValueError when the secret is shorter than 32 bytes.
    """

    def __init__(self, secret: bytes, *, tenant: str, secure: bool, now: Callable[[], datetime]) -> None:
        if len(secret) < 32:
            raise ValueError("the secret that signs cookies needs 32 bytes")
        self._signer = URLSafeSerializer(
            secret.hex(), salt="self-referral", signer_kwargs={"digest_method": hashlib.sha256}
        )
        self._secret, self._tenant, self._secure, self._now = secret, tenant, secure, now

    def give(self, response: Response, draft_id: str) -> Response:
        """Let the browser write this draft."""
        content = [draft_id, self._tenant, int((self._now() + GOOD_FOR).timestamp())]
        response.set_cookie(
            NAME, self._signer.dumps(content), path=PATH, httponly=True, samesite="Lax", secure=self._secure
        )
        return response

    def take(self, response: Response) -> Response:
        """Let the browser forget."""
        response.delete_cookie(NAME, path=PATH, httponly=True, samesite="Lax", secure=self._secure)
        return response

    def draft_id(self) -> str | None:
        """The draft of the browser that asks, if its cookie is good.

        Raises BadRequest when it sends a form that was not made for this draft.
        """
        id = self.known()
        if id is not None and request.method not in SAFE:
            require_token(self.csrf(id))
        return id

    def known(self) -> str | None:
        """The same without a look at the form: for pages that only link."""
        try:
            id, tenant, until = self._signer.loads(request.cookies.get(NAME, ""))
        except (BadData, ValueError, TypeError):
            return None
        if tenant != self._tenant or self._now() >= datetime.fromtimestamp(until, UTC):
            return None
        return str(id)

    def csrf(self, draft_id: str) -> str:
        """The token for the forms of this draft."""
        return csrf_token(self._secret, f"self-referral|{draft_id}|{self._tenant}")


def refuse_other_sites() -> None:
    """For forms that make a browser somebody's: another site may not send them. Raises BadRequest."""
    if request.headers.get("Sec-Fetch-Site") in ("cross-site", "same-site"):
        raise BadRequest("Open this page from our own site, and try again.")
