"""Persons' keys are kept wrapped: AES-256-GCM under a key that is derived from the keyring's secret."""

from __future__ import annotations

import json
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from movewell.keyring.port import KeyBroken

NONCE = 12
_SECRET = 32


def derived(secret: bytes, purpose: str) -> bytes:
    """32 bytes for one purpose out of the keyring's secret (HKDF-SHA256, RFC 5869)."""
    if len(secret) != _SECRET:
        raise ValueError(f"the keyring's secret has {_SECRET} bytes")
    return HKDF(SHA256(), 32, salt=None, info=f"movewell/{purpose}/1".encode()).derive(secret)


def bound_to(*parts: str) -> bytes:
    """Associated data of `parts`, so written that no two lists of parts give the same bytes."""
    return json.dumps(parts).encode()


class Wrapping:
    """Wraps and unwraps keys. `check` tells secrets apart and says nothing about them."""

    def __init__(self, secret: bytes) -> None:
        self._cipher = AESGCM(derived(secret, "key wrapping"))
        self.check = derived(secret, "keyring check")

    def new_key(self, tenant: str, person_id: str) -> bytes:
        """A new random key, wrapped."""
        nonce = secrets.token_bytes(NONCE)
        key = AESGCM.generate_key(256)
        return nonce + self._cipher.encrypt(nonce, key, bound_to(tenant, person_id))

    def unwrap(self, tenant: str, person_id: str, wrapped: bytes) -> bytes:
        """The key. Raises KeyBroken, also when it was wrapped for somebody else."""
        try:
            return self._cipher.decrypt(wrapped[:NONCE], wrapped[NONCE:], bound_to(tenant, person_id))
        except (InvalidTag, ValueError):
            raise KeyBroken("the kept key does not unwrap") from None
