"""Erasure for real: across threads, processes and files, and told when it is not finished."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from movewell import sqlite_file
from movewell.errors import Unavailable
from movewell.keyring.port import KeyDestroyed, KeyUnknown, NotGranted, WrongSecret
from movewell.keyring.sqlite import SqliteKeyring

SECRET = bytes(range(32))
EVERYTHING = frozenset({"create", "read", "destroy"})


def _keyring(path: Path | None) -> SqliteKeyring:
    return SqliteKeyring(str(path) if path else None, secret=SECRET, service="referral")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "keyring.db"


@pytest.fixture
def keyring(path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SqliteKeyring]:
    monkeypatch.setattr(sqlite_file, "_BUSY_SECONDS", 0.05)
    made = _keyring(path)
    yield made
    made.close()


def _wrapped(path: Path) -> dict[str, bytes]:
    with sqlite3.connect(path) as connection:
        rows = connection.execute("SELECT person_id, wrapped FROM keys WHERE tenant = 'T'").fetchall()
    connection.close()
    return {person: wrapped.encode() for person, wrapped in rows}


def _on_disk(path: Path) -> bytes:
    return b"".join(each.read_bytes() for each in path.parent.glob(f"{path.name}*"))


def test_an_erasure_that_comes_before_the_key_prevents_it() -> None:
    keyring = _keyring(None)
    keyring.destroy("T", "p")
    with pytest.raises(KeyDestroyed):
        keyring.create("T", "p")


def test_a_destroyed_key_stays_destroyed_when_the_file_is_opened_again(path: Path) -> None:
    first = _keyring(path)
    first.create("T", "p")
    first.create("T", "q")
    kept = first.key("T", "q")
    first.destroy("T", "p")
    first.close()
    again = _keyring(path)
    assert again.key("T", "q") == kept
    with pytest.raises(KeyDestroyed):
        again.create("T", "p")
    again.close()


def test_no_part_of_any_destroyed_key_is_left_on_disk(keyring: SqliteKeyring, path: Path) -> None:
    persons = [f"{number * 7919 % 10007:05}" for number in range(300)]
    for each in persons[:150]:
        keyring.create("T", each)
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA wal_checkpoint(RESTART)")  # the keys are in both files from here on
    connection.close()
    for each in persons[150:]:
        keyring.create("T", each)
    wrapped = _wrapped(path)
    erased, spared = persons[::7], set(persons) - set(persons[::7])
    for each in erased:
        keyring.destroy("T", each)
    on_disk = _on_disk(path)
    parts = [wrapped[each][at : at + 16] for each in erased for at in range(0, 65, 4)]
    assert not any(part in on_disk for part in parts)
    assert all(on_disk.count(wrapped[each]) == 1 for each in spared)


def test_an_erasure_while_somebody_reads_is_reported_and_finished_by_the_next_try(
    keyring: SqliteKeyring, path: Path
) -> None:
    keyring.create("T", "p")
    wrapped = _wrapped(path)["p"]
    reader = sqlite3.connect(path, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM keys").fetchone()
    with pytest.raises(Unavailable):
        keyring.destroy("T", "p")
    with pytest.raises(KeyDestroyed):
        keyring.key("T", "p")
    assert wrapped in _on_disk(path)
    reader.execute("ROLLBACK")
    keyring.destroy("T", "p")
    assert wrapped not in _on_disk(path)
    reader.close()


def test_the_file_never_holds_a_key_in_the_clear(keyring: SqliteKeyring, path: Path) -> None:
    keyring.create("T", "p")
    assert keyring.key("T", "p") not in _on_disk(path)


def test_a_key_moved_to_another_persons_row_does_not_unwrap(keyring: SqliteKeyring, path: Path) -> None:
    keyring.create("T", "p")
    keyring.create("T", "q")
    with sqlite3.connect(path) as connection:
        connection.execute(
            "UPDATE keys SET wrapped = (SELECT wrapped FROM keys WHERE person_id = 'p') WHERE person_id = 'q'"
        )
    connection.close()
    with pytest.raises(WrongSecret):
        keyring.key("T", "q")
    assert keyring.doctor() == {"living": 1, "destroyed": 0, "broken": 1}


def test_the_doctor_counts_living_and_destroyed_keys(keyring: SqliteKeyring) -> None:
    for each in ("a", "b", "c"):
        keyring.create("T", each)
    keyring.destroy("T", "a")
    assert keyring.doctor() == {"living": 2, "destroyed": 1, "broken": 0}


@pytest.mark.parametrize("missing", sorted(EVERYTHING))
def test_each_grant_allows_one_thing_only(missing: str) -> None:
    grants = {"tried": EVERYTHING - {missing}}
    keyring = SqliteKeyring(None, secret=SECRET, service="tried", grants=grants)
    refused = set()
    for grant, use in (("create", keyring.create), ("destroy", keyring.destroy), ("read", keyring.key)):
        try:
            use("T", f"{grant} of its own")
        except NotGranted:
            refused.add(grant)
        except KeyUnknown:
            assert grant == "read"
    assert refused == {missing}


@pytest.mark.parametrize("where", [None, "keyring.db"])
def test_threads_that_create_the_same_person_get_one_key(tmp_path: Path, where: str | None) -> None:
    keyring = _keyring(tmp_path / where if where else None)

    def create_and_read(_: int) -> bytes:
        keyring.create("T", "p")
        return keyring.key("T", "p")

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(create_and_read, range(64)))) == 1
    keyring.close()


_DESTROYS = """
import sys
from movewell.keyring.sqlite import SqliteKeyring
SqliteKeyring(sys.argv[1], secret=bytes(range(32)), service="referral").destroy("T", "p")
"""


def test_a_key_that_another_process_destroyed_is_gone_at_once(keyring: SqliteKeyring, path: Path) -> None:
    keyring.create("T", "p")
    assert keyring.key("T", "p")
    subprocess.run([sys.executable, "-c", _DESTROYS, str(path)], check=True, timeout=60)
    with pytest.raises(KeyDestroyed):
        keyring.key("T", "p")


def test_a_keyring_that_cannot_be_opened_is_unavailable(path: Path) -> None:
    with pytest.raises(Unavailable):
        _keyring(path / "nowhere" / "keyring.db")


def test_a_locked_keyring_is_unavailable_for_writing_and_still_read(keyring: SqliteKeyring, path: Path) -> None:
    keyring.create("T", "p")
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    for use in (keyring.create, keyring.destroy):
        with pytest.raises(Unavailable):
            use("T", "q")
    assert keyring.key("T", "p")
    other.execute("ROLLBACK")
    keyring.create("T", "q")
    other.close()
