"""The keyring: a data key per person, read under a grant per service."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from movewell.kernel import DomainError


class KeyDestroyed(DomainError):
    """The person was erased; nothing of theirs can be opened or sealed again."""

    code = "person-erased"


class KeyUnknown(DomainError):
    """No key was ever made for this person."""

    code = "key-unknown"


class NotGranted(Exception):
    """The service holds no grant for this."""


class WrongSecret(Exception):
    """The key-encryption key is not the one that this keyring was made with."""


CREATE, READ, DESTROY = "create", "read", "destroy"
GRANTS: Mapping[str, frozenset[str]] = {
    "referral": frozenset({CREATE, READ, DESTROY}),
    "notifications": frozenset({READ}),
    "outcomes": frozenset({READ}),
    "scheduling": frozenset({READ}),
}
"""Which service may do what. Who is not named may do nothing."""


class Keyring(Protocol):
    """Data keys (32 bytes, AES-256), each wrapped by a key-encryption key."""

    def create(self, tenant: str, person_id: str) -> None:
        """Make a key unless there is one. Raises KeyDestroyed: an erased person stays erased."""

    def key(self, tenant: str, person_id: str) -> bytes:
        """Raises KeyUnknown, KeyDestroyed."""

    def destroy(self, tenant: str, person_id: str) -> None:
        """Overwrite the key and remember that it is gone. Again, it changes nothing.

        After Unavailable, call it again: the key is dead, but its wrapped bytes may still be on disk.
        """

    def doctor(self) -> dict[str, int]:
        """The number of `living`, `destroyed` and `broken` keys; broken ones do not unwrap."""

    def kept(self) -> dict[tuple[str, str], str | None]:
        """(tenant, person) → the wrapped key, None of who was erased. For who creates keys and destroys them."""

    def take_over(self, kept: Mapping[tuple[str, str], str | None]) -> None:
        """Keep these, wrapped under the same secret, for persons that this keyring doesn't know. Likewise."""

    def close(self) -> None: ...
