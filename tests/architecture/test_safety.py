"""The hazard log and the threat model: every test that they name exists, and no hazard is without a control."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.architecture.copy_of_house import ROOT

LOG = ROOT / "docs" / "safety" / "hazard-log.md"
SECURITY = ROOT / "SECURITY.md"
_TEST = re.compile(r"\[`(test_\w+)`\]\(([^)]+)\)")
_RATING = re.compile(r"^Before S([1-5]) L([1-5]), after S([1-5]) L([1-5])\.$", re.MULTILINE)


def named(text: str, folder: Path) -> list[tuple[str, Path]]:
    """(test, file) of each test that is linked."""
    return [(name, folder / path) for name, path in _TEST.findall(text)]


def missing(text: str, folder: Path) -> list[str]:
    """Tests that are named and do not exist."""
    return [
        name
        for name, path in named(text, folder)
        if not path.is_file() or not re.search(rf"def {name}\b", path.read_text(encoding="utf-8"))
    ]


def hazards(text: str) -> dict[str, str]:
    """Id → what stands below its heading."""
    parts = re.split(r"^## (H\d\d) .*$", text, flags=re.MULTILINE)[1:]
    ids = parts[::2]
    assert len(ids) == len(set(ids)), "an id stands for one hazard, for ever"
    return dict(zip(ids, parts[1::2], strict=True))


@pytest.mark.parametrize("document", [LOG, SECURITY], ids=lambda each: each.name)
def test_every_test_that_is_named_exists(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    assert named(text, document.parent)
    assert missing(text, document.parent) == []


def test_a_test_that_was_renamed_is_missed() -> None:
    text = LOG.read_text(encoding="utf-8").replace("[`test_", "[`test_not_", 1)
    assert len(missing(text, LOG.parent)) == 1


@pytest.mark.parametrize(("id", "text"), hazards(LOG.read_text(encoding="utf-8")).items())
def test_a_hazard_is_rated_and_each_of_its_controls_is_tested(id: str, text: str) -> None:
    assert "Cause: " in text and "Effect: " in text
    ((severity, likelihood, severity_after, likelihood_after),) = _RATING.findall(text)
    assert int(severity_after) * int(likelihood_after) < int(severity) * int(likelihood), id
    controls = [line for line in text.splitlines() if line.startswith("- ")]
    assert controls
    assert [line for line in controls if not _TEST.search(line)] == []
