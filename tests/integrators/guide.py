"""The integrators' guide as what it tells a reader to do: files to write, commands to run, output to expect."""

from __future__ import annotations

import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "integrators" / "index.md"
START = "make demo"
INSTALL = "make .venv/installed\n"
_BLOCK = re.compile(
    r"(?:`(?P<file>\w+\.py)`[^`\n]*:\n\n)?^```(?P<kind>\w+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL
)
_NEXT = "-- the next block --"


@dataclass(frozen=True)
class Step:
    """A command block, the file to write before it, and what it should print (… for anything)."""

    command: str
    files: tuple[tuple[str, str], ...]
    output: str | None


def steps(text: str) -> list[Step]:
    """In the order of the guide."""
    found: list[Step] = []
    files: list[tuple[str, str]] = []
    for block in _BLOCK.finditer(text):
        if block["kind"] == "python":
            files.append((block["file"], block["text"]))
        elif block["kind"] == "bash":
            found.append(Step(block["text"], tuple(files), None))
            files = []
        else:
            found[-1] = Step(found[-1].command, found[-1].files, block["text"])
    return found


def follow(taken: list[Step], folder: Path) -> list[str]:
    """Run the commands in one shell, as a reader would; what each block printed. Raises CalledProcessError."""
    lines = ["set -eu -o pipefail"]
    for step in taken:
        for name, text in step.files:
            lines.append(f"cat > {name} <<'END_OF_FILE'\n{text}END_OF_FILE")
        lines.append(f"{step.command.replace(INSTALL, '')}\necho '{_NEXT}'")
    ran = subprocess.run(
        ["bash", "-c", "\n".join(lines)], cwd=folder, env=dict(os.environ), check=True, capture_output=True, text=True
    )
    return ran.stdout.split(f"{_NEXT}\n")[:-1]


def fits(expected: str, printed: str) -> bool:
    """Whether it is what the guide shows, where … stands for anything."""
    pattern = ".*".join(re.escape(each.strip()) for each in expected.split("…"))
    return re.fullmatch(pattern, printed.strip(), re.DOTALL) is not None
