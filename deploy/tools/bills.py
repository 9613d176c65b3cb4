"""A bill of materials (CycloneDX) for each image, of its requirements with their digests: `build/sbom/NAME.json`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from deploy.tools.places import BUILD, REQUIREMENTS, ROOT, pins, plain, run

FOLDER = BUILD / "sbom"


def images() -> list[str]:
    return sorted(each.parent.name for each in ROOT.glob("services/*/pyproject.toml"))


def faults(image: str, bill: dict[str, Any], pinned: dict[str, str]) -> list[str]:
    """Packages of the image that the bill leaves out, has in another version or without a digest."""
    listed = {plain(each["name"]): each for each in bill["components"]}
    missing = [f"{image}: {name} is not in its bill" for name in pinned if name not in listed]
    other = [
        f"{image}: {name} is in its bill in another version"
        for name in pinned
        if name in listed and listed[name]["version"] != pinned[name]
    ]
    bare = [f"{image}: {name} has no digest in its bill" for name in listed if not any(_digests(listed[name]))]
    return missing + other + bare


def check() -> list[str]:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor(2) as pool:
        return [fault for found in pool.map(_written, images()) for fault in found]


def _written(image: str) -> list[str]:
    requirements, target = REQUIREMENTS / f"{image}.txt", FOLDER / f"{image}.json"
    options = ("--output-reproducible", "--of", "JSON", "-o", str(target))
    done = run("cyclonedx-py", "requirements", str(requirements), *options)
    if done.returncode != 0:
        return [f"{image}: no bill: {done.stderr.strip()}"]
    return faults(image, json.loads(Path(target).read_text(encoding="utf-8")), pins(requirements))


def _digests(component: dict[str, Any]) -> Iterator[str]:
    for reference in component.get("externalReferences", []):
        yield from (each["content"] for each in reference.get("hashes", []))
