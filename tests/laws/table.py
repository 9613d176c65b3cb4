"""The table `laws.toml`: which mechanism keeps which law, how it is removed, and which tests must miss it."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LAWS = {
    1: "State and its events commit together",
    2: "A command never waits for Kafka",
    3: "Every effect happens once, for ever",
    4: "One bad event never blocks its neighbours",
    5: "Truth that must not split lives in one document",
    6: "Commands are idempotent",
    7: "Every view can be rebuilt",
    8: "Personal data stay at home",
    9: "The log outlives the broker",
}
_HEAD = """\
# What keeps the laws

Generated from [`tests/laws/laws.toml`](../tests/laws/laws.toml) by `python -m tests.laws --write`; a test compares.
`make laws` takes each mechanism away in a copy of the tree and expects the named tests to fail (`ALL=1`: also those \
that need Kafka or MongoDB, marked *slow*).
"""


@dataclass(frozen=True)
class Removal:
    """`text`, which is in `file` once, keeps the law; `gone` takes its place, and then each of `tests` must fail.

    `tests` are `path::function`, whatever their parameters. A `slow` one is run on Kafka and MongoDB only, any other
    on the embedded adapters only.
    """

    law: int
    keeps: str
    removed: str
    file: str
    text: str
    gone: str
    tests: tuple[str, ...]
    slow: bool = False

    def apply(self, root: Path) -> str:
        """Take the mechanism away in the tree at `root`; the file's text before. ValueError unless it is there once."""
        path = root / self.file
        before = path.read_text(encoding="utf-8")
        if before.count(self.text) != 1:
            raise ValueError(f"{self.file} has this {before.count(self.text)} times: {self.text}")
        path.write_text(before.replace(self.text, self.gone), encoding="utf-8")
        return before


def removals() -> list[Removal]:
    """All of them, in order of the laws."""
    rows = tomllib.loads(Path(__file__).with_name("laws.toml").read_text(encoding="utf-8"))["removal"]
    return sorted((_removal(each) for each in rows), key=lambda each: each.law)


def _removal(row: dict[str, object]) -> Removal:
    return Removal(**{**row, "tests": tuple(row["tests"])})  # type: ignore[arg-type]


def as_markdown(rows: list[Removal]) -> str:
    """The table as a page."""
    parts = [_HEAD]
    for law, kept in groupby(rows, key=lambda each: each.law):
        parts.append(f"\n## {law}. {LAWS[law]}\n\n| what keeps it | where | missed by |\n| --- | --- | --- |\n")
        parts += [_line(each) for each in kept]
    return "".join(parts)


def _line(removal: Removal) -> str:
    tests = ", ".join(f"`{each.rpartition('::')[2]}`" for each in removal.tests)
    place = f"[`{Path(removal.file).name}`](../{removal.file})"
    return f"| {removal.keeps}{' (*slow*)' if removal.slow else ''} | {place} | {tests} |\n"
