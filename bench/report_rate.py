"""How long the report takes over many referrals: counted for the first time, and after a change of filters.

`python -m bench.report_rate [REFERRALS]` prints seconds of wall and of CPU; nothing is asserted.
"""

from __future__ import annotations

import random
import sys
import tempfile
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from movewell.kernel import SystemClock
from movewell.log.sqlite import SqliteLog
from movewell.projections import rows_of
from movewell.service import Running
from movewell.store.sqlite import SqliteStore
from reporting.bootstrap import SERVICE
from reporting.entrypoints.counting import Counting
from reporting.figures.lines import About, as_csv
from reporting.figures.page import laid_out
from reporting.figures.printed import as_pdf
from reporting.projections.booking_rows import BOOKINGS
from reporting.projections.referral_rows import REFERRALS

from bench.figures import over_runs
from bench.workload import TENANT, timed

PERIOD = date(2026, 1, 1), date(2026, 12, 31)
FILTERS: tuple[Mapping[str, str], ...] = (
    {},
    {"site": "gym"},
    {"site": "gym", "source": "A1"},
    {"source": "B1", "deprivation": "1", "ethnicity": "asian"},
    {"site": "pool", "source": "A1", "deprivation": "3", "ethnicity": "white"},
)
_CHUNK, _SITES = 5000, ("gym", "pool", "hall", "track")


def _at(day: int) -> str:
    return (datetime(2026, 1, 1, 9, tzinfo=UTC) + timedelta(days=day)).isoformat(timespec="microseconds")


def _referral(luck: random.Random, number: int) -> dict[str, Any]:
    received = luck.randrange(300)
    row: dict[str, Any] = {"id": f"r{number:07}", "tenant": TENANT, "received_at": _at(received)}
    row |= {"source": luck.choice(("A1", "A1", "A1", "B1", "B1", "G4", "H2")), "ethnicity": luck.choice("AAAAACHKMNZ")}
    row |= {"deprivation": luck.choice((None, *range(1, 11))), "site": luck.choice(_SITES)}
    row |= {"screened_at": _at(received + 2), "cleared": True, "accepted_at": _at(received + 3), "sessions_booked": 8}
    row |= {"offered_at": _at(received + 4), "first_booked_at": _at(received + 5), "sessions_attended": 6}
    row["first_attended_at"] = _at(received + luck.randrange(6, 140))
    first, last = luck.randrange(8, 25), luck.randrange(2, 20)
    outcome = {"phq9_first": first, "phq9_last": last, "gad7_first": 9, "gad7_last": 7, "at_caseness": True}
    outcome |= {
        "recovered": last < 10,
        "reliably_improved": first - last > 5,
        "reliably_deteriorated": last - first > 5,
    }
    return {**row, "ended": "discharged", "ended_at": _at(received + 60), "outcome": outcome}


def _booking(luck: random.Random, number: int, referrals: int) -> dict[str, Any]:
    row = {"id": f"b{number:07}", "tenant": TENANT, "referral_id": f"r{number % referrals:07}"}
    return {
        **row,
        "site": luck.choice(_SITES),
        "starts_at": _at(luck.randrange(365)),
        "code": luck.choice("5555562347"),
    }


def _filled(folder: Path, referrals: int) -> Running:
    luck = random.Random(4)
    running = Running(
        SERVICE, SqliteStore(str(folder / "reporting.sqlite")), SqliteLog(str(folder / "log.sqlite")), SystemClock()
    )
    running.prepare()
    several = (
        (REFERRALS, (_referral(luck, number) for number in range(referrals))),
        (BOOKINGS, (_booking(luck, number, referrals) for number in range(2 * referrals))),
    )
    for projection, rows in several:
        for chunk in _chunks(rows):
            name = rows_of(projection.collection, 1).name
            running.store.transaction(TENANT, lambda tx, n=name, c=chunk: [tx.add(n, each) for each in c])
    return running


def _chunks(rows: Iterator[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    chunk: list[dict[str, Any]] = []
    for row in rows:
        chunk.append(row)
        if len(chunk) == _CHUNK:
            yield chunk
            chunk = []
    yield chunk


def report_rate(referrals: int, runs: int = 3) -> dict[str, dict[str, float]]:
    """Seconds of CPU: `count` once for each new state of the log, the others for each answer."""
    with tempfile.TemporaryDirectory() as scratch:
        running = _filled(Path(scratch), referrals)
        counted = [timed(lambda: Counting(running).of(TENANT, PERIOD)) for _ in range(runs)]
        counting = Counting(running)
        stand = counting.of(TENANT, PERIOD)
        about = About(TENANT, (), stand.positions)
        measured: dict[str, list[tuple[float, float]]] = {"count": counted}
        for chosen in FILTERS:
            for published in (True, False):
                name = f"{len(chosen)} filters, {'published' if published else 'exact'}"

                def answer(chosen: Mapping[str, str] = chosen, published: bool = published) -> object:
                    held = counting.of(TENANT, PERIOD).counted
                    return laid_out(held.report(chosen, published=published))

                measured[name] = [timed(answer) for _ in range(runs)]
        report = stand.counted.report({}, published=False)
        measured["CSV"] = [timed(lambda: as_csv(report, about)) for _ in range(runs)]
        measured["PDF"] = [timed(lambda: as_pdf(report, about)) for _ in range(runs)]
    return {name: over_runs(cpu for _, cpu in each) for name, each in measured.items()}


if __name__ == "__main__":
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    print(f"{number} referrals and {2 * number} bookings; seconds of CPU, median (least – most)")
    for name, figures in report_rate(number).items():
        print(f"{name:24} {figures['median']:.3f} ({figures['min']:.3f} – {figures['max']:.3f})")
