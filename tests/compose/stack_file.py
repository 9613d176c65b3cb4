"""docker-compose.yml as a document, its anchors merged."""

from __future__ import annotations

import re
from typing import Any

import yaml

from tests.architecture.copy_of_house import ROOT

FILE = ROOT / "docker-compose.yml"
_VARIABLE = re.compile(r"\$\{(\w+)(?::([-?])([^}]*))?\}")

document: dict[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
services: dict[str, dict[str, Any]] = document["services"]
ONE_SHOTS = {"prepare", "mongo-initiate"}


def required_variables() -> set[str]:
    return {name for name, mark, _ in _VARIABLE.findall(FILE.read_text(encoding="utf-8")) if mark == "?"}


def known_variables() -> set[str]:
    return {name for name, _, _ in _VARIABLE.findall(FILE.read_text(encoding="utf-8"))}


def filled_in(value: object, environ: dict[str, str]) -> str:
    """With each variable from the environment, or its default."""
    return _VARIABLE.sub(lambda found: environ.get(found[1]) or (found[3] if found[2] == "-" else ""), str(value))
