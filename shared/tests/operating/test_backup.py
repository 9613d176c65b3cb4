"""A backup is whole and of one moment; a damaged one, or a store that is not empty, is refused."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from movewell.operating.audit import RestoreUnfinished, audit
from movewell.operating.backup import BackupRefused, backup
from movewell.operating.recover import plan, recover
from movewell.operating.restore import RestoreRefused, restore
from movewell.service import PLUMBING, Running
from movewell.store.port import ALL

from .site import Site, append, hear, relay, sequences, told


def everything(running: Running) -> list[tuple[str, dict]]:
    names = [each.name for each in PLUMBING if each.name != "marks"] + ["told", "lapses@1"]
    running.store.prepare([])
    known = [name for name in names if name in running.store.collections]
    return list(running.store.snapshot(known))


def test_every_document_comes_back_as_it_was_with_its_version(site: Site, tmp_path: Path) -> None:
    telling, hearing = site.telling(), site.hearing()
    append(telling, (1, 10), (1, 11), (2, 20))
    relay(telling)
    hear(hearing)
    manifest = backup(hearing, tmp_path / "backup")
    restored = site.hearing("restored")
    assert restore(restored, tmp_path / "backup") == sum(each["documents"] for each in manifest["collections"].values())
    assert everything(restored) == everything(hearing)
    assert restored.digest() == hearing.digest()
    assert any(row["version"] == 2 for _, row in everything(restored))


def is_stand_in(site: Site) -> bool:
    """Whether the stores are on the test set's stand-in for MongoDB."""
    database = getattr(site.telling().store, "_database", None)
    return database is not None and database.client.admin.command("hello")["setName"] == "secantus"


def test_a_backup_under_load_is_of_one_moment(site: Site, tmp_path: Path) -> None:
    """Each stream's last sequence is that of its last row: they are in different collections."""
    if is_stand_in(site):
        pytest.skip(
            "the stand-in for MongoDB accepts snapshot sessions and does not hold them: docs/runbooks/mongodb.md"
        )
    telling, stop = site.telling(), threading.Event()

    def load() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            append(telling, (number % 7, number))

    thread = threading.Thread(target=load)
    thread.start()
    try:
        for number in range(5):
            backup(telling, tmp_path / f"backup-{number}")
    finally:
        stop.set()
        thread.join()
    for number in range(5):
        restored = site.telling(f"restored-{number}")
        restore(restored, tmp_path / f"backup-{number}")
        streams = {row["id"].partition("/")[2]: row["last"] for row in restored.store.scan("streams")}
        rows = {str(row["key"]): row["sequence"] for row in restored.store.scan("outbox")}
        assert streams == {each: max(rows_of(restored, each)) for each in rows}


def rows_of(running: Running, name: str) -> list[int]:
    return [row["sequence"] for row in running.store.scan("outbox") if row["key"] == name]


def test_from_backup_to_going_on_nothing_is_lost_and_the_views_are_the_same(site: Site, tmp_path: Path) -> None:
    telling, hearing = site.telling(), site.hearing()
    append(telling, (1, 10), (2, 20))
    relay(telling)
    hear(hearing)
    audit(hearing)
    backup(hearing, tmp_path / "backup")
    append(telling, (1, 11), (3, 30))
    relay(telling)
    hear(hearing)
    restored = site.hearing("restored")
    restore(restored, tmp_path / "backup")
    recover(restored, plan(restored))
    hear(restored)
    append(telling, (2, 21))
    relay(telling)
    hear(restored)
    assert told(restored) == {1: [10, 11], 2: [20, 21], 3: [30]}
    digest = restored.digest()
    restored.rebuild()
    assert restored.digest() == digest
    assert sequences(telling) == {1: [1, 2], 2: [1, 2], 3: [1]}


@pytest.fixture
def kept(site: Site, tmp_path: Path) -> Path:
    telling = site.telling()
    append(telling, (1, 10), (2, 20))
    backup(telling, tmp_path / "backup")
    return tmp_path / "backup"


def drop_a_line(folder: Path) -> None:
    path = folder / "outbox.jsonl"
    path.write_text(path.read_text().partition("\n")[2])


def flip_a_letter(folder: Path) -> None:
    path = folder / "outbox.jsonl"
    path.write_text(path.read_text().replace("scheduling", "schedulinG", 1))


def lose_a_file(folder: Path) -> None:
    (folder / "streams.jsonl").unlink()


def lose_the_manifest(folder: Path) -> None:
    (folder / "manifest.json").unlink()


def become_another_services(folder: Path) -> None:
    path = folder / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"service": "outcomes"}))


@pytest.mark.parametrize(
    "damage", [drop_a_line, flip_a_letter, lose_a_file, lose_the_manifest, become_another_services]
)
def test_a_damaged_backup_is_refused_before_anything_is_written(
    site: Site, kept: Path, damage: Callable[[Path], None]
) -> None:
    damage(kept)
    empty = site.telling("empty")
    with pytest.raises(RestoreRefused):
        restore(empty, kept)
    assert everything(empty) == []


def test_a_store_that_holds_anything_is_refused(site: Site, kept: Path) -> None:
    holding = site.telling("holding")
    append(holding, (9, 90))
    before = everything(holding)
    with pytest.raises(RestoreRefused, match="not empty"):
        restore(holding, kept)
    assert everything(holding) == before


def test_a_folder_that_holds_anything_is_refused(site: Site, kept: Path) -> None:
    with pytest.raises(BackupRefused, match="not empty"):
        backup(site.telling(), kept)


def test_the_files_are_nobody_elses_to_read(site: Site, kept: Path) -> None:
    assert kept.stat().st_mode & 0o077 == 0
    assert all(each.stat().st_mode & 0o077 == 0 for each in kept.iterdir())


def test_a_restore_that_was_cut_off_may_not_start(site: Site, kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    empty = site.telling("empty")
    import movewell.operating.restore as restoring

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(restoring, "_bring_back", die)
    with pytest.raises(KeyboardInterrupt):
        restore(empty, kept)
    with pytest.raises(RestoreUnfinished):
        audit(empty)
    assert empty.store.read(ALL, lambda tx: tx.get("marks", "restore")) is not None
