"""The table of the laws is true as far as can be seen without running it: `make laws` runs it."""

from __future__ import annotations

import ast
from collections import Counter

import pytest

from tests.laws.table import LAWS, ROOT, Removal, as_markdown, removals

REMOVALS = removals()


def functions(path: str) -> set[str]:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return {each.name for each in tree.body if isinstance(each, ast.FunctionDef)}


@pytest.mark.parametrize("removal", REMOVALS, ids=lambda each: f"{each.law} {each.removed}")
def test_what_is_removed_is_there_once_and_leaves_python_behind(removal: Removal) -> None:
    source = (ROOT / removal.file).read_text(encoding="utf-8")
    assert source.count(removal.text) == 1
    assert removal.gone != removal.text
    compile(source.replace(removal.text, removal.gone), removal.file, "exec")


@pytest.mark.parametrize("removal", REMOVALS, ids=lambda each: f"{each.law} {each.removed}")
def test_the_tests_that_must_miss_it_exist(removal: Removal) -> None:
    assert removal.tests
    for test in removal.tests:
        path, _, name = test.partition("::")
        assert name in functions(path), test


def test_every_law_has_four_removals_at_least() -> None:
    counted = Counter(each.law for each in REMOVALS if not each.slow)
    assert set(counted) == set(LAWS)
    assert min(counted.values()) >= 4


def test_the_adapters_for_kafka_and_mongodb_have_removals_too() -> None:
    slow = [each.file for each in REMOVALS if each.slow]
    assert len([each for each in slow if "kafka" in each]) >= 3
    assert len([each for each in slow if "mongo" in each]) >= 3


def test_each_removal_has_a_name_of_its_own() -> None:
    assert [name for name, times in Counter(each.removed for each in REMOVALS).items() if times > 1] == []


def test_the_page_of_the_laws_is_the_table() -> None:
    """Else `python -m tests.laws --write`."""
    assert (ROOT / "docs" / "laws.md").read_text(encoding="utf-8") == as_markdown(REMOVALS)
