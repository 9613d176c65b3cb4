"""A site is seeded from a file: all or nothing, once, every fault told with its place."""

from __future__ import annotations

from pathlib import Path

import pytest
from movewell.log.sqlite import SqliteLog
from movewell.service import Running
from movewell.store.sqlite import SqliteStore
from movewell.testing.hand_clock import HandClock
from scheduling.bootstrap import SERVICE
from scheduling.entrypoints.doors import seed

SAMPLE = Path(__file__).with_name("sample_site.toml").read_text(encoding="utf-8")
OF_THE_REPOSITORY = Path(__file__).resolve().parents[3] / "deploy/local/seed.toml"


@pytest.fixture
def running() -> Running:
    made = Running(SERVICE, SqliteStore(None), SqliteLog(None), HandClock())
    made.prepare()
    return made


def kept(running: Running) -> tuple[int, int]:
    """Sessions and events."""
    return len(list(running.store.scan("sessions"))), len(list(running.store.scan("outbox")))


def take(running: Running, folder: Path, text: str) -> int:
    (folder / "seed.toml").write_text(text, encoding="utf-8")
    return seed(running.units, folder / "seed.toml")


def test_the_sample_is_taken_once(running: Running, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert take(running, tmp_path, SAMPLE) == 0
    assert (
        capsys.readouterr().out == "ZT001: 2 series with 22 sessions added, 0 were there. Words for 2 venues taken.\n"
    )
    assert kept(running) == (22, 22)
    assert take(running, tmp_path, SAMPLE) == 0
    assert capsys.readouterr().out == "Nothing to change: all 2 series of ZT001 are scheduled.\n"
    assert kept(running) == (22, 22)


@pytest.mark.skipif(not OF_THE_REPOSITORY.exists(), reason="this distribution is alone: no sample of the repository")
def test_the_sample_of_the_repository_is_taken(running: Running) -> None:
    assert seed(running.units, OF_THE_REPOSITORY) == 0
    assert kept(running) == (22, 22)


def words(running: Running) -> dict[str, tuple[str | None, str | None]]:
    return {each["id"]: (each["name"], each["address"]) for each in running.store.scan("venues")}


def test_a_corrected_address_is_taken_and_nothing_else_changes(
    running: Running, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    take(running, tmp_path, SAMPLE)
    assert words(running)["ZT001/village-hall"] == ("Village hall", "The Green, Little Sample, ZZ99 3VZ")
    capsys.readouterr()
    assert take(running, tmp_path, SAMPLE.replace("The Green", "2 The Green")) == 0
    assert "0 series with 0 sessions added, 2 were there. Words for 1 venues" in capsys.readouterr().out
    assert words(running)["ZT001/village-hall"] == ("Village hall", "2 The Green, Little Sample, ZZ99 3VZ")
    assert kept(running) == (22, 22)


def test_a_venue_needs_no_words(running: Running, tmp_path: Path) -> None:
    silent = "".join(line for line in SAMPLE.splitlines(True) if not line.startswith(("name", "address")))
    assert take(running, tmp_path, silent) == 0
    assert words(running) == {}


def test_every_fault_of_a_file_is_told_with_its_place(
    running: Running, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spoilt = SAMPLE.replace("capacity = 8", "capacity = 800").replace('venue = "village-hall"', 'venue = "nowhere"')
    spoilt = spoilt.replace('id = "instructor-2"', 'id = "instructor-1"').replace("minutes = 45", 'minute = "45"')
    assert take(running, tmp_path, spoilt) == 1
    said = capsys.readouterr().err
    for place in (
        "series 1.capacity", "series 2.venue", "series 2.minutes", "series 2.minute:", "instructors 1.id",
        "instructors 2.id", "series 2.instructor",
    ):  # fmt: skip
        assert f": {place}" in said, place
    assert kept(running) == (0, 0)


def test_one_series_that_cannot_be_scheduled_keeps_all_others_out(
    running: Running, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    clash = SAMPLE.replace("2030-01-08T14:30:00", "2030-01-07T10:30:00")
    clash = clash.replace('r = "instructor-2"', 'r = "instructor-1"')
    assert take(running, tmp_path, clash) == 1
    assert "series 2 (tuesday-one-to-one): Somebody or something is taken" in capsys.readouterr().err
    assert kept(running) == (0, 0)


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("weeks = 12", "weeks = 11", "differs from this one"),
        ("capacity = 8", "capacity = 9", "differs from this one"),
    ],
)
def test_a_series_that_was_scheduled_otherwise_is_refused(
    running: Running, tmp_path: Path, capsys: pytest.CaptureFixture[str], old: str, new: str, why: str
) -> None:
    take(running, tmp_path, SAMPLE)
    assert take(running, tmp_path, SAMPLE.replace(old, new)) == 1
    assert why in capsys.readouterr().err
    assert kept(running) == (22, 22)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("tenant = ?", "line 1"),
        (SAMPLE.replace("2030-01-07", "2030-02-30"), "line"),
        (SAMPLE.replace("2030-01-07T10:00:00", "2020-01-06T10:00:00"), "in the past"),
        (SAMPLE.replace("2030-01-07T10:00:00", "2030-01-07T10:00:00Z"), "series 1.first_starts_at"),
        (SAMPLE.replace('name = "Village hall"', 'name = ""'), "venues 2.name"),
        (SAMPLE.replace('name = "Village hall"', 'name = "Village\\nhall"'), "venues 2.name"),
        (SAMPLE.replace("Village hall", "\u202ellah egalliV"), "venues 2.name"),
        (SAMPLE.replace('address = "The Green', 'adress = "The Green'), "venues 2.adress"),
        (SAMPLE.replace('"monday-group"', '"monday-group\\n"'), "series 1.id"),
        (SAMPLE.replace('"ZT001"', '"ZT001\\n"'), "tenant"),
        ("", "tenant"),
    ],
)
def test_a_file_that_is_wrong_changes_nothing(
    running: Running, tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, why: str
) -> None:
    assert take(running, tmp_path, text) == 1
    assert why in capsys.readouterr().err
    assert kept(running) == (0, 0)


def test_a_file_that_is_not_there_is_said(running: Running, tmp_path: Path) -> None:
    assert seed(running.units, tmp_path / "none.toml") == 2
