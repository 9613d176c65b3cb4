"""Topics interleaved anyhow, records doubled, batches cut anywhere: the same state, events and messages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from movewell.keyring.port import Keyring
from movewell.log.port import Delivered

from tests.journeys.rich_run import run_richly
from tests.journeys.shuffling import HEARS, Listener, shuffled
from tests.journeys.world import Backends, World


@dataclass(frozen=True, repr=False)
class Recording:
    """The log of a rich run, its keyring, the digest of its views, and what each service makes of it told straight."""

    records: list[Delivered]
    keyring: Keyring
    digest: str
    straight: dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Recording]:
    folder = tmp_path_factory.mktemp("recorded")
    world = World(folder, Backends.in_memory(Path(folder)))
    run_richly(world)
    records, keyring, digest = world.records(), world.keyring("notifications"), world.running["reporting"].digest()
    world.close()
    straight = {}
    for name in HEARS:
        listener = Listener(name, keyring).hear([records])
        straight[name] = listener.came_to()
        listener.close()
    yield Recording(records, keyring, digest, straight)
    keyring.close()


def test_told_straight_every_service_has_much_to_say(recording: Recording) -> None:
    """Else the comparisons below compare nothing."""
    assert len(recording.records) > 150
    for name, came_to in recording.straight.items():
        assert len(came_to["documents"]) > 20, name
    assert len(recording.straight["notifications"]["sent"]) >= 8
    for name in ("scheduling", "outcomes", "notifications"):
        assert sum(map(len, recording.straight[name]["events"].values())) > 10, name


@pytest.mark.parametrize("name", HEARS)
@settings(max_examples=75, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32), duplicates=st.sampled_from([0.0, 0.2, 0.6]), longest=st.sampled_from([1, 7, 50]))
def test_any_delivery_comes_to_the_same(
    recording: Recording, name: str, seed: int, duplicates: float, longest: int
) -> None:
    listener = Listener(name, recording.keyring)
    try:
        listener.hear(shuffled(recording.records, seed, duplicates, longest))
        assert listener.came_to() == recording.straight[name]
        if name == "reporting":
            assert listener.running.digest() == recording.digest
    finally:
        listener.close()


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32), duplicates=st.sampled_from([0.0, 0.6]))
def test_where_places_are_scarce_any_delivery_fills_them_and_no_more(
    recording: Recording, seed: int, duplicates: float
) -> None:
    """Who comes first is served first, so the order decides who; never how many, nor that a seat is left empty."""
    listener = Listener("scheduling", recording.keyring, capacity=1)
    try:
        listener.hear(shuffled(recording.records, seed, duplicates, 7))
        rows = listener.came_to()["documents"]
        seats = [each["seats"] for name, each in rows if name == "sessions"]
        assert [len(each) for each in seats] == [1, 1]
        open_offers = [each for name, each in rows if name == "offers" and each["status"] == "accepted"]
        assert [{each["referral_id"]} for each in open_offers] == [set(seats[0])] == [set(seats[1])]
    finally:
        listener.close()
