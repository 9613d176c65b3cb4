"""The commands that the documents show, as a shell would split them."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.architecture.copy_of_house import ROOT

_BLOCK = re.compile(r"^( *)```(sh|bash|console)\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
_PLAIN = re.compile(r"^```\n((?:make .*\n)+)```", re.MULTILINE)
_INLINE = re.compile(r"`((?:make|python -m|docker compose|kubectl|movewell) [^`\n]+)`")
_FENCED = re.compile(r"^ *```.*?^ *```", re.MULTILINE | re.DOTALL)
_ASSIGNED = re.compile(r"[A-Z_]+=.*", re.DOTALL)
_ENDS = frozenset({"|", "||", "&&", ";", "&", "(", ")"})


@dataclass(frozen=True)
class Command:
    """`page` is where it is shown, `set` what stands before it as in `NAME=value program`."""

    page: str
    words: tuple[str, ...]
    set: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.page}: {' '.join(self.words)}"


def documents() -> list[Path]:
    found = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("services/*/README.md")]
    return sorted(each for each in found if each.name != "CHANGELOG.md")


def blocks(text: str) -> Iterator[str]:
    """What a reader would type, block by block: of a console, what follows its prompts."""
    for block in _BLOCK.finditer(text):
        lines = [line.removeprefix(block[1]) for line in block[3].splitlines()]
        if block[2] == "console":
            lines = [line.removeprefix("$ ") for line in lines if line.startswith("$ ")]
        yield "\n".join(lines) + "\n"
    yield from _PLAIN.findall(text)


def commands_of(page: str, text: str) -> Iterator[Command]:
    """Of its blocks, and those that it names in its sentences."""
    for block in blocks(text):
        yield from _split(page, block)
    for inline in _INLINE.findall(_FENCED.sub("", text)):
        if "…" not in inline:
            yield from _split(page, inline)


def _split(page: str, script: str) -> Iterator[Command]:
    for line in _lines(script):
        reader = shlex.shlex(line, posix=True, punctuation_chars="|&;()")
        reader.whitespace_split, reader.commenters = True, "#"
        words: list[str] = []
        for word in [*reader, ";"]:
            if word in _ENDS:
                yield from _command(page, words)
                words = []
            else:
                words.append(word)


def _lines(script: str) -> Iterator[str]:
    """Whole lines: one that ends in a backslash, or within quotes, goes on."""
    line = ""
    for part in script.splitlines():
        line = f"{line}\n{part}" if line else part
        if line.endswith("\\"):
            line = line[:-1] + " "
        elif line.count("'") % 2 == 0 and line.count('"') % 2 == 0:
            yield line
            line = ""


def _command(page: str, words: list[str]) -> Iterator[Command]:
    number = next((at for at, word in enumerate(words) if not _ASSIGNED.fullmatch(word)), len(words))
    if number < len(words):
        yield Command(page, tuple(words[number:]), tuple(words[:number]))
