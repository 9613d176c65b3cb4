"""Seal fields under a person's key (AES-256-GCM), bound to tenant, person and purpose."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from typing import Any, get_args

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from movewell.contracts.types import Sealed
from movewell.kernel import DomainError
from movewell.keyring.personal import Personal
from movewell.keyring.port import Keyring

_NONCE = 12
_MOST: int = get_args(Sealed)[1].max_length


class SealBroken(DomainError):
    """The ciphertext is damaged, or belongs to another person or purpose."""

    code = "seal-broken"


class TooLongToSeal(DomainError):
    """The fields together are longer than an event may carry."""

    code = "too-long-to-seal"


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
    # the unused bits of the last character could vary otherwise: one ciphertext has one text
    if len(raw) <= _NONCE or base64.urlsafe_b64encode(raw).decode() != text:
        raise InvalidTag
    return AESGCM(key).decrypt(raw[:_NONCE], raw[_NONCE:], bound_to.encode())


def seal(keyring: Keyring, tenant: str, person_id: str, purpose: str, fields: Mapping[str, Any]) -> str:
    """The fields (JSON values, or Personal ones) as ciphertext of type `Sealed`.

    Raises KeyUnknown, KeyDestroyed, TooLongToSeal; TypeError or ValueError for what JSON cannot say.
    """
    plain = json.dumps(dict(fields), ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=_revealed)
    bound_to = f"{tenant}|{person_id}|{purpose}"
    text = encrypt(keyring.key(tenant, person_id), plain.encode("utf-8", "surrogatepass"), bound_to)
    if len(text) > _MOST:
        raise TooLongToSeal("This is too long to be sealed.")
    return text


def open_sealed(keyring: Keyring, tenant: str, person_id: str, purpose: str, sealed: str) -> dict[str, Any]:
    """What was sealed. Raises SealBroken, KeyUnknown, KeyDestroyed."""
    key = keyring.key(tenant, person_id)
    try:
        plain = decrypt(key, sealed, f"{tenant}|{person_id}|{purpose}")
    except InvalidTag:
        raise SealBroken("What was sealed cannot be opened.") from None
    opened: dict[str, Any] = json.loads(plain.decode("utf-8", "surrogatepass"))
    return opened


def _revealed(value: Any) -> Any:
    if isinstance(value, Personal):
        return value.reveal()
    raise TypeError(f"{type(value).__name__} cannot be sealed")


def blind_index(secret: bytes, tenant: str, value: str) -> str:
    """A keyed mark by which equal values are found without being kept (HMAC-SHA-256, key by HKDF)."""
    key = HKDF(hashes.SHA256(), 32, salt=None, info=b"movewell blind index").derive(secret)
    return hmac.new(key, f"{tenant}|{value}".encode(), hashlib.sha256).hexdigest()
