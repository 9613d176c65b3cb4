"""The keyring: a data key per person, shared by the services. Destroying the key erases the person (law 8)."""

from __future__ import annotations

from typing import Protocol

from movewell.kernel import DomainError


class KeyUnknown(DomainError):
    """This person has never had a key."""

    code = "key-unknown"


class KeyDestroyed(DomainError):
    """The person was erased. The key is gone and can never be made again."""

    code = "key-destroyed"


class KeyBroken(DomainError):
    """The kept key does not unwrap: the keyring was damaged or tampered with."""

    code = "key-broken"


class NotGranted(DomainError):
    """The service may not do this with keys."""

    code = "not-granted"


class WrongSecret(DomainError):
    """The keyring was made under another secret."""

    code = "wrong-keyring-secret"


class Keyring(Protocol):
    """Keys of 32 bytes, by (tenant, person). Every method raises `movewell.errors.Unavailable` when it is away.

    Nothing is cached: what one process destroys, no other reads a moment later.
    """

    def create(self, tenant: str, person_id: str) -> None:
        """Give the person a key, unless there is one. Raises KeyDestroyed."""

    def key(self, tenant: str, person_id: str) -> bytes:
        """The person's key. Raises KeyUnknown, KeyDestroyed, KeyBroken."""

    def destroy(self, tenant: str, person_id: str) -> None:
        """Overwrite the key and leave a tombstone, also for a person who never had one. May be repeated.

        After Unavailable it must be: the key can no longer be used, but its wrapped bytes may still be on disk.
        """

    def doctor(self) -> dict[str, int]:
        """The number of `living`, `destroyed` and `broken` keys; broken ones do not unwrap."""

    def close(self) -> None: ...
