"""Signing in and out, at `/signin` of every application: with an OpenID provider, or as a persona in local mode."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

from flask import Blueprint, Flask, jsonify, redirect, render_template, request, session
from werkzeug.exceptions import BadRequest, NotFound
from werkzeug.wrappers import Response

from movewell.settings import ServiceSettings
from movewell.web.csrf import require_token
from movewell.web.navigation import first_page
from movewell.web.openid import OpenIdProvider
from movewell.web.personas import PERSONAS, SERVICES, persona
from movewell.web.policy import Rule, anonymous_or_principal, anyone
from movewell.web.staff import StaffSessions

RULES: Mapping[tuple[str, str], Rule] = {
    ("GET", "/signin"): anyone(),
    ("POST", "/signin/as"): anyone(),
    ("GET", "/signin/callback"): anyone(),
    ("GET", "/signin/ended"): anyone(),
    ("POST", "/signin/stay"): anyone(),
    ("POST", "/signin/out"): anyone(),
}


class StaffDoor:
    """Sessions, and how one is begun: a provider where one is set, personas in local mode, otherwise not at all."""

    def __init__(self, settings: ServiceSettings, now: Callable[[], float] = time.time) -> None:
        self.sessions = StaffSessions(
            settings.cookie_secret,
            secure=not settings.local_mode,
            idle_seconds=settings.staff_idle_minutes * 60,
            seconds=settings.staff_session_hours * 3600,
            now=now,
        )
        self.provider = OpenIdProvider(settings) if settings.oidc_issuer else None
        self.has_personas = settings.local_mode and self.provider is None
        self.public_url = settings.public_url.rstrip("/")
        self._secret, self._secure = settings.cookie_secret, not settings.local_mode

    def open(self, app: Flask) -> None:
        """Add the routes. The flow's state, nonce and verifier travel in a cookie of its own, for `/signin` only."""
        app.secret_key = self._secret
        app.config.update(
            SESSION_COOKIE_NAME="movewell-signin",
            SESSION_COOKIE_PATH="/signin",
            SESSION_COOKIE_HTTPONLY=True,
            SESSION_COOKIE_SAMESITE="Lax",
            SESSION_COOKIE_SECURE=self._secure,
        )
        if self.provider is not None:
            self.provider.init_app(app)
        app.register_blueprint(_routes(self))

        @app.context_processor
        def session_times() -> dict[str, int]:
            current = self.sessions.current()
            left = self.sessions.seconds_left(current) if current is not None else 0
            return {"idle_minutes": self.sessions.idle_seconds // 60, "idle_seconds_left": left}


def _routes(door: StaffDoor) -> Blueprint:
    routes = Blueprint("signin", __name__)

    def signed_in(subject: str, name: str, roles: frozenset[str], tenant: str, then: str) -> Response:
        response = redirect(then or first_page(roles), 303)
        door.sessions.start(response, subject=subject, name=name, roles=roles, tenant=tenant)
        return response

    @routes.get("/signin")
    def sign_in() -> Response | str:
        then = local_path(request.args.get("next", ""))
        if door.provider is not None:
            session["next"] = then
            return door.provider.begin(f"{door.public_url}/signin/callback")
        if not door.has_personas:
            raise NotFound
        return render_template("movewell/personas.jinja", personas=PERSONAS, services=SERVICES, then=then)

    @routes.post("/signin/as")
    def sign_in_as() -> Response:
        if not door.has_personas:
            raise NotFound
        if request.headers.get("Sec-Fetch-Site") in ("cross-site", "same-site"):
            raise BadRequest("Choose who you are on our own page.")
        chosen = persona(request.form.get("persona", ""))
        if chosen is None:
            raise BadRequest("Choose one of the people on the page.")
        then = local_path(request.form.get("next", ""))
        return signed_in(chosen.subject, chosen.name, frozenset({chosen.role}), chosen.tenant, then)

    @routes.get("/signin/callback")
    def callback() -> Response:
        if door.provider is None:
            raise NotFound
        try:
            person = door.provider.finish()
            then = local_path(str(session.get("next", "")))
        finally:
            session.clear()
        return signed_in(person.subject, person.name, person.roles, person.tenant, then)

    @routes.get("/signin/ended")
    def ended() -> Response | str:
        if (current := door.sessions.current()) is not None:  # still, or again
            return redirect(first_page(current.roles), 303)
        url = door.provider.logout_url(f"{door.public_url}/signin/ended") if door.provider is not None else None
        return render_template("movewell/signed_out.jinja", provider_url=url, why=request.args.get("why"))

    @routes.post("/signin/stay")
    def stay() -> Response:
        """The activity alone renews the session. A script is told how many seconds it has now."""
        _require_own_form()
        current = door.sessions.current()
        if request.accept_mimetypes.best == "application/json" and current is not None:
            return jsonify(seconds=door.sessions.seconds_left(current))
        return redirect(local_path(request.form.get("next", "")) or "/", 303)

    @routes.post("/signin/out")
    def sign_out() -> Response:
        response = redirect("/signin/ended", 303)
        if door.sessions.current() is not None:
            _require_own_form()
            door.sessions.end(response)
        return response

    return routes


def _require_own_form() -> None:
    who = anonymous_or_principal()
    if who is None or who.csrf is None:
        raise BadRequest("You are not signed in.")
    require_token(who.csrf)


def local_path(wanted: str) -> str:
    """The path, if it is one of this site; empty otherwise, so that nobody is sent elsewhere after the sign-in."""
    parts = urlsplit(wanted)
    is_ours = wanted.startswith("/") and not wanted.startswith(("//", "/\\")) and not parts.netloc
    is_plain = all(" " < each < "\x7f" and each != "\\" for each in wanted)
    return wanted if is_ours and is_plain and len(wanted) <= 500 else ""
