"""The keyring in a file: what is destroyed leaves the disk, and processes share it."""

from __future__ import annotations

import multiprocessing
from pathlib import Path

from movewell.keyring.sqlite import SqliteKeyring

SECRET = bytes(range(32))


def keyring(path: Path) -> SqliteKeyring:
    return SqliteKeyring(str(path), secret=SECRET, service="referral")


def test_a_destroyed_key_is_gone_from_the_files(tmp_path: Path) -> None:
    ring = keyring(tmp_path / "k")
    ring.create("T", "p")
    with ring._file.reading() as connection:
        (wrapped,) = connection.execute("SELECT wrapped FROM keys WHERE person_id = 'p'").fetchone()

    def on_disk() -> bytes:
        return b"".join(each.read_bytes() for each in tmp_path.iterdir())

    assert wrapped.encode() in on_disk()
    ring.destroy("T", "p")
    assert wrapped.encode() not in on_disk()


def _make(path: Path, queue) -> None:
    ring = keyring(path)
    ring.create("T", "p")
    queue.put(ring.key("T", "p"))


def test_two_processes_agree_on_a_key(tmp_path: Path) -> None:
    context = multiprocessing.get_context("fork")
    queue = context.Queue()
    processes = [context.Process(target=_make, args=(tmp_path / "k", queue)) for _ in range(2)]
    for each in processes:
        each.start()
    assert queue.get(timeout=20) == queue.get(timeout=20)
    for each in processes:
        each.join()
