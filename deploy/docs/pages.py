"""What MkDocs is told of this repository: pages beside docs/, files that pages link to, and the navigation.

A document links as a forge shows it: relative to where it lies in the repository. In the site, what lies outside of
docs/ has its place too: a document as a page, any other file as text, a folder as a list of both. Navigation goes by
folder, so that a page is found without being entered anywhere.
"""

from __future__ import annotations

import re
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

from deploy.docs.links import led, targets

ROOT = Path(__file__).resolve().parents[2]
ROOT_PAGES = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md", "SAFETY.md", "CODE_OF_CONDUCT.md")
SECTIONS: dict[str, tuple[str, ...]] = {
    "Start": ("README.md", "journey.md", "glossary.md", "CHANGELOG.md"),
    "Integrators": ("integrators/",),
    "Analysts": ("analysts/",),
    "Operators": ("upgrading.md", "leaving-the-embedded-set.md", "runbooks/"),
    "Engineers": ("CONTRIBUTING.md", "code-style.md", "flow.md", "laws.md", "measurements.md", "services/"),
    "Safety": ("SAFETY.md", "SECURITY.md", "safety/"),
    "Decisions": ("adr/",),
}
"""Title → pages, and folders that end in a slash. A page that is in none comes at the end of Engineers."""
_DRAWING = re.compile(r"^```mermaid\n.*?^```\n", re.MULTILINE | re.DOTALL)
_NOT_DRAWN = "*A forge shows a drawing here; the table below says the same.*\n"


def address(path: str) -> str:
    """Where the site has what lies at a path of the repository."""
    if path.startswith("docs/"):
        return path.removeprefix("docs/")
    if path.endswith(".md"):
        return path
    return f"source/{path}/index.md" if (ROOT / path).is_dir() else f"source/{path}.txt"


def place(page: str) -> str:
    """Where in the repository a page of the site lies."""
    return f"docs/{page}" if (ROOT / "docs" / page).exists() else page


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add what lies outside of docs/ and is linked, and what that links; then make the navigation."""
    found = [place(each.src_uri) for each in files.documentation_pages()]
    found += [each for each in ROOT_PAGES if (ROOT / each).exists()]
    for path in found:  # which grows
        if address(path) not in files.src_uris:
            files.append(_file(path, config))
        if path.endswith(".md"):
            linked = targets((ROOT / path).read_text(encoding="utf-8"), path)
            found += [each for each in linked if each not in found and (ROOT / each).exists()]
        elif (ROOT / path).is_dir():
            found += [f"{path}/{each}" for each in _names(path)]
    pages = sorted(each.src_uri for each in files.documentation_pages())
    config.nav = navigation([each for each in pages if not each.startswith("source/")])
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    at = page.file.src_uri
    if at.startswith("source/"):
        return markdown
    return led(_DRAWING.sub(_NOT_DRAWN, markdown), place(at), at, address)


def navigation(pages: list[str]) -> list[dict[str, list[str]]]:
    """Sections of those pages that there are."""
    made = {title: [page for each in wanted for page in _within(each, pages)] for title, wanted in SECTIONS.items()}
    made["Engineers"] += sorted(set(pages) - {page for each in made.values() for page in each})
    return [{title: each} for title, each in made.items() if each]


def _within(wanted: str, pages: list[str]) -> list[str]:
    """A page, or those of a folder, its index first."""
    found = [each for each in pages if each == wanted or (wanted.endswith("/") and each.startswith(wanted))]
    return sorted(found, key=lambda each: (not each.endswith("/index.md"), each))


def _file(path: str, config: MkDocsConfig) -> File:
    if (ROOT / path).is_dir():
        listed = "\n".join(f"- [{each}]({each}.txt)" for each in _names(path))
        return File.generated(config, address(path), content=f"# {path}\n\n{listed}\n")
    return File.generated(config, address(path), abs_src_path=str(ROOT / path))


def _names(folder: str) -> list[str]:
    return sorted(each.name for each in (ROOT / folder).iterdir() if each.is_file())
