"""Systems that may call us: what each signs its assertions with, for which tenant it acts, and its scopes.

The NHS's application-restricted pattern: OAuth 2.0 client credentials (RFC 6749, 4.4) with a signed JWT as the
client's proof (RFC 7523, 2.2), RS512 or EdDSA, good once and for five minutes at most.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey, RSAKey
from joserfc.jws import JWSRegistry

from movewell.settings import SettingsIncomplete
from movewell.web.policy import SCOPES
from movewell.web.tokens import is_ods_code

_ALGORITHMS: Mapping[str, tuple[str, ...]] = {"RSA": ("RS512",), "OKP": ("EdDSA", "Ed25519")}
_UNPROVED = "not signed with a key that is known for this iss and kid"
_LEAST_BITS, _MOST_SECONDS, _LEEWAY, _MOST_CHARACTERS = 2048, 300, 30, 8_000


class AssertionRefused(Exception):
    """The assertion does not prove who sends it. The text says which rule was broken, never what was sent."""


@dataclass(frozen=True)
class SystemClient:
    """A registered system. `keys` are by key id, so that two hold while one is being replaced."""

    id: str
    tenant: str
    scopes: frozenset[str]
    keys: Mapping[str, RSAKey | OKPKey]


def read_clients(given: Mapping[str, Any]) -> dict[str, SystemClient]:
    """Client id → {"tenant", "scopes", "jwks"}. Raises SettingsIncomplete: who could prove nothing is no client."""
    return {id: _client(id, each) for id, each in given.items()}


def _client(id: str, given: Any) -> SystemClient:
    try:
        scopes, keys = frozenset(given["scopes"]), {str(each["kid"]): _key(each) for each in given["jwks"]["keys"]}
        if not (is_ods_code(given["tenant"]) and scopes and scopes <= SCOPES and keys):
            raise ValueError(id)
        return SystemClient(id, given["tenant"], scopes, keys)
    except (KeyError, TypeError, ValueError, JoseError):
        raise SettingsIncomplete(
            f"the client {id} is malformed (tenant, scopes of {sorted(SCOPES)}, jwks of public keys with a kid)"
        ) from None


def _key(jwk: Mapping[str, Any]) -> RSAKey | OKPKey:
    if "d" in jwk:
        raise ValueError("a private key")
    if jwk.get("kty") == "RSA":
        key = RSAKey.import_key({name: jwk[name] for name in ("kty", "n", "e")})
        if key.raw_value.key_size < _LEAST_BITS:
            raise ValueError("a short key")
        return key
    if (jwk.get("kty"), jwk.get("crv")) != ("OKP", "Ed25519"):
        raise ValueError("another kind of key")
    return OKPKey.import_key({name: jwk[name] for name in ("kty", "crv", "x")})


class Assertions:
    """Checks assertions that are addressed to `audience`, the token endpoint. Judged by real time.

    `burn(tenant, jti)` uses an assertion's id up; False if it was used before.
    """

    def __init__(
        self,
        clients: Mapping[str, SystemClient],
        audience: str,
        burn: Callable[[str, str], bool],
        now: Callable[[], float],
    ) -> None:
        self._clients, self._audience, self._burn, self._now = clients, audience, burn, now

    def client(self, assertion: str) -> SystemClient:
        """Whose assertion it is. Raises AssertionRefused."""
        client, key = self._named(assertion) or self._nobody()
        registry = JWSRegistry(algorithms=list(_ALGORITHMS[key.key_type]))
        try:
            claims = dict(jwt.decode(assertion, key, registry=registry).claims)
        except (JoseError, ValueError, TypeError, KeyError, RecursionError):
            raise AssertionRefused(_UNPROVED) from None
        if client is None:
            raise AssertionRefused(_UNPROVED)
        if claims.get("iss") != client.id or claims.get("sub") != client.id:
            raise AssertionRefused("iss and sub are not the client's id")
        if claims.get("aud") not in (self._audience, [self._audience]):
            raise AssertionRefused("aud is not this endpoint")
        self._check_times(claims)
        jti = claims.get("jti")
        if not isinstance(jti, str) or not 8 <= len(jti) <= 128:
            raise AssertionRefused("jti has not 8 to 128 characters")
        if not self._burn(client.tenant, f"{client.id}|{jti}"):
            raise AssertionRefused("jti was used before")
        return client

    def _nobody(self) -> tuple[None, RSAKey | OKPKey]:
        """Whose signature is looked at in vain where nobody is named, so that no time tells which clients there are."""
        for each in self._clients.values():
            return None, next(iter(each.keys.values()))
        raise AssertionRefused(_UNPROVED)

    def _named(self, assertion: str) -> tuple[SystemClient, RSAKey | OKPKey] | None:
        """By what the assertion says of itself; its signature is then checked with that client's key alone."""
        try:
            if len(assertion) > _MOST_CHARACTERS:
                raise ValueError
            header, claims = (json.loads(_decoded(part)) for part in assertion.split(".")[:2])
            client = self._clients[claims["iss"]]
            return client, client.keys[header["kid"]]
        except (KeyError, TypeError, ValueError, RecursionError):
            return None

    def _check_times(self, claims: Mapping[str, Any]) -> None:
        now, expires, not_before = self._now(), claims.get("exp"), claims.get("nbf", 0)
        if type(expires) is not int or not now - _LEEWAY < expires <= now + _MOST_SECONDS + _LEEWAY:
            raise AssertionRefused("exp is past, or more than 5 minutes ahead")
        if type(not_before) is not int or not_before > now + _LEEWAY:
            raise AssertionRefused("nbf is ahead")


def _decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
