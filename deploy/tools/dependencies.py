"""Known weaknesses of what images install: `make audit-dependencies`. It fails if it could not ask about every package.

pip-audit says "No known vulnerabilities found" and ends well where it could ask about nothing. So its answer is
counted: each pinned package must have been looked up. Given a folder of OSV files, they are asked and no network.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from deploy.tools import advisories
from deploy.tools.places import REQUIREMENTS, pins, plain, run


class NothingAudited(Exception):
    """The advisory service gave no answer that can be read."""


def faults(pinned: dict[str, str], answer: dict[str, Any]) -> list[str]:
    """Packages with a known weakness, and packages about which nothing is known because nobody could be asked."""
    looked_up = {
        (plain(each["name"]), each["version"]): [found["id"] for found in each["vulns"]]
        for each in answer["dependencies"]
        if "skip_reason" not in each
    }
    unasked = [f"{name} {version}" for name, version in pinned.items() if (name, version) not in looked_up]
    weak = [f"{name} {version}: {', '.join(ids)}" for (name, version), ids in sorted(looked_up.items()) if ids]
    if unasked:
        told = ", ".join(unasked[:5]) + (" ..." if len(unasked) > 5 else "")
        weak.append(f"not audited, {len(unasked)} of {len(pinned)} packages: {told}")
    return weak


def asked_online(requirements: Path) -> dict[str, Any]:
    """pip-audit's answer about one file; its exit code tells nothing that its answer does not."""
    options = ("--disable-pip", "--require-hashes", "--format", "json", "--progress-spinner", "off")
    done = run("pip-audit", "-r", str(requirements), *options)
    return read(done.stdout, done.stderr)


def read(stdout: str, stderr: str) -> dict[str, Any]:
    try:
        answer: dict[str, Any] = json.loads(stdout)
    except ValueError as error:
        last = (stderr.strip().splitlines() or ["no answer"])[-1]
        raise NothingAudited(f"the advisory service could not be asked: {last}") from error
    if not answer.get("dependencies"):
        raise NothingAudited("pip-audit looked at no package")
    return answer


def audit(files: list[Path], ask: Callable[[Path], dict[str, Any]]) -> list[str]:
    """Of every file; no file at all is a fault."""
    if not files:
        return ["there are no requirements to audit"]
    return [f"{each.stem}: {fault}" for each in files for fault in _of(each, ask)]


def _of(requirements: Path, ask: Callable[[Path], dict[str, Any]]) -> list[str]:
    pinned = pins(requirements)
    if not pinned:
        return ["no package is pinned"]
    try:
        return faults(pinned, ask(requirements))
    except NothingAudited as error:
        return [str(error)]


def main(arguments: list[str]) -> int:
    files = sorted(REQUIREMENTS.glob("*.txt"))
    ask = advisories.asked(Path(arguments[0])) if arguments else asked_online
    found = audit(files, ask)
    packages = {pin for each in files for pin in pins(each).items()}
    print("\n".join(found) if found else f"{len(packages)} packages audited, none with a known weakness")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
