"""Time from a POST to its reaction being readable in scheduling and in reporting, on the whole platform.

Open loop: each POST has an intended time, kept whatever is still open, and its clock starts at that time, so that
a platform that falls behind is charged for the wait. The reaction counts once a GET shows it, as another client
would see it; the polling shares the machine with the platform, and its pace is the resolution.
"""

from __future__ import annotations

import threading
import time
import uuid
from dataclasses import dataclass, field

import httpx
from movewell.contracts.declare import topics

from bench.figures import over_runs, percentile
from bench.ground import log_of
from deploy.local.processes import Platform, free_port
from deploy.local.site import Site
from deploy.local.walk import HEALTHY

_WARM_UP_SECONDS, _PUBLISHED_FOR_A_REFERRAL = 10.0, 10.0
_LEAD, _POLL, _PATIENCE = 1.5, 0.004, 20.0
_PERSON = {"family_name": "Testperson", "birth_date": "1990-01-01"}


@dataclass
class Measured:
    """One run: seconds from each intended POST until it was readable, by service; events published while POSTs came."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: {"scheduling": [], "reporting": []})
    unseen: int = 0
    refused: list[str] = field(default_factory=list)
    published_per_second: float = 0.0


def reaction_time(site: Site, published_per_second: float, seconds: float, runs: int) -> dict[str, dict[str, object]]:
    """By service p50, p95 and p99 in milliseconds over runs and of all runs together; the load that was published."""
    platform = Platform(site, free_port(8400), None)
    platform.start()
    try:
        with httpx.Client(base_url=platform.url, timeout=30, limits=httpx.Limits(max_connections=64)) as http:
            visitor = Visitor(site, http)
            per_second = visitor.warm_up(published_per_second)
            measured = [visitor.run(max(int(seconds * per_second), 1), per_second) for _ in range(runs)]
    finally:
        platform.stop()
    found: dict[str, dict[str, object]] = {name: _figures(name, measured) for name in ("scheduling", "reporting")}
    found["load"] = {
        "published_events_per_second": over_runs(run.published_per_second for run in measured),
        "referrals_per_second": per_second,
        "never_readable": sum(run.unseen for run in measured),
    }
    return found


def _figures(name: str, runs: list[Measured]) -> dict[str, object]:
    found: dict[str, object] = {}
    for which in (50, 95, 99):
        each_run = over_runs(1000 * percentile(run.seconds[name], which) for run in runs)
        together = 1000 * percentile([each for run in runs for each in run.seconds[name]], which)
        found[f"p{which}_ms"] = {**each_run, "all_runs": together}
    return found | {"measured": sum(len(run.seconds[name]) for run in runs)}


class Visitor:
    """Refers, screens and accepts people over HTTP, and looks for what came of it."""

    def __init__(self, site: Site, http: httpx.Client) -> None:
        self._log = log_of(site)
        self._tokens = {role: site.token(role, time.time()) for role in ("system", "clinician", "coordinator")}
        self._http = http

    def warm_up(self, published_per_second: float) -> float:
        """The referrals a second that make so many events a second, by how many events one makes in all."""
        before, per_second = self._published(), published_per_second / _PUBLISHED_FOR_A_REFERRAL
        referrals = round(_WARM_UP_SECONDS * per_second)
        self.run(referrals, per_second)
        return published_per_second * referrals / (self._published() - before)

    def run(self, referrals: int, per_second: float) -> Measured:
        """So many referrals, one each 1 / `per_second` seconds."""
        measured, threads = Measured(), []
        before, began = self._published(), time.perf_counter()
        for number in range(referrals):
            start = began + number / per_second
            time.sleep(max(0.0, start - time.perf_counter()))
            threads.append(threading.Thread(target=self._story, args=(start + _LEAD, measured)))
            threads[-1].start()
        for each in threads:
            each.join()
        if measured.refused:
            raise RuntimeError(measured.refused[0])
        time.sleep(1.0)  # what follows from the last of them
        measured.published_per_second = (self._published() - before) * per_second / referrals
        return measured

    def _story(self, intended: float, measured: Measured) -> None:
        try:
            self._one(intended, measured)
        except httpx.HTTPError as error:
            measured.refused.append(str(error))

    def _one(self, intended: float, measured: Measured) -> None:
        referral_id = self._post("/api/referrals", "system", {"source": "B1", "person": _PERSON})["referral_id"]
        path = f"/api/referrals/{referral_id}"
        self._post(f"{path}/screening", "clinician", HEALTHY)
        time.sleep(max(0.0, intended - time.perf_counter()))
        self._post(f"{path}/accept", "clinician", {"format": "group", "sessions_planned": 8})
        signs = {
            "scheduling": lambda: self._get(f"/api/programmes/{referral_id}").get("status") == "waiting",
            "reporting": lambda: self._get(f"/local/row/{referral_id}").get("accepted_at") is not None,
        }
        while signs and time.perf_counter() - intended < _PATIENCE:
            for name in list(signs):
                if signs[name]():
                    measured.seconds[name].append(time.perf_counter() - intended)
                    del signs[name]
            time.sleep(_POLL)
        measured.unseen += len(signs)

    def _post(self, path: str, role: str, body: dict) -> dict:
        headers = {"Authorization": f"Bearer {self._tokens[role]}", "Idempotency-Key": str(uuid.uuid4())}
        answer = self._http.post(path, json=body, headers=headers)
        answer.raise_for_status()
        return answer.json() if answer.content else {}

    def _get(self, path: str) -> dict:
        headers = {"Authorization": f"Bearer {self._tokens['coordinator']}"}
        return self._http.get(path, headers=headers).json()

    def _published(self) -> int:
        return sum(self._log.ends(sorted(topics())).values())
