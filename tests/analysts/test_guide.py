"""The guide for analysts is followed to the letter, over the events of a walk."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from deploy.local.processes import ROOT, free_port
from tests.integrators.guide import Step, fits, follow, steps

GUIDE = ROOT / "docs" / "analysts" / "index.md"
START = "make demo ONCE=1 DATA=build/analysts\n"


@pytest.fixture(scope="module")
def guide() -> list[Step]:
    return steps(GUIDE.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def printed(guide: list[Step], tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What every block printed; the walk is walked here, in place of the line that asks for it."""
    folder = tmp_path_factory.mktemp("checkout")
    (folder / ".venv").symlink_to(sys.prefix)
    environ = {**os.environ, "ONCE": "1", "DATA": str(folder / "build" / "analysts"), "PORT": str(free_port(18_860))}
    walked = subprocess.run([sys.executable, "-m", "deploy.local.demo"], cwd=ROOT, env=environ, capture_output=True)
    assert walked.returncode == 0, walked.stdout.decode()
    assert START in guide[0].command
    first = Step(guide[0].command.replace(START, ""), (), None)
    return follow([first, *guide[1:]], folder)


def test_every_block_prints_what_the_guide_shows(guide: list[Step], printed: list[str]) -> None:
    shown = [(step.output, found) for step, found in zip(guide, printed, strict=True) if step.output is not None]
    assert len(shown) == 4
    assert [(output, found) for output, found in shown if not fits(output, found)] == []
