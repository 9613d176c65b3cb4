"""Patients' links: signed, for one purpose and subject, good once and until a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from movewell.kernel import DomainError
from movewell.web.tokens import TokenRefused, public_keys, read_claims, sign


class LinkInvalid(DomainError):
    """Not a link of ours, or cut off on its way."""

    code = "link-invalid"


class LinkExpired(DomainError):
    """The time to use the link has passed."""

    code = "link-expired"


class LinkUsed(DomainError):
    """The link was used before."""

    code = "link-used"


@dataclass(frozen=True)
class Link:
    """What a good link says."""

    purpose: str
    subject: str
    tenant: str
    jti: str
    expires_at: datetime


def mint_link(
    private_jwk: Mapping[str, Any],
    *,
    audience: str,
    purpose: str,
    subject: str,
    tenant: str,
    jti: str,
    issued_at: datetime,
    expires_at: datetime,
) -> str:
    """The token of a link. The same arguments give the same token, so a message sent again is the same."""
    claims = {
        "aud": audience,
        "purpose": purpose,
        "sub": subject,
        "tenant": tenant,
        "jti": jti,
        "iat": int(issued_at.timestamp()),
        "exp": int(expires_at.timestamp()),
    }
    return sign(private_jwk, claims)


class LinkReader:
    """Reads the links that are meant for one service. Raises ValueError when the key is of no use."""

    def __init__(self, public_jwk: Mapping[str, Any], audience: str) -> None:
        self._keys = public_keys(public_jwk)
        self._audience = audience

    def read(self, token: str, now: datetime) -> Link:
        """`now` is the platform's time, which a demonstration moves. Raises LinkInvalid, LinkExpired."""
        try:
            claims = read_claims(self._keys, token)
        except TokenRefused:
            raise LinkInvalid("This link is not right.") from None
        names = ("purpose", "sub", "tenant", "jti")
        if claims.get("aud") != self._audience or not all(isinstance(claims.get(each), str) for each in names):
            raise LinkInvalid("This link is for something else.")
        if type(claims.get("exp")) is not int:
            raise LinkInvalid("This link would never end.")
        expires_at = datetime.fromtimestamp(claims["exp"], UTC)
        if now >= expires_at:
            raise LinkExpired("This link is too old.")
        return Link(claims["purpose"], claims["sub"], claims["tenant"], claims["jti"], expires_at)
