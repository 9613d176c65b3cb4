"""How long the server takes for the report over 100,000 referrals and 200,000 bookings.

Rows in a file, as the projections keep them. Requests go to the application itself, in this process: routing, policy,
counting, disclosure control, template and the row of the audit are in; the network and gunicorn are not. A period that
was not asked for before is counted, as every period is after a change; the others are served from what was counted.
`python -m bench.report --referrals 100000`.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

from movewell.doors import Assembly
from movewell.projections import rows_of
from movewell.service import Running
from movewell.settings import ServiceSettings, load
from reporting.bootstrap import assemble
from reporting.figures.facts import facts_of, text_of
from reporting.projections.booking_rows import BOOKINGS
from reporting.projections.referral_rows import REFERRALS
from rich.console import Console

from bench.server_time import Request, served, show
from deploy.local.site import TENANT, Site

RESULT = Path("build") / "bench-report.json"
_CHUNK, _SITES = 5000, ("gym", "pool", "hall", "track")
_YEAR = "from=2025-01-01&to=2025-12-31"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--referrals", type=int, default=100_000)
    parser.add_argument("--requests", type=int, default=10, help="of each kind in a run")
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    busy = os.getloadavg()
    with tempfile.TemporaryDirectory() as scratch:
        site = Site.at(Path(scratch))
        environ = site.environment("reporting", "http://127.0.0.1", None)
        with patch.dict(os.environ, environ):
            assembly = assemble(load(ServiceSettings, environ))
        assembly.running.prepare_log()
        _fill(assembly.running, options.referrals)
        measured = served(_requests(assembly, site.token("manager", time.time())), options.requests, options.runs)
    result: dict[str, Any] = {"referrals": options.referrals, "requests": measured}
    result["machine"] = {"cores": os.cpu_count(), "load_before": busy, "load_after": os.getloadavg()}
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps(result, indent=2) + "\n")
    show(f"{options.referrals} referrals and {2 * options.referrals} bookings", result, Console())


def _requests(assembly: Assembly, token: str) -> dict[str, Request]:
    """Kinds of request by name."""
    client, headers = assembly.app.test_client(), {"Accept": "text/html", "Authorization": f"Bearer {token}"}

    def ask(path: Callable[[], str]) -> Request:
        return lambda: client.get(path(), headers=headers)

    firsts = (date(2025, 1, 1) - timedelta(days=each) for each in itertools.count(1))
    several = f"/report?{_YEAR}&site=pool&source=A1&deprivation=3&ethnicity=white"
    return {
        "exact, counted for it": ask(lambda: f"/report/exact?from={next(firsts)}&to=2025-12-31"),
        "exact": ask(lambda: f"/report/exact?{_YEAR}"),
        "exact, two filters": ask(lambda: f"/report/exact?{_YEAR}&site=gym&source=A1"),
        "for publication": ask(lambda: f"/report?{_YEAR}"),
        "for publication, four filters": ask(lambda: several),
        "CSV": ask(lambda: f"/report.csv?{_YEAR}"),
        "PDF": ask(lambda: f"/report.pdf?{_YEAR}"),
    }


def _at(day: int) -> str:
    return (datetime(2025, 1, 1, 9, tzinfo=UTC) + timedelta(days=day)).isoformat(timespec="microseconds")


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
    row |= {"ended": "discharged", "ended_at": _at(received + 60), "outcome": outcome}
    return {**row, "facts": text_of(facts_of(row))}


def _booking(luck: random.Random, number: int, referrals: int) -> dict[str, Any]:
    row = {"id": f"b{number:07}", "tenant": TENANT, "referral_id": f"r{number % referrals:07}"}
    return {
        **row,
        "site": luck.choice(_SITES),
        "starts_at": _at(luck.randrange(365)),
        "code": luck.choice("5555562347"),
    }


def _fill(running: Running, referrals: int) -> None:
    luck = random.Random(4)
    several = (
        (REFERRALS, (_referral(luck, number) for number in range(referrals))),
        (BOOKINGS, (_booking(luck, number, referrals) for number in range(2 * referrals))),
    )
    for projection, rows in several:
        name = rows_of(projection.collection, 1).name
        for chunk in _chunks(rows):
            running.store.transaction(TENANT, lambda tx, n=name, c=chunk: [tx.add(n, each) for each in c])


def _chunks(rows: Iterator[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    chunk: list[dict[str, Any]] = []
    for row in rows:
        chunk.append(row)
        if len(chunk) == _CHUNK:
            yield chunk
            chunk = []
    yield chunk


if __name__ == "__main__":
    main()
