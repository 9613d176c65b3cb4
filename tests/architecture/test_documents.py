"""What the documents name is there: files, commands, events, routes, names in the code."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import pytest
from movewell.contracts import declarations

from deploy.local.site import SERVICES
from tests.architecture.copy_of_house import ROOT

_FOLDERS = ("docs", "docs/runbooks", "docs/integrators")
_PAGES = (
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    *(page for each in _FOLDERS for page in ROOT.glob(f"{each}/*.md")),
)
DOCUMENTS = sorted(_PAGES)
_LINK = re.compile(r"\]\(([^)#]+)(?:#[^)]*)?\)")
_CODE = re.compile(r"`([^`\n]+)`")
_FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)


def named(document: Path) -> list[str]:
    """What stands in backticks outside of blocks."""
    return _CODE.findall(_FENCE.sub("", document.read_text(encoding="utf-8")))


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda each: each.name)
def test_every_path_that_is_linked_exists(document: Path) -> None:
    links = [each for each in _LINK.findall(document.read_text(encoding="utf-8")) if "://" not in each]
    assert [each for each in links if not (document.parent / each).exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda each: each.name)
def test_every_make_target_that_is_named_exists(document: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"(?:^|`)make ([a-z-]+)", document.read_text(encoding="utf-8"), re.MULTILINE)) <= targets


def test_the_readme_shows_the_two_commands_and_a_picture() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert re.search(r"^make demo\b", text, re.MULTILINE)
    assert re.search(r"^make test\b", text, re.MULTILINE)
    (picture,) = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", text)
    assert (ROOT / picture).stat().st_size < 300_000
    assert len(text.splitlines()) <= 150


def test_the_map_of_the_readme_is_of_what_is_there() -> None:
    block = re.search(r"## Where things are\s+```\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    assert block
    folder = ROOT
    for line in block[1].splitlines():
        name = line.split()[0]
        folder = folder if line.startswith(" ") else ROOT / name
        assert (folder / name if line.startswith(" ") else folder).exists(), line


def test_the_journey_names_events_routes_and_code_that_exist() -> None:
    events = {each.name for each in declarations()}
    policies = [importlib.import_module(f"{each}.entrypoints.policy").POLICY.rules for each in SERVICES]
    routes = {(method, re.sub(r"<[^>]+>", "<id>", route)) for rules in policies for method, route in rules}
    sources = [*ROOT.glob("services/*/src/**/*.py"), *ROOT.glob("shared/src/**/*.py")]
    code = "".join(each.read_text(encoding="utf-8") for each in sources)
    for name in named(ROOT / "docs" / "journey.md"):
        if route := re.fullmatch(r"(GET|POST) (/\S+)", name):
            assert (route[1], route[2]) in routes, name
        elif re.fullmatch(r"[A-Z]\w+(\.\w+)?", name):
            assert all(re.search(rf"\b(class|def) {part}\b", code) for part in name.split(".")), name
        elif re.fullmatch(r"[a-z]+\.[a-z]+", name) and not name.endswith((".py", ".toml", ".jinja")):
            assert name in events, name


def test_the_glossary_has_each_word_once_with_its_source() -> None:
    rows = [
        line.strip("| ").split(" | ") for line in (ROOT / "docs/glossary.md").read_text().splitlines() if "|" in line
    ]
    words = [row[0] for row in rows if row[0] != "word" and not row[0].startswith("---")]
    assert sorted(words) == sorted(set(words))
    assert all(len(row) == 3 and row[2].strip() for row in rows)
