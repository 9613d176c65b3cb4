"""What is checked: an address, and what the caller may use of it."""

from __future__ import annotations

import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import httpx
from joserfc import jwt
from joserfc.jwk import OKPKey, RSAKey

TOKEN, REFERRALS, MESSAGES = "/oauth2/token", "/api/referrals", "/FHIR/R4/$process-message"
DESCRIPTION = "/api/referral/openapi.json"
_ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_SECONDS = 20.0


class NotGiven(Exception):
    """A check can't be run with what was given."""


class TokenRefused(Exception):
    """The client got no token."""


@dataclass(frozen=True)
class Client:
    """Who asks for a token. `algorithm` follows from the key: RS512 or EdDSA."""

    id: str
    key_id: str
    key: OKPKey | RSAKey = field(repr=False)

    @property
    def algorithm(self) -> str:
        return "RS512" if isinstance(self.key, RSAKey) else "EdDSA"

    def assertion(self, audience: str, jti: str | None = None, key: OKPKey | RSAKey | None = None) -> str:
        """A signed JWT (RFC 7523), good for four minutes. `key`: another than the client's."""
        claims = {"iss": self.id, "sub": self.id, "aud": audience, "exp": int(time.time()) + 240}
        header = {"alg": self.algorithm, "kid": self.key_id}
        claims["jti"] = jti or str(uuid.uuid4())
        return jwt.encode(header, claims, key or self.key, algorithms=[self.algorithm])


def read_key(pem: bytes) -> OKPKey | RSAKey:
    """A private Ed25519 or RSA key. Raises ValueError."""
    for kind in (OKPKey, RSAKey):
        try:
            return kind.import_key(pem)
        except (ValueError, TypeError, AttributeError):
            continue
    raise ValueError("it is neither an Ed25519 nor an RSA key in PEM")


@dataclass
class Target:
    """`contracts` is a folder with the published contracts; `audience` the token endpoint's name, if it isn't its URL.

    `service` is whom BaRS messages are addressed to.
    """

    url: str
    client: Client | None = None
    given_token: str | None = field(default=None, repr=False)
    may_write: bool = False
    contracts: Path | None = None
    audience: str | None = None
    service: tuple[str, str] = ("https://fhir.nhs.uk/Id/dos-service-id", "2000099992")
    transport: httpx.BaseTransport | None = None

    @cached_property
    def http(self) -> httpx.Client:
        """Follows no redirect, and uses no token by itself."""
        return httpx.Client(base_url=self.url, timeout=_SECONDS, transport=self.transport)

    @property
    def named(self) -> str:
        return self.audience or f"{self.url.rstrip('/')}{TOKEN}"

    @property
    def authorised(self) -> dict[str, str]:
        """The header of a call. Raises NotGiven, TokenRefused."""
        return {"Authorization": f"Bearer {self._token}"}

    @cached_property
    def _token(self) -> str:
        if self.given_token is not None:
            return self.given_token
        answer = self.ask_token(self.known_client.assertion(self.named))
        try:
            return str(answer.json()["access_token"])
        except (ValueError, KeyError, TypeError):
            raise TokenRefused("no token was given: see token.given") from None

    @property
    def known_client(self) -> Client:
        """Raises NotGiven."""
        if self.client is None:
            raise NotGiven("it needs --client and --key")
        return self.client

    def ask_token(self, assertion: str) -> httpx.Response:
        form = {
            "grant_type": "client_credentials",
            "client_assertion_type": _ASSERTION_TYPE,
            "client_assertion": assertion,
        }
        return self.http.post(TOKEN, data=form)

    def refer(self, document: Mapping[str, Any], key: str) -> httpx.Response:
        return self.http.post(REFERRALS, json=document, headers={**self.authorised, "Idempotency-Key": key})
