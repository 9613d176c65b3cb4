"""Parquet files by topic and day: every event in them once, whatever dies, and nothing that was not asked for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("pyarrow", reason="the extra `analysts` is not installed")

import pyarrow.dataset as ds
import pyarrow.parquet as pq
from movewell.contracts import declarations
from movewell.log.port import PARTITIONS, Record
from movewell.log.sqlite import SqliteLog
from movewell.stream import export as exporting
from movewell.stream.chosen import Chosen, UnknownTopic
from movewell.stream.columns import schema_of
from movewell.stream.export import LogIsShorter, export
from movewell.stream.ledger import InUse, Ledger, OtherExport

from .streamed import TENANTS, booked, every_event, fill, ids


@pytest.fixture
def log() -> SqliteLog:
    return SqliteLog(None)


def files(folder: Path) -> list[Path]:
    return sorted(folder.glob("topic=*/day=*/*.parquet"))


def rows(folder: Path) -> list[dict[str, Any]]:
    return [row for file in files(folder) for row in pq.read_table(file).to_pylist()]


def exported(folder: Path) -> list[str]:
    return sorted(row["id"] for row in rows(folder) if row["id"])


def test_every_event_is_a_row_of_its_topic_and_day(log: SqliteLog, tmp_path: Path) -> None:
    records = [each for each in every_event() if each.topic != "people"]
    fill(log, every_event())
    assert export(log, Chosen.of(), tmp_path) == len(records)
    assert exported(tmp_path) == ids(records)
    assert {(each.parts[-3], each.parts[-2]) for each in files(tmp_path)} == {
        (f"topic={each.topic}", "day=2026-06-01") for each in records
    }


def test_fields_are_columns_with_the_types_of_the_declaration(log: SqliteLog, tmp_path: Path) -> None:
    fill(log, [booked(1)])
    export(log, Chosen.of(["scheduling"]), tmp_path)
    (row,) = rows(tmp_path)
    assert (row["event"], row["version"], row["tenant"], row["sequence"]) == ("session.booked", 1, "ZT001", 1)
    assert row["starts_at"] == datetime(2026, 6, 15, 9, 0, tzinfo=UTC)
    assert isinstance(row["ordinal"], int) and row["fault"] is None
    assert '"starts_at"' in row["data"]


@pytest.mark.parametrize("topic", sorted({each.topic for each in declarations()}))
def test_events_of_a_topic_agree_about_their_columns(topic: str) -> None:
    assert {"id", "time", "tenant", "data"} <= set(schema_of(topic).names)


def test_files_of_several_days_and_runs_are_one_table(log: SqliteLog, tmp_path: Path) -> None:
    fill(log, [booked(1), booked(2, ce_time="2026-06-02T23:30:00Z")])
    export(log, Chosen.of(["scheduling"]), tmp_path)
    fill(log, [booked(3)])
    export(log, Chosen.of(["scheduling"]), tmp_path)
    table = ds.dataset(tmp_path, partitioning="hive", exclude_invalid_files=True).to_table()
    assert sorted(table.column("day").to_pylist()) == ["2026-06-01", "2026-06-01", "2026-06-02"]
    assert export(log, Chosen.of(["scheduling"]), tmp_path) == 0


def test_an_event_that_the_log_holds_twice_is_exported_once(log: SqliteLog, tmp_path: Path) -> None:
    fill(log, [booked(1), booked(1)])
    export(log, Chosen.of(), tmp_path)
    fill(log, [booked(1), booked(2)])
    export(log, Chosen.of(), tmp_path)
    assert exported(tmp_path) == ids([booked(1), booked(2)])


def test_persons_are_exported_only_if_the_topic_is_named(log: SqliteLog, tmp_path: Path) -> None:
    fill(log, every_event())
    export(log, Chosen.of(), tmp_path / "usual")
    assert not list((tmp_path / "usual").glob("topic=people/**"))
    export(log, Chosen.of(["people"]), tmp_path / "named")
    assert {each.parts[-3] for each in files(tmp_path / "named")} == {"topic=people"}


def test_a_tenants_export_holds_that_tenant_and_stays_so(log: SqliteLog, tmp_path: Path) -> None:
    fill(log, every_event())
    export(log, Chosen.of(tenant=TENANTS[0]), tmp_path)
    assert {row["tenant"] for row in rows(tmp_path)} == {TENANTS[0]}
    with pytest.raises(OtherExport):
        export(log, Chosen.of(tenant=TENANTS[1]), tmp_path)
    with pytest.raises(OtherExport):
        export(log, Chosen.of(), tmp_path)


@pytest.mark.parametrize(
    "broken",
    [
        Record("scheduling", "k", {}, b"Jane Doe"),
        Record("scheduling", "k", booked(1).headers, b"Jane Doe"),
        Record("scheduling", "k", booked(1).headers, b'"Jane Doe"'),
        Record("scheduling", "k", booked(1).headers, b"\xff Jane Doe"),
        Record("scheduling", "k", {**booked(1).headers, "ce_type": "Jane Doe"}, b"{}"),
        Record("scheduling", "k", {**booked(1).headers, "ce_time": "Jane Doe"}, b"{}"),
    ],
)
def test_what_is_no_event_says_why_holds_nothing_and_blocks_nothing(
    log: SqliteLog, tmp_path: Path, broken: Record
) -> None:
    fill(log, [broken, booked(2)])
    export(log, Chosen.of(), tmp_path)
    assert exported(tmp_path) == ids([booked(2)])
    (faulty,) = (row for row in rows(tmp_path) if row["fault"])
    assert "Jane" not in str(faulty)
    assert faulty["offset"] is not None


def test_what_a_later_release_adds_is_in_the_data_and_what_it_changes_does_not_stop(
    log: SqliteLog, tmp_path: Path
) -> None:
    later = booked(1)
    value = later.value.replace(b'"ordinal": ', b'"invented": 1, "ordinal": "first", "former": ')
    fill(log, [Record(later.topic, later.key, later.headers, value)])
    export(log, Chosen.of(), tmp_path)
    (row,) = rows(tmp_path)
    assert row["ordinal"] is None and '"invented": 1' in row["data"]


def _calls(monkeypatch: pytest.MonkeyPatch, die_at: int | None) -> list[str]:
    """Every step that touches the disk, told as it is done; before step `die_at` the process is as good as dead."""
    done: list[str] = []

    def watched(name: str, step: Callable[..., Any]) -> Callable[..., Any]:
        def call(*given: Any, **named: Any) -> Any:
            if len(done) == die_at:
                raise KeyboardInterrupt
            done.append(name)
            return step(*given, **named)

        return call

    monkeypatch.setattr(exporting.pq, "write_table", watched("write", pq.write_table))
    monkeypatch.setattr(Ledger, "commit", watched("commit", Ledger.commit))
    monkeypatch.setattr(Path, "rename", watched("rename", Path.rename))
    monkeypatch.setattr(exporting.shutil, "rmtree", watched("rmtree", exporting.shutil.rmtree))
    return done


def _steps() -> int:
    """How many there are in the export of three batches."""
    return 3 * 7


@pytest.mark.parametrize("die_at", range(_steps()))
def test_whenever_it_dies_the_next_run_makes_it_whole(
    log: SqliteLog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, die_at: int
) -> None:
    monkeypatch.setattr(exporting, "ROWS", 4)
    records = [booked(number, ce_time=f"2026-06-0{number % 3 + 1}T10:00:00Z") for number in range(1, 13)]
    fill(log, records)
    with monkeypatch.context() as dying:
        done = _calls(dying, die_at)
        try:
            export(log, Chosen.of(["scheduling"]), tmp_path)
        except KeyboardInterrupt:
            assert len(done) == die_at
        seen = exported(tmp_path)
    assert len(seen) == len(set(seen)), "whoever reads after the death meets no event twice"
    export(log, Chosen.of(["scheduling"]), tmp_path)
    assert exported(tmp_path) == ids(records)
    assert not (tmp_path / "_writing").exists()


def test_the_steps_that_it_dies_at_are_those_there_are(
    log: SqliteLog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "ROWS", 4)
    fill(log, [booked(number, ce_time=f"2026-06-0{number % 3 + 1}T10:00:00Z") for number in range(1, 13)])
    done = _calls(monkeypatch, None)
    export(log, Chosen.of(["scheduling"]), tmp_path)
    assert {"write", "commit", "rename", "rmtree"} == set(done)
    assert len(done) <= _steps()


def test_one_export_at_a_time_writes_into_a_folder(log: SqliteLog, tmp_path: Path) -> None:
    fill(log, [booked(1)])
    export(log, Chosen.of(), tmp_path)
    held = Ledger(tmp_path / "_export.sqlite")
    with pytest.raises(InUse):
        export(log, Chosen.of(), tmp_path)
    held.close()
    assert export(log, Chosen.of(), tmp_path) == 0


def test_a_log_that_is_shorter_than_what_was_exported_is_refused(log: SqliteLog, tmp_path: Path) -> None:
    fill(log, [booked(1)])
    export(log, Chosen.of(), tmp_path)
    other = SqliteLog(None)
    fill(other, [])
    with pytest.raises(LogIsShorter):
        export(other, Chosen.of(), tmp_path)


def test_a_topic_that_nobody_declares_is_refused() -> None:
    with pytest.raises(UnknownTopic):
        Chosen.of(["bookings"])


def test_progress_is_told_up_to_the_end(log: SqliteLog, tmp_path: Path) -> None:
    fill(log, [booked(number) for number in range(20)])
    told: list[tuple[int, int]] = []
    export(log, Chosen.of(["scheduling"]), tmp_path, lambda done, of: told.append((done, of)))
    assert told[-1] == (20, 20) and 1 < len(told) <= PARTITIONS
