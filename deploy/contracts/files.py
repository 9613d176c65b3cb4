"""Every file of the contracts, as text."""

from __future__ import annotations

import functools
import json
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import Any

import yaml
from movewell.contracts.declare import declarations
from movewell.web.openapi import describe
from movewell.wire.asyncapi import asyncapi
from movewell.wire.event_documents import example, payload_schema

from deploy.contracts.assembled import assembled, readers, tables
from deploy.contracts.dictionary import dictionary
from deploy.contracts.flow import flow
from deploy.local.site import SERVICES

ROOT = Path(__file__).resolve().parents[2]
CONTRACTS = ROOT / "contracts"
PUBLIC_URL = "https://movewell.example"


def files() -> dict[Path, str]:
    """Path → text."""
    made = {CONTRACTS / "openapi" / f"{name}.yaml": yaml_text(each) for name, each in openapi().items()}
    made[CONTRACTS / "asyncapi.yaml"] = yaml_text(asyncapi(version("movewell"), readers()))
    for each in declarations():
        name = f"{each.name}.v{each.version}.json"
        made[CONTRACTS / "json-schema" / name] = json_text(payload_schema(each))
        made[CONTRACTS / "examples" / name] = json_text(example(each))
    made[ROOT / "docs" / "flow.md"] = flow(tables())
    made[ROOT / "docs" / "analysts" / "data-dictionary.md"] = dictionary()
    return made


@functools.cache
def openapi() -> dict[str, dict[str, Any]]:
    """Service → its description."""
    with tempfile.TemporaryDirectory() as folder:
        return {each: describe(assembled(each, Path(folder)).app, each, PUBLIC_URL) for each in SERVICES}


def json_text(document: dict[str, Any]) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


class _Plain(yaml.SafeDumper):
    """Repeats what occurs twice instead of naming it: anchors are for people who write YAML."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def yaml_text(document: dict[str, Any]) -> str:
    text: str = yaml.dump(document, Dumper=_Plain, sort_keys=False, allow_unicode=True, width=120)
    return text
