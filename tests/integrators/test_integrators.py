"""The guide for integrators is followed to the letter against a running platform."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator

import pytest
from movewell.testing.bars_message import bars_cancellation, bars_referral

from deploy.local.processes import ROOT, Platform, free_port
from deploy.local.site import Site
from tests.integrators.guide import GUIDE, START, Step, fits, follow, steps

EXAMPLES = GUIDE.parent / "examples"
PERSON = {"nhs_number": "9990009015", "given": "Rowan", "reference": "PRACTICE-0001"}
ADDRESS = "http://127.0.0.1:8080"


@pytest.fixture(scope="module")
def guide() -> list[Step]:
    return steps(GUIDE.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def printed(guide: list[Step], tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[str]]:
    """What every block of the guide printed; the block that starts the platform prints nothing here."""
    folder = tmp_path_factory.mktemp("checkout")
    (folder / "docs").symlink_to(ROOT / "docs")
    (folder / ".venv").symlink_to(sys.prefix)
    (start,) = (number for number, step in enumerate(guide) if START in step.command)
    before = follow(guide[:start], folder)
    clients = (folder / "build" / "integrator" / "clients.json").read_text()
    platform = Platform(Site.at(folder / "data"), free_port(18_560), None, {"SYSTEM_CLIENTS": clients})
    platform.start()
    try:
        after = [
            Step(step.command.replace(ADDRESS, platform.url), step.files, step.output) for step in guide[start + 1 :]
        ]
        yield [*before, "", *follow(after, folder)]
    finally:
        platform.stop()


def test_every_block_prints_what_the_guide_shows(guide: list[Step], printed: list[str]) -> None:
    shown = [(step.output, found) for step, found in zip(guide, printed, strict=True) if step.output is not None]
    assert len(shown) == 6
    assert [(output, found) for output, found in shown if not fits(output, found)] == []


def test_other_output_than_the_guide_shows_is_noticed() -> None:
    assert fits("200 …\n", "200 received\n")
    assert not fits("200 …\n", "201 received\n")
    assert not fits("409 duplicate", "409 conflict")


@pytest.mark.parametrize(
    ("name", "made"),
    [("bars-referral", bars_referral(**PERSON)), ("bars-cancellation", bars_cancellation(**PERSON))],
)
def test_the_examples_are_the_messages_that_the_tests_send(name: str, made: dict) -> None:
    assert json.loads((EXAMPLES / f"{name}.json").read_text(encoding="utf-8")) == made
