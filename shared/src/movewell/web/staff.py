"""The session of somebody who works for a service: one signed cookie for all five applications.

Nothing is kept on a server, so that any process of any service can answer; what ends a session early is in ADR 0013.
"""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from flask import request
from itsdangerous import BadData, URLSafeSerializer
from werkzeug.wrappers import Response

from movewell.web.csrf import csrf_token
from movewell.web.policy import Principal

_RENEW_SECONDS = 60


@dataclass(frozen=True)
class StaffSession:
    """Who signed in, when (seconds of the epoch), and when they were last active."""

    id: str
    subject: str
    name: str
    roles: tuple[str, ...]
    tenant: str
    began_at: int
    seen_at: int


class StaffSessions:
    """`idle_seconds` without a request end a session, and `seconds` after the sign-in it ends whatever was done.

    Judged by real time, as tokens are. Raises ValueError when the secret is shorter than 32 bytes.
    """

    def __init__(
        self,
        secret: bytes,
        *,
        secure: bool,
        idle_seconds: int = 1800,
        seconds: int = 36_000,
        now: Callable[[], float] = time.time,
    ) -> None:
        if len(secret) < 32:
            raise ValueError("the secret that signs staff's cookies needs 32 bytes")
        self.cookie = "__Host-movewell-staff" if secure else "movewell-staff"
        self.idle_seconds = idle_seconds
        self._secret = secret
        self._secure = secure
        self._seconds = seconds
        self._now = now
        self._signer = URLSafeSerializer(
            secret.hex(), salt="staff-session", signer_kwargs={"digest_method": hashlib.sha256}
        )

    def start(self, response: Response, *, subject: str, name: str, roles: Iterable[str], tenant: str) -> None:
        """A new session, with an id that nobody could know before."""
        now = int(self._now())
        session = StaffSession(secrets.token_urlsafe(12), subject, name, tuple(sorted(roles)), tenant, now, now)
        self._set(response, session)

    def current(self) -> StaffSession | None:
        """The session of the request's cookie, unless its time is up."""
        try:
            id, subject, name, roles, tenant, began_at, seen_at = self._signer.loads(
                request.cookies.get(self.cookie, "")
            )
        except (BadData, ValueError, TypeError):
            return None
        session = StaffSession(id, subject, name, tuple(roles), tenant, began_at, seen_at)
        return session if self._now() < self._ends_at(session) else None

    def principal(self) -> Principal | None:
        """Who the request's cookie speaks for."""
        session = self.current()
        if session is None:
            return None
        return Principal(
            session.subject,
            frozenset(session.roles),
            session.tenant,
            name=session.name,
            csrf=csrf_token(self._secret, f"staff|{session.id}"),
        )

    def seconds_left(self, session: StaffSession) -> int:
        """If the request that is answered is the last one; a session that is renewed has all its idle time."""
        return int(self._ends_at(replace(session, seen_at=int(self._now()))) - self._now())

    def renew(self, response: Response) -> None:
        """Note that somebody is active, at most once a minute."""
        session = self.current()
        if session is not None and self._now() - session.seen_at >= _RENEW_SECONDS:
            self._set(response, replace(session, seen_at=int(self._now())))

    def end(self, response: Response) -> None:
        """Forget the session in this browser."""
        response.delete_cookie(self.cookie, path="/", httponly=True, samesite="Lax", secure=self._secure)

    def _ends_at(self, session: StaffSession) -> float:
        return min(session.seen_at + self.idle_seconds, session.began_at + self._seconds)

    def _set(self, response: Response, session: StaffSession) -> None:
        content = [
            session.id,
            session.subject,
            session.name,
            list(session.roles),
            session.tenant,
            session.began_at,
            session.seen_at,
        ]
        response.set_cookie(
            self.cookie,
            self._signer.dumps(content),
            path="/",
            httponly=True,
            samesite="Lax",
            secure=self._secure,
        )
