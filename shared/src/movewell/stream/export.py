"""The stream as Parquet files, `topic=<topic>/day=<day>/<batch>.parquet`: resumable, each event in them once.

A batch is written aside, becomes true in the ledger, and is then moved to its place. What a death leaves is finished
or thrown away by the next run, which goes on where the ledger says; whoever reads meanwhile sees whole files only.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from movewell.log.port import Delivered, EventLog, Position
from movewell.stream.chosen import Chosen, pages
from movewell.stream.columns import row_of, schema_of
from movewell.stream.ledger import Ledger

ROWS = 50_000
"""Of a batch, at least; at most a page more."""
_LEDGER, _ASIDE = "_export.sqlite", "_writing"
Rows = dict[tuple[str, str], list[dict[str, Any]]]
"""(topic, day) → rows."""


class LogIsShorter(Exception):
    """The log ends before what was exported from it: it is another log, or has lost records."""


def export(
    log: EventLog, chosen: Chosen, folder: Path, read: Callable[[int, int], None] = lambda done, of: None
) -> int:
    """Export what the log holds now and the folder does not; the number of events.

    `read` is told how many records were read and how many there are. Raises LogIsShorter, OtherExport, InUse,
    Unavailable.
    """
    folder.mkdir(parents=True, exist_ok=True)
    ledger = Ledger(folder / _LEDGER)
    try:
        ledger.require(chosen.tenant)
        _finish(ledger, folder)
        exported = 0
        for positions, rows in _batches(log, chosen, ledger, read):
            exported += _write(ledger, folder, positions, rows)
        return exported
    finally:
        ledger.close()


def _batches(
    log: EventLog, chosen: Chosen, ledger: Ledger, read: Callable[[int, int], None]
) -> Iterator[tuple[Mapping[Position, int], Rows]]:
    since, ends = ledger.positions(), log.ends(chosen.topics)
    if shorter := [topic for (topic, partition), end in ends.items() if since.get((topic, partition), 0) > end]:
        raise LogIsShorter(f"the log ends before what was exported from {shorter[0]}")
    total, done = sum(end - since.get(each, 0) for each, end in ends.items()), 0
    positions: dict[Position, int] = {}
    rows: Rows = {}
    for page in pages(log, since, ends):
        for record in filter(chosen.takes, page):
            day, row = row_of(record)
            rows.setdefault((record.topic, day), []).append(row)
        _pass(positions, page)
        done += len(page)
        read(done, total)
        if sum(map(len, rows.values())) >= ROWS:
            yield positions, rows
            positions, rows = {}, {}
    if positions:
        yield positions, rows


def _pass(positions: dict[Position, int], page: list[Delivered]) -> None:
    last = page[-1]
    positions[last.topic, last.partition] = last.offset + 1


def _write(ledger: Ledger, folder: Path, positions: Mapping[Position, int], rows: Rows) -> int:
    """One batch."""
    new = ledger.unknown({row["id"] for each in rows.values() for row in each if "id" in row})
    batch, ids, files = ledger.last()[0] + 1, set(new), []
    for (topic, day), all_of_day in sorted(rows.items()):
        kept = [row for row in all_of_day if "id" not in row or _take(row["id"], new)]
        if kept:
            file = f"topic={topic}/day={day}/{batch:08}.parquet"
            _to_disk(pa.Table.from_pylist(kept, schema=schema_of(topic)), folder / _ASIDE / file)
            files.append(file)
    ledger.commit(batch, positions, ids, files)
    _finish(ledger, folder)
    return len(ids)


def _take(id: str, left: set[str]) -> bool:
    """Whether it is the first of its id in the batch."""
    if id in left:
        left.remove(id)
        return True
    return False


def _to_disk(table: pa.Table, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        pq.write_table(table, file, compression="zstd")
        file.flush()
        os.fsync(file.fileno())


def _finish(ledger: Ledger, folder: Path) -> None:
    """Move the last batch to its place, if it is true; throw away what never became true."""
    for file in sorted(ledger.last()[1]):
        written = folder / _ASIDE / file
        if written.exists():
            (folder / file).parent.mkdir(parents=True, exist_ok=True)
            written.rename(folder / file)
            _sync(folder / file)
    shutil.rmtree(folder / _ASIDE, ignore_errors=True)


def _sync(path: Path) -> None:
    """The entry of a file in its folder."""
    descriptor = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
