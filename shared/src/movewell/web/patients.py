"""A patient's session: a signed cookie that a link was swapped for. A GET never acts."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime

from flask import Blueprint, redirect, render_template, request
from itsdangerous import BadData, URLSafeSerializer
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response

from movewell.kernel import Clock
from movewell.web.csrf import csrf_token
from movewell.web.links import Link, LinkInvalid, LinkReader, LinkUsed
from movewell.web.policy import Principal

_PREFIX = "movewell_"


class PatientSessions:
    """Cookies bound to one purpose, subject and path, until the link's own expiry.

    Services of one site may share the secret, so the path is checked here too: a browser keeps a cookie to its
    path, whoever copies it doesn't. Raises ValueError when the secret is shorter than 32 bytes.
    """

    def __init__(self, secret: bytes, *, secure: bool, now: Callable[[], datetime]) -> None:
        if len(secret) < 32:
            raise ValueError("the secret that signs patients' cookies needs 32 bytes")
        self._signer = URLSafeSerializer(
            secret.hex(), salt="patient-session", signer_kwargs={"digest_method": hashlib.sha256}
        )
        self._secret = secret
        self._secure = secure
        self._now = now

    def start(self, response: Response, link: Link, path: str) -> None:
        """Set the cookie of a link that was just used up.

        A browser that was closed in between still has it: the link can't be used again.
        """
        content = [link.purpose, link.subject, link.tenant, int(link.expires_at.timestamp()), path]
        response.set_cookie(
            _PREFIX + link.purpose,
            self._signer.dumps(content),
            path=path,
            httponly=True,
            samesite="Lax",
            secure=self._secure,
            max_age=link.expires_at - self._now(),
        )

    def principal(self) -> Principal | None:
        """The patient that the request's cookie speaks for."""
        for name, text in request.cookies.items():
            if name.startswith(_PREFIX) and (found := self._read(text)) is not None:
                return found
        return None

    def _read(self, text: str) -> Principal | None:
        try:
            purpose, subject, tenant, expires, path = self._signer.loads(text)
        except (BadData, ValueError, TypeError):
            return None
        if self._now() >= datetime.fromtimestamp(expires, UTC) or not f"{request.path}/".startswith(f"{path}/"):
            return None
        csrf = csrf_token(self._secret, f"{purpose}|{subject}|{tenant}")
        return Principal(subject, frozenset({"patient"}), tenant, purpose, csrf=csrf)


def link_routes(
    blueprint: Blueprint,
    *,
    thing: str,
    purpose: str,
    reader: LinkReader,
    sessions: PatientSessions,
    burn: Callable[[Link], bool],
    clock: Clock,
) -> None:
    """Add GET and POST `/<thing>/link/<token>`: the GET shows a button, the POST uses the link up."""

    def read(token: str) -> Link:
        link = reader.read(token, clock.now())
        if link.purpose != purpose:
            raise LinkInvalid("This link is for something else.")
        return link

    def is_in(link: Link) -> bool:
        who = sessions.principal()
        return who is not None and (who.subject, who.purpose, who.tenant) == (link.subject, link.purpose, link.tenant)

    def show(token: str) -> Response | str:
        link = read(token)
        if is_in(link):
            return redirect(f"/{thing}", 303)
        return render_template("movewell/continue.jinja", action=f"/{thing}/link/{token}")

    def use(token: str) -> Response:
        if request.headers.get("Sec-Fetch-Site") == "cross-site":  # would make its reader somebody else
            raise BadRequest("Open the link from our message, then press Continue.")
        link = read(token)
        if is_in(link):  # the button was pressed twice
            return redirect(f"/{thing}", 303)
        if not burn(link):
            raise LinkUsed("This link was used before.")
        response = redirect(f"/{thing}", 303)
        sessions.start(response, link, f"/{thing}")
        return response

    blueprint.add_url_rule(f"/{thing}/link/<token>", f"{thing}_link", show, methods=["GET"])
    blueprint.add_url_rule(f"/{thing}/link/<token>", f"{thing}_link_used", use, methods=["POST"])
