"""Time from a POST to its reaction being readable, open loop, on the whole platform.

Each accepted referral is about seven events in all, so three a second make the load of twenty events a second.
"""

from __future__ import annotations

import math
import tempfile
import threading
import time
import uuid
from pathlib import Path

import httpx

from deploy.local.processes import Platform, free_port
from deploy.local.site import Site

HEALTHY = {"systolic": 120, "diastolic": 80, "heart_rate": 70, "active": False, "disease": False, "symptoms": False}
_PER_SECOND = 3.0
"""Referrals a second; each is received, screened and accepted: with the reactions about seven events."""


def measure(seconds: float, runs: int) -> dict[str, dict[str, float]]:
    """p50, p95 and p99 in milliseconds over all runs. Arrivals keep their rate, whatever is still open."""
    with tempfile.TemporaryDirectory() as scratch:
        site = Site.at(Path(scratch))
        platform = Platform(site, free_port(8400), None)
        platform.start()
        try:
            found: dict[str, list[float]] = {"scheduling": [], "reporting": []}
            for _ in range(runs):
                _load(site, platform.url, seconds, found)
        finally:
            platform.stop()
    return {name: _percentiles(times) for name, times in found.items()}


def _load(site: Site, url: str, seconds: float, found: dict[str, list[float]]) -> None:
    began, threads = time.perf_counter() + 0.2, []
    for number in range(int(seconds * _PER_SECOND)):
        intended = began + number / _PER_SECOND
        time.sleep(max(0.0, intended - time.perf_counter()))
        threads.append(threading.Thread(target=_one, args=(site, url, found)))
        threads[-1].start()
    for each in threads:
        each.join()


def _one(site: Site, url: str, found: dict[str, list[float]]) -> None:
    def headers(role: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {site.token(role, time.time())}", "Idempotency-Key": str(uuid.uuid4())}

    person = {"family_name": "Testperson", "birth_date": "1990-01-01"}
    with httpx.Client(base_url=url, timeout=30) as http:
        answer = http.post("/api/referrals", json={"source": "B1", "person": person}, headers=headers("system"))
        path = f"/api/referrals/{answer.json()['referral_id']}"
        http.post(f"{path}/screening", json=HEALTHY, headers=headers("clinician"))
        sent = time.perf_counter()
        http.post(f"{path}/accept", json={"format": "group", "sessions_planned": 8}, headers=headers("clinician"))
        programme = f"/api/programmes/{path.rsplit('/', 1)[1]}"
        while http.get(programme, headers=headers("coordinator")).json().get("status") != "waiting":
            time.sleep(0.002)
        found["scheduling"].append(time.perf_counter() - sent)
        row = f"/local/row/{path.rsplit('/', 1)[1]}"
        while http.get(row).json().get("accepted_at") is None:
            time.sleep(0.002)
        found["reporting"].append(time.perf_counter() - sent)


def _percentiles(times: list[float]) -> dict[str, float]:
    times = sorted(times)
    return {
        f"p{which}": round(1000 * times[min(len(times) - 1, math.ceil(len(times) * which / 100) - 1)], 1)
        for which in (50, 95, 99)
    } | {"measured": len(times)}
