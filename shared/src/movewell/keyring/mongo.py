"""The keyring in a MongoDB database of its own.

Destroying a key unsets its wrapped bytes at once and for every reader. They may remain in the journal, the
oplog and backups until those roll over, readable only with the site's key-encryption key: see
docs/runbooks/mongodb.md.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping

from pymongo.errors import DuplicateKeyError, PyMongoError

from movewell.errors import Unavailable
from movewell.keyring.port import CREATE, DESTROY, GRANTS, READ, KeyDestroyed, KeyUnknown, NotGranted
from movewell.keyring.wrapping import CHECK, new_key, state_of, unwrap, wrap
from movewell.store.mongo import client_at


class MongoKeyring:
    """Implements `movewell.keyring.port.Keyring`. A document without a wrapped key is a tombstone."""

    def __init__(self, url: str, *, secret: bytes, service: str, grants: Mapping[str, frozenset[str]] = GRANTS) -> None:
        self._client = client_at(url)
        self._keys = self._client.get_default_database()["keys"]
        self._secret = secret
        self._granted = grants.get(service, frozenset())
        self._checked = False

    def create(self, tenant: str, person_id: str) -> None:
        self._require(CREATE)
        with _or_unavailable():
            self._check_secret()
            wrapped = self._insert_or_find(tenant, person_id, new_key())
        if wrapped is None:
            raise KeyDestroyed("This person was erased.")

    def key(self, tenant: str, person_id: str) -> bytes:
        self._require(READ)
        with _or_unavailable():
            self._check_secret()
            found = self._keys.find_one({"_id": {"$eq": _id(tenant, person_id)}})
        if found is None:
            raise KeyUnknown("There is no key for this person.")
        if found["wrapped"] is None:
            raise KeyDestroyed("This person was erased.")
        return unwrap(self._secret, tenant, person_id, found["wrapped"])

    def destroy(self, tenant: str, person_id: str) -> None:
        self._require(DESTROY)
        tombstone = {"tenant": tenant, "person_id": person_id, "wrapped": None}
        with _or_unavailable():
            self._keys.update_one({"_id": {"$eq": _id(tenant, person_id)}}, {"$set": tombstone}, upsert=True)

    def doctor(self) -> dict[str, int]:
        counts = {"living": 0, "destroyed": 0, "broken": 0}
        with _or_unavailable():
            for each in self._keys.find({"_id": {"$ne": _id(*CHECK)}}):
                counts[state_of(self._secret, each["tenant"], each["person_id"], each["wrapped"])] += 1
        return counts

    def kept(self) -> dict[tuple[str, str], str | None]:
        self._require(DESTROY)
        with _or_unavailable():
            found = self._keys.find({"_id": {"$ne": _id(*CHECK)}})
            return {(each["tenant"], each["person_id"]): each["wrapped"] for each in found}

    def take_over(self, kept: Mapping[tuple[str, str], str | None]) -> None:
        self._require(CREATE)
        with _or_unavailable():
            self._check_secret()
            for (tenant, person_id), wrapped in kept.items():
                row = {"_id": _id(tenant, person_id), "tenant": tenant, "person_id": person_id, "wrapped": wrapped}
                with contextlib.suppress(DuplicateKeyError):
                    self._keys.insert_one(row)

    def close(self) -> None:
        self._client.close()

    def _check_secret(self) -> None:
        """Once, at first use: the database may be away when the service starts.

        Who may only read writes nothing: its user of the database may not, and before the first key nothing is sealed.
        """
        if self._checked:
            return
        wrapped = self._insert_or_find(*CHECK, b"check") if CREATE in self._granted else self._find(*CHECK)
        if wrapped is not None:
            unwrap(self._secret, *CHECK, wrapped)
            self._checked = True

    def _insert_or_find(self, tenant: str, person_id: str, key: bytes) -> str | None:
        """What is wrapped for the person: this key, unless there was one before."""
        id, wrapped = _id(tenant, person_id), wrap(self._secret, tenant, person_id, key)
        with contextlib.suppress(DuplicateKeyError):
            self._keys.insert_one({"_id": id, "tenant": tenant, "person_id": person_id, "wrapped": wrapped})
            return wrapped
        return self._find(tenant, person_id)

    def _find(self, tenant: str, person_id: str) -> str | None:
        found = self._keys.find_one({"_id": {"$eq": _id(tenant, person_id)}})
        kept: str | None = found["wrapped"] if found else None
        return kept

    def _require(self, grant: str) -> None:
        if grant not in self._granted:
            raise NotGranted(f"no grant to {grant} keys")


def _id(tenant: str, person_id: str) -> str:
    return f"{tenant}|{person_id}"


@contextlib.contextmanager
def _or_unavailable() -> Iterator[None]:
    try:
        yield
    except PyMongoError as error:
        raise Unavailable("the keyring is away") from error
