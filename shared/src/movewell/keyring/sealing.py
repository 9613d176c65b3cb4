"""Seal fields under a person's key (AES-256-GCM), bound to tenant, person and purpose."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from movewell.kernel import DomainError
from movewell.keyring.port import Keyring

_NONCE = 12


class SealBroken(DomainError):
    """The ciphertext is damaged, or belongs to another person or purpose."""

    code = "seal-broken"


def encrypt(key: bytes, plain: bytes, bound_to: str) -> str:
    """URL-safe base64 of nonce and ciphertext."""
    nonce = secrets.token_bytes(_NONCE)
    return base64.urlsafe_b64encode(nonce + AESGCM(key).encrypt(nonce, plain, bound_to.encode())).decode()


def decrypt(key: bytes, text: str, bound_to: str) -> bytes:
    """Raises cryptography's InvalidTag."""
    try:
        raw = base64.b64decode(text, altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise InvalidTag from None
    if len(raw) <= _NONCE:
        raise InvalidTag
    return AESGCM(key).decrypt(raw[:_NONCE], raw[_NONCE:], bound_to.encode())


def seal(keyring: Keyring, tenant: str, person_id: str, purpose: str, fields: Mapping[str, Any]) -> str:
    """The fields (JSON-compatible) as ciphertext. Raises KeyUnknown, KeyDestroyed."""
    plain = json.dumps(dict(fields), separators=(",", ":")).encode()
    return encrypt(keyring.key(tenant, person_id), plain, f"{tenant}|{person_id}|{purpose}")


def open_sealed(keyring: Keyring, tenant: str, person_id: str, purpose: str, sealed: str) -> dict[str, Any]:
    """What was sealed. Raises SealBroken, KeyUnknown, KeyDestroyed."""
    key = keyring.key(tenant, person_id)
    try:
        opened: dict[str, Any] = json.loads(decrypt(key, sealed, f"{tenant}|{person_id}|{purpose}"))
    except InvalidTag:
        raise SealBroken("What was sealed cannot be opened.") from None
    return opened


def blind_index(secret: bytes, tenant: str, value: str) -> str:
    """A keyed mark by which equal values are found without being kept (HMAC-SHA-256, key by HKDF)."""
    key = HKDF(hashes.SHA256(), 32, salt=None, info=b"movewell blind index").derive(secret)
    return hmac.new(key, f"{tenant}|{value}".encode(), hashlib.sha256).hexdigest()
