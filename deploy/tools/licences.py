"""Each package that an image installs has a licence of our list; one that is not in the table fails.

The table, `licences.toml`, is written by hand. What a package installed here says of itself must agree with it,
where it says so as an SPDX expression (PEP 639).
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from importlib import metadata
from typing import Any

from deploy.tools.places import REQUIREMENTS, TOOLS, pins


def table() -> dict[str, Any]:
    return tomllib.loads((TOOLS / "licences.toml").read_text(encoding="utf-8"))


def declared(package: str) -> str | None:
    """What the installed package says; nothing where it is absent or says it in other words."""
    try:
        return metadata.metadata(package).get("License-Expression")
    except metadata.PackageNotFoundError:
        return None


def faults(packages: set[str], known: dict[str, Any], said: Callable[[str], str | None]) -> list[str]:
    """What keeps these packages from being installed with a good conscience."""
    listed, compatible = known["packages"], known["compatible"]
    unknown = [f"{each}: its licence is not in licences.toml" for each in sorted(packages - set(listed))]
    unfit = [
        f"{name}: {listed[name]} is not a licence we accept"
        for name in sorted(listed)
        if not _fits(listed[name], compatible)
    ]
    stale = [f"{each}: in licences.toml, but no image installs it" for each in sorted(set(listed) - packages)]
    other = [
        f"{name}: licences.toml says {listed[name]}, the package {said(name)}"
        for name in sorted(packages & set(listed))
        if said(name) not in (None, listed[name])
    ]
    return unknown + unfit + stale + other


def check() -> list[str]:
    packages = {name for each in REQUIREMENTS.glob("*.txt") for name in pins(each)}
    return faults(packages, table(), declared)


def _fits(expression: str, compatible: dict[str, str]) -> bool:
    """Of an OR one is enough, of an AND all are needed; nobody here nests them."""
    if " OR " in expression:
        return any(each in compatible for each in expression.split(" OR "))
    return all(each in compatible for each in expression.split(" AND "))
