"""The behaviour suite's store, once for every adapter, and its clock."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from movewell.store.port import Store

from .backings import BACKINGS, EMBEDDED, Backing, mongo_at
from .things import THINGS


class Seconds:
    """Real time as a store sees it; it stands still until a test moves it."""

    def __init__(self) -> None:
        self.at = 1000.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture(params=BACKINGS)
def backing(request: pytest.FixtureRequest) -> Backing:
    if request.param in EMBEDDED:
        return EMBEDDED[request.param]
    try:
        return mongo_at(request.getfixturevalue("mongo_url"))
    except pytest.FixtureLookupError:
        pytest.skip("the tests of this distribution alone know no MongoDB")


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


@pytest.fixture
def handle(backing: Backing, seconds: Seconds, tmp_path: Path) -> Iterator[Callable[[], Store]]:
    """Opens the test's store, prepared; again, it opens it as another process would, if the adapter can."""
    opened: list[Store] = []

    def opening() -> Store:
        if opened and not backing.shared:
            return opened[0]
        made = backing.open(tmp_path, seconds)
        opened.append(made)
        made.prepare([THINGS])
        return made

    yield opening
    for each in opened:
        each.close()


@pytest.fixture
def store(handle: Callable[[], Store]) -> Store:
    return handle()
