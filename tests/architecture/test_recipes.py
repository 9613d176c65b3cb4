"""The recipes of CONTRIBUTING are followed to the letter in a copy, and what they make keeps the rules."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.architecture.copy_of_house import ROOT, CopyOfHouse

CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")


def recipe(title: str) -> str:
    """The text under a heading."""
    found = re.search(rf"^## {title}\n(.*?)(?=^## |\Z)", CONTRIBUTING, re.MULTILINE | re.DOTALL)
    assert found, title
    return found[1]


@pytest.mark.parametrize("title", ["Add an event", "Add a projection", "Add a service"])
def test_a_recipe_works_to_the_letter(tmp_path: Path, title: str) -> None:
    copy = CopyOfHouse(tmp_path)
    tests = copy.apply(recipe(title))
    assert tests
    copy.tests(*tests)
    copy.rules()


def test_a_recipe_whose_ground_has_changed_is_noticed(tmp_path: Path) -> None:
    copy = CopyOfHouse(tmp_path)
    session = tmp_path / "services/scheduling/src/scheduling/domain/session.py"
    session.write_text(session.read_text().replace("def _count(self)", "def _recount(self)"))
    with pytest.raises(AssertionError, match="0 times"):
        copy.apply(recipe("Add an event"))


def test_contributing_is_short() -> None:
    assert len(CONTRIBUTING.splitlines()) <= 120
