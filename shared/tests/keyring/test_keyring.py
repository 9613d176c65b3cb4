"""A data key per person; destroying it erases the person. The same of every keyring, whatever keeps the keys."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pymongo
import pytest
from movewell.adapters import open_keyring
from movewell.keyring.port import GRANTS, KeyDestroyed, Keyring, KeyUnknown, NotGranted, WrongSecret
from movewell.keyring.sealing import open_sealed, seal

SECRET = bytes(range(32))
OpenRing = Callable[..., Keyring]


@pytest.fixture(params=["sqlite", "mongo"])
def ring_of(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[OpenRing]:
    """Opens the same keyring as a service does, with its grants and its secret."""
    try:
        mongo = request.param == "mongo" and request.getfixturevalue("mongo_url")
    except pytest.FixtureLookupError:
        pytest.skip("the tests of this distribution alone know no MongoDB")
    made: list[Keyring] = []

    def opened(service: str = "referral", secret: bytes = SECRET) -> Keyring:
        made.append(open_keyring(mongo or f"sqlite:///{tmp_path / 'keyring.sqlite'}", secret, service))
        return made[-1]

    yield opened
    for each in made:
        each.close()


def test_a_key_is_made_once_and_is_the_same_for_everybody(ring_of: OpenRing) -> None:
    ring = ring_of()
    ring.create("T", "p")
    key = ring.key("T", "p")
    ring.create("T", "p")
    assert len(key) == 32
    assert ring.key("T", "p") == ring_of("notifications").key("T", "p") == key


def test_every_person_of_every_tenant_has_a_key_of_their_own(ring_of: OpenRing) -> None:
    ring = ring_of()
    people = [("T", "p"), ("T", "q"), ("U", "p")]
    for each in people:
        ring.create(*each)
    assert len({ring.key(*each) for each in people}) == 3


def test_a_destroyed_key_never_comes_back(ring_of: OpenRing) -> None:
    ring, other = ring_of(), ring_of("notifications")
    ring.create("T", "p")
    sealed = seal(ring, "T", "p", "contact", {})
    open_sealed(other, "T", "p", "contact", sealed)
    for _ in range(2):
        ring.destroy("T", "p")
    for attempt in (lambda: ring.create("T", "p"), lambda: other.key("T", "p")):
        with pytest.raises(KeyDestroyed):
            attempt()


def test_who_is_destroyed_before_they_had_a_key_never_gets_one(ring_of: OpenRing) -> None:
    ring = ring_of()
    ring.destroy("T", "p")
    with pytest.raises(KeyDestroyed):
        ring.create("T", "p")


def test_an_unknown_person_has_no_key(ring_of: OpenRing) -> None:
    with pytest.raises(KeyUnknown):
        ring_of().key("T", "nobody")


@pytest.mark.parametrize("service", ["scheduling", "outcomes", "reporting", "notifications"])
def test_a_service_may_do_what_it_is_granted_and_no_more(ring_of: OpenRing, service: str) -> None:
    ring = ring_of(service)
    for attempt in (lambda: ring.create("T", "p"), lambda: ring.destroy("T", "p")):
        with pytest.raises(NotGranted):
            attempt()
    if "read" not in GRANTS.get(service, ()):
        with pytest.raises(NotGranted):
            ring.key("T", "p")


def test_another_secret_is_noticed(ring_of: OpenRing) -> None:
    ring_of().create("T", "p")
    with pytest.raises(WrongSecret):
        ring_of(secret=bytes(32)).create("T", "q")


def test_the_doctor_counts_living_destroyed_and_broken_keys(ring_of: OpenRing) -> None:
    ring = ring_of()
    assert ring.doctor() == {"living": 0, "destroyed": 0, "broken": 0}
    for person in ("p", "q", "r"):
        ring.create("T", person)
    ring.destroy("T", "r")
    assert ring.doctor() == {"living": 2, "destroyed": 1, "broken": 0}


def test_who_comes_at_the_same_time_gets_one_key(ring_of: OpenRing) -> None:
    rings = [ring_of() for _ in range(6)]
    found: list[bytes] = []

    def make(ring: Keyring) -> None:
        ring.create("T", "p")
        found.append(ring.key("T", "p"))

    threads = [threading.Thread(target=make, args=(each,)) for each in rings]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len(found) == 6
    assert len(set(found)) == 1


def test_who_may_only_read_writes_nothing(ring_of: OpenRing, request: pytest.FixtureRequest) -> None:
    """Their user of the database may not; another secret is noticed nevertheless, once there is a key."""
    with pytest.raises(KeyUnknown):
        ring_of("notifications").key("T", "p")
    if request.node.callspec.params["ring_of"] == "mongo":
        with pymongo.MongoClient(request.getfixturevalue("mongo_url")) as client:
            assert client.get_default_database()["keys"].count_documents({}) == 0
    ring_of().create("T", "p")
    with pytest.raises(WrongSecret):
        ring_of("notifications", bytes(32)).key("T", "p")
