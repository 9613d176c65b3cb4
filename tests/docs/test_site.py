"""The documents as a site: every page is reached, nothing is asked of another host, broken links are refused."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from deploy.docs.links import led, targets
from deploy.docs.pages import address, navigation
from tests.architecture.copy_of_house import ROOT

LOADS = {"script": "src", "img": "src", "iframe": "src", "source": "src", "object": "data", "link": "href"}
"""Elements that make a browser ask for something, and the attribute that says what."""


def build(root: Path, folder: Path) -> subprocess.CompletedProcess[str]:
    """As `make docs` does."""
    environment = {**os.environ, "PYTHONPATH": str(root), "NO_MKDOCS_2_WARNING": "1"}
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)]
    return subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, timeout=120)


class Elements(HTMLParser):
    """What a page loads, and what its navigation leads to."""

    def __init__(self, page: Path) -> None:
        super().__init__()
        self.loaded: list[str] = []
        self.led_to: set[str] = set()
        self.feed(page.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if address := given.get(LOADS.get(tag, "")):
            self.loaded.append(address)
        if tag == "a" and "md-nav__link" in (given.get("class") or ""):
            self.led_to.add((given.get("href") or "").partition("#")[0])


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    built = build(ROOT, folder)
    assert built.returncode == 0, built.stderr
    return folder


def pages(site: Path) -> Iterator[Path]:
    return (each for each in site.rglob("*.html") if "source" not in each.relative_to(site).parts)


def test_no_page_asks_another_host_for_anything(site: Path) -> None:
    loaded = {(page.name, each) for page in pages(site) for each in Elements(page).loaded}
    assert len(loaded) > 100
    assert {each for each in loaded if urlsplit(each[1]).netloc} == set()
    sheets = "".join(each.read_text(encoding="utf-8") for each in site.rglob("*.css"))
    assert re.findall(r"(?:url\(|@import)\s*[\"']?(?:https?:)?//[^)\"']*", sheets) == []


def test_what_a_page_loads_is_there(site: Path) -> None:
    pages_ = [page for page in pages(site) if page.name != "404.html"]
    missing = [
        (page.name, each)
        for page in pages_
        for each in Elements(page).loaded
        if not (page.parent / unquote(urlsplit(each).path)).exists()
    ]
    assert missing == []


def test_every_document_is_reached_from_the_navigation(site: Path) -> None:
    reached = Elements(site / "index.html").led_to
    documents = [each.relative_to(ROOT).as_posix() for each in ROOT.glob("docs/**/*.md")]
    wanted = {address(each).removesuffix(".md") + ".html" for each in [*documents, "CONTRIBUTING.md", "SECURITY.md"]}
    assert len(wanted) > 35
    assert wanted - reached == set()


def test_a_file_of_the_repository_that_is_linked_can_be_read(site: Path) -> None:
    assert (site / "source/shared/src/movewell/kernel.py.txt").read_text() == (
        ROOT / "shared/src/movewell/kernel.py"
    ).read_text()


def test_make_builds_it_as_these_tests_do() -> None:
    """And not with `--quiet`: MkDocs then counts no warning, and refuses nothing."""
    assert re.search(r"^docs: .*\n\t.*-m mkdocs build --strict$", (ROOT / "Makefile").read_text(), re.MULTILINE)


def test_links_that_lead_nowhere_are_refused(tmp_path: Path) -> None:
    shutil.copy2(ROOT / "mkdocs.yml", tmp_path)
    shutil.copytree(ROOT / "deploy" / "docs", tmp_path / "deploy" / "docs")
    (tmp_path / "docs").mkdir()
    (tmp_path / "README.md").write_text("# Home\n\n[Journey](docs/journey.md#sound)\n")
    (tmp_path / "docs" / "journey.md").write_text("# Journey\n\n## Sound\n\n[Home](../README.md)\n")
    assert build(tmp_path, tmp_path / "sound").returncode == 0
    broken = "[a](gone.md) [b](../gone.py) [c](journey.md#nowhere)"
    (tmp_path / "docs" / "journey.md").write_text(f"# Journey\n\n## Sound\n\n{broken}\n")
    refused = build(tmp_path, tmp_path / "broken")
    assert refused.returncode != 0
    assert [each for each in ("gone.md", "gone.py", "#nowhere") if each not in refused.stderr] == []


def test_links_are_led_by_where_a_page_lies_in_the_repository() -> None:
    text = "[a](../adr/1.md#b) `[c](d.md)` [e](https://f) [g](../../shared/h.py)\n```sh\n[i](j)\n```\n"
    assert list(targets(text, "docs/runbooks/x.md")) == ["docs/adr/1.md", "shared/h.py"]
    assert led(text, "docs/runbooks/x.md", "runbooks/x.md", address) == (
        "[a](../adr/1.md#b) `[c](d.md)` [e](https://f) [g](../source/shared/h.py.txt)\n```sh\n[i](j)\n```\n"
    )


def test_a_folder_that_nobody_has_named_is_in_the_navigation() -> None:
    made = {title: each for part in navigation(["adr/1.md", "new/a.md", "README.md"]) for title, each in part.items()}
    assert made == {"Start": ["README.md"], "Engineers": ["new/a.md"], "Decisions": ["adr/1.md"]}
