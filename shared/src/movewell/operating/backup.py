"""A service's store as files: JSON lines per collection, and a manifest with counts and digests.

Every collection is written as at one moment, while the service works. One format for every adapter, so that a
backup of one store can be restored into another. The files hold what the store holds: treat them as the store.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

from movewell import projections as projecting
from movewell.operating import audit
from movewell.service import PLUMBING, Running
from movewell.store.port import Document
from movewell.wire.schema import time_text

FORMAT = 1
MANIFEST = "manifest.json"


class BackupRefused(Exception):
    """The folder cannot be written into as a backup."""


def collections_of(running: Running, generation: int) -> list[str]:
    """The names of all collections of a service, its views of that generation among them."""
    service = running.service
    views = [projecting.rows_of(each.collection, generation) for each in service.projections]
    kept = (*PLUMBING, *service.stored.collections.values(), *service.collections, *views)
    return [each.name for each in kept]


def backup(running: Running, folder: Path) -> dict[str, Any]:
    """Write the store into a new folder; the manifest. Raises BackupRefused, Unavailable.

    The manifest is written last: a folder without one is no backup.
    """
    audit.require_whole(running)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if any(folder.iterdir()):
        raise BackupRefused("the folder is not empty")
    generation = projecting.current_generation(running.store)
    names = collections_of(running, generation)
    files = {name: _File(folder / f"{name}.jsonl") for name in names}
    try:
        for name, document in running.store.snapshot(names):
            files[name].write(document)
        written = {name: each.end() for name, each in files.items()}
    finally:
        for each in files.values():
            each.close()
    if projecting.current_generation(running.store) != generation:
        raise BackupRefused("the views were rebuilt meanwhile: begin again in another folder")
    manifest = {
        "format": FORMAT,
        "service": running.service.name,
        "made_at": time_text(running.units.clock.now()),
        "generation": generation,
        "collections": written,
    }
    with _private(folder / f"{MANIFEST}.part") as file:
        file.write(json.dumps(manifest, indent=2))
        _to_disk(file)
    (folder / f"{MANIFEST}.part").rename(folder / MANIFEST)
    return manifest


class _File:
    """A collection's file, counted and digested as it is written."""

    def __init__(self, path: Path) -> None:
        self._file = _private(path)
        self._digest = hashlib.sha256()
        self._count = 0

    def write(self, document: Document) -> None:
        line = json.dumps(document, sort_keys=True) + "\n"
        self._file.write(line)
        self._digest.update(line.encode())
        self._count += 1

    def end(self) -> dict[str, Any]:
        _to_disk(self._file)
        return {"documents": self._count, "sha256": self._digest.hexdigest()}

    def close(self) -> None:
        self._file.close()


def _private(path: Path) -> TextIO:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8", newline="\n")


def _to_disk(file: TextIO) -> None:
    file.flush()
    os.fsync(file.fileno())


def documents(path: Path) -> Iterator[Document]:
    """The documents in a collection's file."""
    with path.open(encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)


def is_empty(running: Running, names: list[str]) -> bool:
    """Whether the store holds no document in these collections."""
    return next(iter(running.store.snapshot(names)), None) is None
