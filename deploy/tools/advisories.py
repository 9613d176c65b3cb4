"""A folder of advisories as OSV publishes them (one JSON file each, ecosystem PyPI), asked without a network."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

from packaging.version import InvalidVersion, Version

from deploy.tools.places import pins, plain

Affected = tuple[str, dict[str, Any]]


def asked(folder: Path) -> Callable[[Path], dict[str, Any]]:
    """Answers as pip-audit does, about one file of requirements."""
    known = _read(folder)
    if not known:
        raise SystemExit(f"{folder} has no advisory about a package of PyPI: nothing can be audited with it")

    def ask(requirements: Path) -> dict[str, Any]:
        return {"dependencies": [_dependency(name, version, known) for name, version in pins(requirements).items()]}

    return ask


def touches(affected: dict[str, Any], version: str) -> bool:
    """Whether an `affected` of an advisory is about this version: listed, or within a range."""
    if version in affected.get("versions", []):
        return True
    ranges = [each for each in affected.get("ranges", []) if each["type"] == "ECOSYSTEM"]
    return any(_within(each["events"], Version(version)) for each in ranges)


def _within(events: list[dict[str, str]], version: Version) -> bool:
    """By the events in order of their versions: introduced turns it on, fixed off, last_affected off behind itself."""
    weak = False
    for event in sorted(events, key=_place):
        kind, at = next(iter(event.items()))
        if kind == "introduced" and version >= _version(at):
            weak = True
        elif (kind == "fixed" and version >= _version(at)) or (kind == "last_affected" and version > _version(at)):
            weak = False
    return weak


def _place(event: dict[str, str]) -> Version:
    return _version(next(iter(event.values())))


def _version(text: str) -> Version:
    try:
        return Version(text)
    except InvalidVersion as error:
        raise SystemExit(f"an advisory names a version that cannot be compared: {text}") from error


def _dependency(name: str, version: str, known: dict[str, list[Affected]]) -> dict[str, Any]:
    found = sorted({id for id, affected in known[name] if touches(affected, version)}) if name in known else []
    return {"name": name, "version": version, "vulns": [{"id": each} for each in found]}


def _read(folder: Path) -> dict[str, list[Affected]]:
    known: dict[str, list[Affected]] = defaultdict(list)
    for path in sorted(folder.glob("**/*.json")):
        advisory = json.loads(path.read_text(encoding="utf-8"))
        for affected in [] if "withdrawn" in advisory else advisory.get("affected", []):
            if affected.get("package", {}).get("ecosystem") == "PyPI":
                known[plain(affected["package"]["name"])].append((advisory["id"], affected))
    return known
