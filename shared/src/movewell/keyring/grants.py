"""Who may do what with keys."""

from __future__ import annotations

from collections.abc import Mapping

from movewell.keyring.port import Keyring, NotGranted

CREATE, READ, DESTROY = "create", "read", "destroy"
_KNOWN = frozenset((CREATE, READ, DESTROY))


class Granted:
    """A keyring as one service sees it. Implements `movewell.keyring.port.Keyring`.

    `grants` maps each service to its part of {"create", "read", "destroy"}; others get NotGranted.
    """

    def __init__(self, keyring: Keyring, service: str, grants: Mapping[str, frozenset[str]]) -> None:
        if unknown := frozenset().union(*grants.values()) - _KNOWN:
            raise ValueError(f"there is no such grant: {', '.join(sorted(unknown))}")
        self._keyring = keyring
        self._service = service
        self._grants = grants.get(service, frozenset())

    def create(self, tenant: str, person_id: str) -> None:
        self._need(CREATE)
        self._keyring.create(tenant, person_id)

    def key(self, tenant: str, person_id: str) -> bytes:
        self._need(READ)
        return self._keyring.key(tenant, person_id)

    def destroy(self, tenant: str, person_id: str) -> None:
        self._need(DESTROY)
        self._keyring.destroy(tenant, person_id)

    def doctor(self) -> dict[str, int]:
        return self._keyring.doctor()

    def close(self) -> None:
        self._keyring.close()

    def _need(self, grant: str) -> None:
        if grant not in self._grants:
            raise NotGranted(f"{self._service} may not {grant} keys")
