"""Personal data sealed under the person's key, and the mark by which an NHS number is found again."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from typing import Any, get_args

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from movewell.contracts.types import Sealed
from movewell.kernel import DomainError
from movewell.keyring.personal import Personal
from movewell.keyring.port import Keyring
from movewell.keyring.wrapping import NONCE, bound_to, derived

_FORM = b"\x01"  # one byte in front, so that another cipher can follow
_MOST: int = get_args(Sealed)[1].max_length


class SealBroken(DomainError):
    """The ciphertext was altered, or sealed for another person or purpose."""

    code = "seal-broken"


class TooLongToSeal(DomainError):
    """The fields together are longer than an event may carry."""

    code = "too-long-to-seal"


def seal(keyring: Keyring, tenant: str, person_id: str, purpose: str, fields: Mapping[str, Any]) -> str:
    """`fields` (JSON values, or Personal ones) as AES-256-GCM ciphertext, of type `Sealed`.

    It opens only for the same tenant, person and purpose. Raises what `Keyring.key` does, TooLongToSeal,
    and TypeError or ValueError for what JSON cannot say.
    """
    key = keyring.key(tenant, person_id)
    nonce = secrets.token_bytes(NONCE)
    plain = json.dumps(fields, ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=_revealed)
    sealed = AESGCM(key).encrypt(
        nonce, plain.encode("utf-8", "surrogatepass"), bound_to(tenant, person_id, purpose)
    )
    text = base64.urlsafe_b64encode(_FORM + nonce + sealed).decode()
    if len(text) > _MOST:
        raise TooLongToSeal("too long to be sealed")
    return text


def open_sealed(keyring: Keyring, tenant: str, person_id: str, purpose: str, sealed: str) -> dict[str, Any]:
    """The fields that were sealed. Raises SealBroken, and what `Keyring.key` does (KeyDestroyed: erased)."""
    key = keyring.key(tenant, person_id)
    raw = _raw(sealed)
    try:
        plain = AESGCM(key).decrypt(raw[:NONCE], raw[NONCE:], bound_to(tenant, person_id, purpose))
    except (InvalidTag, ValueError):
        raise SealBroken("the seal is broken") from None
    fields: dict[str, Any] = json.loads(plain.decode("utf-8", "surrogatepass"))
    return fields


def blind_index(secret: bytes, tenant: str, value: str) -> str:
    """A mark (64 hexadecimal digits) that finds `value` again within the tenant and does not tell it.

    HMAC-SHA256 under a key derived from the keyring's secret. The same value written in another way has
    another mark, so normalise before. Erasing a person includes deleting the mark.
    """
    key = derived(secret, "blind index")
    return hmac.new(key, bound_to(tenant, value), hashlib.sha256).hexdigest()


def _raw(sealed: str) -> bytes:
    """Nonce and ciphertext. One ciphertext has one text: base64 alone would let padding bits vary."""
    try:
        raw = base64.urlsafe_b64decode(sealed)
    except ValueError:
        raw = b""
    if len(sealed) > _MOST or not raw.startswith(_FORM) or base64.urlsafe_b64encode(raw).decode() != sealed:
        raise SealBroken("this is not sealed text")
    return raw.removeprefix(_FORM)


def _revealed(value: Any) -> Any:
    if isinstance(value, Personal):
        return value.reveal()
    raise TypeError(f"{type(value).__name__} cannot be sealed")
