"""The whole log again changes nothing and sends nothing; a rebuild gives the same bytes."""

from __future__ import annotations

import pytest
from movewell.contracts.declare import declarations

from tests.journeys.rich_run import run_richly
from tests.journeys.world import World


def sunk(world: World) -> dict[str, bytes]:
    """Every file of the sink."""
    return {each.name: each.read_bytes() for each in world.sink.iterdir()}


def test_the_rich_run_says_everything_that_can_be_said(world: World) -> None:
    run_richly(world)
    said = {each.headers["ce_type"] for each in world.records()}
    assert {each.type for each in declarations()} == said
    assert not [each for name in world.running for each in world.documents(name, "waiting")]


def test_the_whole_log_again_changes_no_document_and_sends_nothing(world: World) -> None:
    run_richly(world)
    before, sent, records = world.dumps(), sunk(world), world.records()
    world.deliver_everything_again()
    assert world.dumps() == before
    assert sunk(world) == sent
    assert world.records() == records


@pytest.mark.parametrize("service", ["outcomes", "referral", "reporting"])
def test_a_rebuild_gives_the_same_bytes(world: World, service: str) -> None:
    run_richly(world)
    running = world.running[service]
    before = running.digest()
    assert running.rebuild() > 0
    world.settle()
    assert running.digest() == before
    world.deliver_everything_again()
    assert running.digest() == before
