"""Bearer tokens of staff and systems: JWTs signed with Ed25519, and nothing else."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey
from joserfc.jws import JWSRegistry

from movewell.web.policy import ROLES, SCOPES, Principal

AUDIENCE = "movewell"
_LEEWAY = 30
_ODS_CODE = re.compile(r"[A-Z0-9]{3,12}")
_NAMES = ("Ed25519", "EdDSA")
"""RFC 9864 deprecates the second, which many issuers still send. For the keys taken here both mean the same."""
_REGISTRY = JWSRegistry(algorithms=list(_NAMES))


class TokenRefused(Exception):
    """The token is not one of ours, or no longer good."""


def is_ods_code(value: Any) -> bool:
    """Whether it has the form of an ODS code, which every tenant has."""
    return isinstance(value, str) and _ODS_CODE.fullmatch(value) is not None


def new_key() -> dict[str, Any]:
    """A new Ed25519 key pair as a private JWK."""
    return dict(OKPKey.generate_key("Ed25519").as_dict(private=True))


def public(private_jwk: Mapping[str, Any]) -> dict[str, Any]:
    """The public half."""
    return dict(OKPKey.import_key(dict(private_jwk)).as_dict(private=False))


def public_keys(jwk: Mapping[str, Any]) -> list[OKPKey]:
    """The keys of a public JWK, or of a JWK set (`{"keys": […]}`) while keys are being replaced.

    Raises ValueError unless each is the public half of an Ed25519 key, so that a service that could check
    nothing does not start.
    """
    members = jwk.get("keys", [jwk])
    if not members or not all(map(_can_check, members)):
        raise ValueError("not the public half of Ed25519 keys")
    # without `alg`: the library would refuse the other name of the same algorithm
    return [OKPKey.import_key({name: each[name] for name in ("kty", "crv", "x")}) for each in members]


def _can_check(jwk: Mapping[str, Any]) -> bool:
    """Whether it is the public half of an Ed25519 key that is not meant for something else."""
    is_public_ed25519 = (jwk.get("kty"), jwk.get("crv")) == ("OKP", "Ed25519") and "x" in jwk and "d" not in jwk
    is_for_signatures = jwk.get("use", "sig") == "sig" and "verify" in jwk.get("key_ops", ["verify"])
    return is_public_ed25519 and is_for_signatures and jwk.get("alg", "Ed25519") in _NAMES


def sign(private_jwk: Mapping[str, Any], claims: Mapping[str, Any]) -> str:
    """Deterministic: the same claims give the same token."""
    key = OKPKey.import_key(dict(private_jwk))
    return jwt.encode({"alg": "Ed25519", "typ": "JWT"}, dict(claims), key, registry=_REGISTRY)


def read_claims(keys: list[OKPKey], token: str) -> dict[str, Any]:
    """The claims, if one of the keys signed them. Raises TokenRefused. What the header says of a key is ignored."""
    for key in keys:
        try:
            return dict(jwt.decode(token, key, registry=_REGISTRY).claims)
        except (JoseError, ValueError, TypeError, KeyError, RecursionError):
            continue
    raise TokenRefused("not a good token")


def mint(
    private_jwk: Mapping[str, Any],
    *,
    subject: str,
    roles: list[str],
    tenant: str,
    now: float,
    scopes: Iterable[str] = (),
    seconds: int = 3600,
    issuer: str = "movewell-local",
) -> str:
    """A token for the local issuer's personas and systems."""
    claims = {
        "iss": issuer,
        "aud": AUDIENCE,
        "sub": subject,
        "roles": roles,
        "tenant": tenant,
        "iat": int(now),
        "exp": int(now) + seconds,
    }
    if scope := " ".join(sorted(scopes)):
        claims["scope"] = scope
    return sign(private_jwk, claims)


class Verifier:
    """Checks bearer tokens against the issuer's public key, or JWK set. Judged by real time.

    Raises ValueError when the key is of no use.
    """

    def __init__(
        self,
        public_jwk: Mapping[str, Any],
        issuer: str = "movewell-local",
        now: Callable[[], float] = time.time,
    ) -> None:
        self._keys = public_keys(public_jwk)
        self._issuer = issuer
        self._now = now

    def principal(self, token: str) -> Principal:
        """Who the token speaks for. Raises TokenRefused."""
        claims = read_claims(self._keys, token)
        if claims.get("iss") != self._issuer or claims.get("aud") != AUDIENCE:
            raise TokenRefused("another issuer or audience")
        self._check_times(claims)
        subject, roles, tenant = claims.get("sub"), claims.get("roles"), claims.get("tenant")
        if not (isinstance(subject, str) and subject and is_ods_code(tenant)):
            raise TokenRefused("no subject or tenant")
        if not isinstance(roles, list) or not roles or not set(map(str, roles)) <= ROLES - {"patient"}:
            raise TokenRefused("no known role")
        scope = claims.get("scope", "")
        if not isinstance(scope, str):
            raise TokenRefused("scope is no text")
        return Principal(subject, frozenset(roles), tenant, scopes=frozenset(scope.split()) & SCOPES)

    def _check_times(self, claims: Mapping[str, Any]) -> None:
        now = self._now()
        expires, not_before = claims.get("exp"), claims.get("nbf", 0)
        if not isinstance(expires, int) or expires < now - _LEEWAY:
            raise TokenRefused("expired")
        if not isinstance(not_before, int) or not_before > now + _LEEWAY:
            raise TokenRefused("not yet good")
