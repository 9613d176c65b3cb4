"""What the journeys share: a world on chosen backends, and the search for canaries after every one."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.backends import mongo_url
from tests.journeys.canaries import leaks
from tests.journeys.visitors import Clinic, Visitor
from tests.journeys.world import Backends, World

_made: list[World] = []


_POLL_SECONDS = 0.05
MEMORY, KAFKA, KAFKA_AND_MONGO = "memory", "kafka", "kafka and mongo"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Every story runs in memory; the ones told in `_TOLD_AGAIN` on real servers too, by the same words.

    With EVERYWHERE=1 in the environment every story is told on everything.
    """
    if "backends" in metafunc.fixturenames:
        module = metafunc.module.__name__.rpartition(".")[2]
        again = (KAFKA, KAFKA_AND_MONGO) if os.environ.get("EVERYWHERE") == "1" else _TOLD_AGAIN.get(module, ())
        metafunc.parametrize("backends", (MEMORY, *again), indirect=True)


_TOLD_AGAIN = {
    "test_pathway": (KAFKA_AND_MONGO,),
    "test_places": (KAFKA,),
    "test_endings": (KAFKA,),
}


@pytest.fixture
def backends(request: pytest.FixtureRequest, tmp_path: Path) -> Backends:
    """What the services stand on. No story knows."""
    chosen = getattr(request, "param", MEMORY)
    if chosen == MEMORY:
        return Backends.in_memory(tmp_path)
    name = uuid.uuid4().hex[:8]
    log_url = f"{request.getfixturevalue('kafka_url')}?session_ms=6000&prefix=j{name}."
    if chosen == KAFKA:
        keyring = f"sqlite:///{tmp_path / 'keyring'}.sqlite"
        return Backends(lambda service: f"sqlite:///{tmp_path / service}.sqlite", log_url, keyring, _POLL_SECONDS)
    store = f"j{name}_"
    return Backends(lambda service: mongo_url(store + service), log_url, mongo_url(store + "keyring"), _POLL_SECONDS)


@pytest.fixture
def world(tmp_path: Path, backends: Backends) -> Iterator[World]:
    made = World(tmp_path, backends)
    _made.append(made)
    yield made


@pytest.fixture
def clinic(world: World) -> Clinic:
    return Clinic(world)


@pytest.fixture(autouse=True)
def _no_canary_gets_out() -> Iterator[None]:
    """After each journey: look into every output outside of the canaries' homes, which `canaries` names."""
    _made.clear()
    yield
    for world in _made:
        for page in ("/report", "/report/exact", "/api/report"):
            Visitor(world, "manager").call("GET", page)
        try:
            assert leaks(world) == []
        finally:
            world.close()
