"""Wrap data keys under the site's key-encryption key: what every keyring does alike, whatever keeps the result."""

from __future__ import annotations

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from movewell.keyring.port import WrongSecret
from movewell.keyring.sealing import decrypt, encrypt

CHECK = ("", "")
"""Tenant and person of a row that only proves the secret."""


def new_key() -> bytes:
    """32 random bytes."""
    return AESGCM.generate_key(256)


def wrap(secret: bytes, tenant: str, person_id: str, key: bytes) -> str:
    return encrypt(secret, key, f"{tenant}|{person_id}|key")


def unwrap(secret: bytes, tenant: str, person_id: str, wrapped: str) -> bytes:
    """Raises WrongSecret."""
    try:
        return decrypt(secret, wrapped, f"{tenant}|{person_id}|key")
    except InvalidTag:
        raise WrongSecret("the keyring was made with another secret") from None


def state_of(secret: bytes, tenant: str, person_id: str, wrapped: str | None) -> str:
    """`living`, `destroyed` or `broken`."""
    if wrapped is None:
        return "destroyed"
    try:
        unwrap(secret, tenant, person_id, wrapped)
    except WrongSecret:
        return "broken"
    return "living"
