"""Who is woken by whose commit, between two processes that share a file (here two `SqliteFile` of one path)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from movewell.sqlite_file import SqliteFile

_LONG, _SHORT = 10.0, 0.15


@pytest.fixture
def files(tmp_path: Path) -> Iterator[tuple[SqliteFile, SqliteFile]]:
    path = str(tmp_path / "shared.sqlite")
    one, other = SqliteFile(path), SqliteFile(path)
    with one.writing() as connection:
        connection.execute("CREATE TABLE rows (id INTEGER)")
    while other.wait(_SHORT):  # until it watches, and has heard of all there was
        pass
    yield one, other
    one.close()
    other.close()


def insert(file: SqliteFile, *, durable: bool = True) -> None:
    with file.writing(durable=durable) as connection:
        connection.execute("INSERT INTO rows VALUES (1)")


def test_a_durable_commit_wakes_who_waits_in_another_process(files: tuple[SqliteFile, SqliteFile]) -> None:
    one, other = files
    for _ in range(3):
        insert(one)
        assert other.wait(_LONG)


def test_it_wakes_a_process_that_has_itself_committed_in_between(files: tuple[SqliteFile, SqliteFile]) -> None:
    one, other = files
    for _ in range(3):
        insert(other)
        assert not other.wait(_SHORT), "its own commit is no news"
        insert(one)
        assert other.wait(_LONG)


def test_the_renewal_of_a_lease_wakes_nobody(files: tuple[SqliteFile, SqliteFile]) -> None:
    one, other = files
    insert(one, durable=False)
    assert not other.wait(_SHORT)
    insert(one)
    assert other.wait(_LONG), "it would have heard"


def test_a_commit_that_changed_nothing_writes_nothing(files: tuple[SqliteFile, SqliteFile]) -> None:
    one, other = files
    with one.writing() as connection:
        before = connection.execute("PRAGMA user_version").fetchone()
    with one.writing() as connection:
        connection.execute("DELETE FROM rows WHERE id = 5")
    with other.reading() as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == before
    assert not other.wait(_SHORT)


def test_a_transaction_rolled_back_wakes_nobody(files: tuple[SqliteFile, SqliteFile]) -> None:
    one, other = files
    with pytest.raises(ZeroDivisionError), one.writing() as connection:
        connection.execute("INSERT INTO rows VALUES (1)")
        raise ZeroDivisionError
    assert not other.wait(_SHORT)
