"""Law 8 on MongoDB: a destroyed key is gone for every reader and never comes back; a grant is asked for each time."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from movewell.keyring.mongo import MongoKeyring
from movewell.keyring.port import KeyDestroyed, KeyUnknown, NotGranted, WrongSecret

SECRET = bytes(range(32))
Open = Callable[..., MongoKeyring]


@pytest.fixture(params=["mongo"])
def opened(request: pytest.FixtureRequest) -> Iterator[Open]:
    """Opens the test's keyring as a service sees it."""
    try:
        url = request.getfixturevalue("mongo_url")
    except pytest.FixtureLookupError:
        pytest.skip("the tests of this distribution alone know no MongoDB")
    made: list[MongoKeyring] = []

    def opening(service: str = "referral", secret: bytes = SECRET) -> MongoKeyring:
        made.append(MongoKeyring(url, secret=secret, service=service))
        return made[-1]

    yield opening
    for each in made:
        each.close()


def test_a_key_is_the_same_for_every_service_and_made_once(opened: Open) -> None:
    ring = opened()
    ring.create("T", "p")
    key = ring.key("T", "p")
    opened().create("T", "p")
    assert len(key) == 32
    assert opened("notifications").key("T", "p") == key
    with pytest.raises(KeyUnknown):
        ring.key("T", "q")


def test_a_destroyed_key_never_comes_back(opened: Open) -> None:
    ring, other = opened(), opened("notifications")
    for person in ("p", "stays"):
        ring.create("T", person)
    other.key("T", "p")
    for _ in range(2):
        ring.destroy("T", "p")
    for attempt in (lambda: ring.create("T", "p"), lambda: ring.key("T", "p"), lambda: other.key("T", "p")):
        with pytest.raises(KeyDestroyed):
            attempt()
    assert len(other.key("T", "stays")) == 32
    assert ring.doctor() == {"living": 1, "destroyed": 1, "broken": 0}


def test_an_erasure_that_comes_before_the_key_prevents_it(opened: Open) -> None:
    ring = opened()
    ring.destroy("T", "p")
    with pytest.raises(KeyDestroyed):
        ring.create("T", "p")


def test_a_service_may_do_what_it_is_granted_and_no_more(opened: Open) -> None:
    opened().create("T", "p")
    reading, nobody = opened("notifications"), opened("reporting")
    for attempt in (
        lambda: reading.create("T", "q"),
        lambda: reading.destroy("T", "p"),
        lambda: nobody.key("T", "p"),
        lambda: nobody.destroy("T", "p"),
    ):
        with pytest.raises(NotGranted):
            attempt()
    assert len(reading.key("T", "p")) == 32


def test_another_secret_is_noticed_before_a_key_is_made(opened: Open) -> None:
    opened().create("T", "p")
    with pytest.raises(WrongSecret):
        opened(secret=b"x" * 32).create("T", "q")
    with pytest.raises(KeyUnknown):
        opened().key("T", "q")
