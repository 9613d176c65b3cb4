"""A backup back into an empty store, every document at the version that it had."""

from __future__ import annotations

import hashlib
import itertools
import json
from pathlib import Path
from typing import Any

from movewell import projections as projecting
from movewell.operating.audit import UNFINISHED
from movewell.operating.backup import FORMAT, MANIFEST, collections_of, documents, is_empty
from movewell.service import Running
from movewell.store.port import ALL, Document, Transaction

_CHUNK = 500


class RestoreRefused(Exception):
    """The backup is damaged or not this service's, or the store is not empty. Nothing was changed."""


def restore(running: Running, folder: Path) -> int:
    """Check the whole backup, then bring it back; the number of documents. Raises RestoreRefused, Unavailable.

    Until it has come to its end, the store is marked as unfinished and no door but this service's `doctor` and
    the like opens on it.
    """
    manifest = _checked(running, folder)
    names = collections_of(running, manifest["generation"])
    if unknown := set(manifest["collections"]) - set(names):
        raise RestoreRefused(f"the backup has collections that this release does not know: {sorted(unknown)}")
    projecting.prepare(running.store, running.service.projections, manifest["generation"])
    if not is_empty(running, names):
        raise RestoreRefused("the store is not empty")
    running.store.transaction(ALL, lambda tx: tx.add("marks", {"id": UNFINISHED, "tenant": ALL}))
    restored = sum(_bring_back(running, name, folder / f"{name}.jsonl") for name in manifest["collections"])
    running.store.transaction(ALL, lambda tx: tx.remove("marks", UNFINISHED, 1))
    return restored


def _checked(running: Running, folder: Path) -> dict[str, Any]:
    try:
        manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text())
        expected = {name: each["sha256"] for name, each in manifest["collections"].items()}
        if manifest["format"] != FORMAT:
            raise RestoreRefused(f"the backup has the format {manifest['format']}, not {FORMAT}")
        if manifest["service"] != running.service.name:
            raise RestoreRefused(f"the backup is {manifest['service']}'s")
        for name, digest in expected.items():
            with (folder / f"{name}.jsonl").open("rb") as file:
                if hashlib.file_digest(file, "sha256").hexdigest() != digest:
                    raise RestoreRefused(f"the backup is damaged: {name} is not what the manifest says")
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise RestoreRefused("the backup is not whole: its manifest or a file cannot be read") from error
    return manifest


def _bring_back(running: Running, name: str, path: Path) -> int:
    restored, rows = 0, documents(path)
    while chunk := list(itertools.islice(rows, _CHUNK)):
        running.store.transaction(ALL, lambda tx, chunk=chunk: _put_back(tx, name, chunk))
        restored += len(chunk)
    return restored


def _put_back(tx: Transaction, name: str, chunk: list[Document]) -> None:
    for each in chunk:
        tx.put_back(name, dict(each))
