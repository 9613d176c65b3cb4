"""What the journeys share: a world on chosen backends, and the search for canaries after every one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys.canaries import leaks
from tests.journeys.visitors import Clinic, Visitor
from tests.journeys.world import Backends, World

_made: list[World] = []


@pytest.fixture
def backends(tmp_path: Path) -> Backends:
    """In memory. Another backend overrides this fixture; no story is changed."""
    return Backends.in_memory(tmp_path)


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
