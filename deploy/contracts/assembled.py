"""The services as their bootstraps put them together, to be asked what they take, answer, read and tell."""

from __future__ import annotations

import functools
import importlib
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from movewell.doors import Assembly
from movewell.settings import ServiceSettings, load
from movewell.wire.asyncapi import Reader

from deploy.local.site import SERVICES, Site


def assembled(service: str, folder: Path) -> Assembly:
    """A service with stores in the folder."""
    environ = Site.at(folder).environment(service, "http://127.0.0.1:1", None)
    made: Assembly = importlib.import_module(f"{service}.bootstrap").assemble(load(ServiceSettings, environ))
    return made


@dataclass(frozen=True)
class Tables:
    """What a service does with events: `reactions` event → handler, `folds` event → names of its views."""

    reactions: dict[type, Any]
    folds: dict[type, list[str]]

    def readers(self, service: str) -> list[Reader]:
        found = {f"{service}-reactions": set(self.reactions), f"{service}-projections": set(self.folds)}
        return [Reader(service, group, events) for group, events in found.items() if events]


@functools.cache
def tables() -> dict[str, Tables]:
    """Of every service."""
    made = {}
    with tempfile.TemporaryDirectory() as folder:
        for service in SERVICES:
            declared = assembled(service, Path(folder)).running.service
            folds: dict[type, list[str]] = {}
            for projection in declared.projections:
                for event in projection.folds:
                    folds.setdefault(event, []).append(projection.collection.name)
            made[service] = Tables(dict(declared.reactions), folds)
    return made


def readers() -> list[Reader]:
    """Every consumer group of the platform."""
    return [each for service, found in tables().items() for each in found.readers(service)]
