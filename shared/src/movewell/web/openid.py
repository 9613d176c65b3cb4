"""Staff's sign-in with an OpenID provider: code flow with PKCE, state and nonce, by Authlib.

Discovery is read when it is first needed and keys at every sign-in, so a provider may change its keys. What it says
of a person becomes roles and a tenant by the names in the settings.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from authlib.integrations.base_client import OAuthError
from authlib.integrations.flask_client import OAuth
from flask import Flask
from joserfc.errors import JoseError
from requests.exceptions import RequestException
from werkzeug.wrappers import Response

from movewell.errors import Unavailable
from movewell.kernel import DomainError
from movewell.settings import ServiceSettings
from movewell.web.policy import ROLES
from movewell.web.tokens import is_ods_code

_SECONDS = 5


class SignInFailed(DomainError):
    """The provider's answer is not one that we asked for, or is not signed as it should be."""

    code = "sign-in-failed"


class NoRole(DomainError):
    """The provider knows the person; nobody has given them a role in Movewell."""

    code = "no-role"


@dataclass(frozen=True)
class Person:
    """Who signed in."""

    subject: str
    name: str
    roles: frozenset[str]
    tenant: str


class OpenIdProvider:
    """One provider, as the settings name it. Needs `init_app` before it is asked."""

    def __init__(self, settings: ServiceSettings) -> None:
        self._settings = settings
        self._oauth = OAuth()
        self._oauth.register(
            "staff",
            client_id=settings.oidc_client_id,
            client_secret=settings.oidc_client_secret,
            server_metadata_url=f"{str(settings.oidc_issuer).rstrip('/')}/.well-known/openid-configuration",
            client_kwargs={
                "scope": settings.oidc_scope,
                "code_challenge_method": "S256",
                "default_timeout": _SECONDS,
                "token_endpoint_auth_method": "client_secret_basic" if settings.oidc_client_secret else "none",
            },
        )

    def init_app(self, app: Flask) -> None:
        self._oauth.init_app(app)

    def begin(self, callback: str) -> Response:
        """Lead the browser to the provider. Raises Unavailable."""
        try:
            response: Response = self._oauth.staff.authorize_redirect(callback)
        except RequestException as error:
            raise Unavailable("the OpenID provider") from error
        return response

    def finish(self) -> Person:
        """Who the provider's answer names. Raises SignInFailed, NoRole, Unavailable."""
        self._oauth.staff.server_metadata.pop("jwks", None)  # else new keys without a `kid` are not looked for
        try:
            token = self._oauth.staff.authorize_access_token(leeway=30)
        except RequestException as error:
            raise Unavailable("the OpenID provider") from error
        except (OAuthError, JoseError, ValueError, KeyError, TypeError) as error:
            raise SignInFailed("The sign-in did not work. Try again.") from error
        claims = token.get("userinfo")
        if not claims:
            raise SignInFailed("The provider did not say who signed in.")
        return self._person(claims)

    def logout_url(self, back: str) -> str | None:
        """Where the person ends the provider's session too; None if it has no such page, or is away."""
        try:
            made = self._oauth.staff.create_logout_url(back, client_id=self._settings.oidc_client_id)
        except (RequestException, RuntimeError):
            return None
        url = str(made["url"])
        return url if urlsplit(url).scheme in ("https", "http") else None

    def _person(self, claims: Mapping[str, Any]) -> Person:
        settings = self._settings
        names = settings.oidc_role_names or {each: each for each in ROLES}
        given = claims.get(settings.oidc_roles_claim) or []
        said = given if isinstance(given, list) else str(given).split()
        roles = {names[str(each)] for each in said if str(each) in names} & (ROLES - {"patient", "system"})
        tenant, subject = claims.get(settings.oidc_tenant_claim), claims.get(settings.oidc_subject_claim)
        if not roles or not is_ods_code(tenant) or not isinstance(subject, str) or not subject:
            raise NoRole("Your account has no role in Movewell. Ask whoever manages accounts in your service.")
        return Person(subject, str(claims.get("name") or subject), frozenset(roles), str(tenant))
