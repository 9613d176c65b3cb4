"""Whole pathways under load while processes are killed; then the independent checker looks at what is left.

`python -m tests.faults.storm --kills 20`. Half of the kills are at named failpoints, in turn, half at a random
moment; nobody waits for recovery between. With `--log kafka` or `--store mongo` real servers are used, and are
among the victims. The exit status is the checker's.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from movewell.failpoints import NAMES
from movewell.movable_clock import MovableClock

from deploy.local.kafka.broker import Broker
from deploy.local.mongo.stand_in import StandIn
from deploy.local.processes import Platform, free_port
from deploy.local.site import SERVICES, Site
from deploy.local.visitors import Watch
from tests.faults.exports import export_keyring, export_log, export_store

CHECKER = Path(__file__).with_name("checker.py")
CANARIES = ("Canaryname", "canary@patients.example", "07700900999", "ZZ99 9ZZ")
HEALTHY = {
    "systolic": 120,
    "diastolic": 80,
    "heart_rate": 70,
    "active": False,
    "disease": False,
    "symptoms": False,
    "contraindications": [],
}


class Load:
    """Clients that send commands until told to stop, with the same key again when they get no answer."""

    def __init__(self, site: Site, url: str, history: Path) -> None:
        self._url = url
        self._tokens = {role: site.token(role, time.time()) for role in ("system", "clinician", "coordinator")}
        self._history = history.open("a")
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self.taken = 0

    def run(self, seed: int) -> None:
        """One client: refer, screen, accept, take the offer; some withdraw."""
        chance = random.Random(seed)
        while not self._stop.is_set():
            referral_id = self._refer(chance)
            if referral_id is None:
                continue
            path = f"/api/referrals/{referral_id}"
            self._command("clinician", f"{path}/screening", HEALTHY)
            self._command("clinician", f"{path}/accept", {"format": "group", "sessions_planned": 4})
            offer_id = self._offer(referral_id)
            if offer_id is not None:
                self._command("coordinator", f"/api/offers/{offer_id}/accept", {})
            if chance.random() < 0.4:
                self._command("clinician", f"{path}/withdraw", {})

    def stop(self) -> None:
        self._stop.set()

    def _refer(self, chance: random.Random) -> str | None:
        person = {
            "family_name": CANARIES[0],
            "given_names": ["Test"],
            "birth_date": "1990-01-01",
            "email": CANARIES[1],
            "phone": CANARIES[2],
            "postcode": CANARIES[3],
        }
        answer = self._command(
            "system",
            "/api/referrals",
            {"source": "B1", "person": person},
            key=str(uuid.UUID(int=chance.getrandbits(128))),
        )
        referral_id = answer.get("referral_id") if answer else None
        line = {"op": "referral", "status": "ok" if referral_id else "unknown", "referral_id": referral_id}
        with self._lock:
            self._history.write(json.dumps(line) + "\n")
            self._history.flush()
            self.taken += bool(referral_id)
        return referral_id

    def _offer(self, referral_id: str) -> str | None:
        until = time.monotonic() + 3
        while time.monotonic() < until and not self._stop.is_set():
            answer = self._ask("GET", "coordinator", f"/api/programmes/{referral_id}")
            if answer and answer["status"] == "offered":
                return str(answer["offer_id"])
            if answer and answer["status"] == "waiting":
                return None
            time.sleep(0.05)
        return None

    def _command(self, role: str, path: str, body: Any, key: str | None = None) -> dict[str, Any] | None:
        """Sent again until it is answered, or the storm is over."""
        while True:
            answer = self._ask("POST", role, path, body, key)
            if answer is not None or self._stop.is_set():
                return answer
            time.sleep(0.1)

    def _ask(
        self, method: str, role: str, path: str, body: Any = None, key: str | None = None
    ) -> dict[str, Any] | None:
        headers = {"Authorization": f"Bearer {self._tokens[role]}"} | ({"Idempotency-Key": key} if key else {})
        try:
            response = httpx.request(method, self._url + path, headers=headers, json=body, timeout=20)
        except httpx.HTTPError:
            return None
        return None if response.status_code >= 500 else dict(response.json())


class Ground:
    """What the site stands on, where it isn't files: servers that are killed too, and come back by themselves."""

    def __init__(self, folder: Path, log: str, store: str) -> None:
        self.broker = Broker(folder / "kafka").start() if log == "kafka" else None
        self.mongo = StandIn(folder / "mongo").start() if store == "mongo" else None

    def site(self, folder: Path) -> Site:
        log_url = f"{self.broker.url}?session_ms=6000" if self.broker else None
        return Site.at(folder, log_url, self.mongo.url("DATABASE") if self.mongo else None)

    def servers(self) -> dict[str, Broker | StandIn]:
        return {name: each for name, each in (("broker", self.broker), ("mongo", self.mongo)) if each is not None}

    def export(self, site: Site) -> None:
        """Write the files that the checker reads."""
        if self.broker is not None:
            export_log(self.broker.process.place.address, "", site.folder / "log.sqlite")
        if self.mongo is not None:
            for each in SERVICES:
                export_store(site.store(each), site.folder / f"{each}.sqlite")
            export_keyring(site.store("keyring"), site.folder / "keyring.sqlite")

    def stop(self) -> None:
        for each in self.servers().values():
            each.kill()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=2.0, help="between two kills")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--log", choices=("sqlite", "kafka"), default="sqlite")
    parser.add_argument("--store", choices=("sqlite", "mongo"), default="sqlite")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="movewell-storm-"))
    ground, failpoints = Ground(folder, options.log, options.store), folder / "failpoints"
    site = ground.site(folder / "site")
    failpoints.mkdir()
    platform = Platform(site, free_port(8300), None, {"MOVEWELL_FAILPOINTS": str(failpoints)})
    platform.start()
    history = site.folder / "history.jsonl"
    try:
        _schedule(site, platform.url)
        load = Load(site, platform.url, history)
        clients = [threading.Thread(target=load.run, args=(seed,), daemon=True) for seed in range(3)]
        for each in clients:
            each.start()
        storm = Storm(platform, ground, failpoints, random.Random(options.seed))
        killed = storm.rage(options.kills, options.seconds)
        load.stop()
        for each in clients:
            each.join(60)
        watch = Watch(site, platform.url)
        _until_quiet(watch)
        watch.move(timedelta(days=3))
        _until_quiet(watch)
    finally:
        platform.stop()
    ground.export(site)
    ground.stop()
    print(f"{load.taken} referrals taken, {sum(killed.values())} killed: {killed}")
    canaries = [text for each in CANARIES for text in ("--canary", each)]
    status = subprocess.run(
        [sys.executable, str(CHECKER), str(site.folder), "--history", str(history), *canaries], check=False
    ).returncode
    missed = [name for name in NAMES if options.kills >= 10 * len(NAMES) and killed.get(name, 0) < 3]
    if missed:
        print(f"killed fewer than three times at: {', '.join(missed)}")
    if status == 0:
        shutil.rmtree(folder)
    else:
        print(f"kept for a look: {folder}")
    return status or bool(missed)


class Storm:
    """Failpoints in turn and victims at random, while the shared clock moves on."""

    def __init__(self, platform: Platform, ground: Ground, failpoints: Path, chance: random.Random) -> None:
        self._platform = platform
        self._ground = ground
        self._failpoints = failpoints
        self._chance = chance
        self._clock = MovableClock(platform.site.clock_file)

    def rage(self, kills: int, seconds: float) -> dict[str, int]:
        """What was killed, and how often: by name, or by the failpoint that it died at."""
        done: dict[str, int] = {}
        for number in range(kills):
            if number % 2 == 0:
                (self._failpoints / self._rarest()).touch()
            else:
                name = self._chance.choice(["api", *SERVICES, *self._ground.servers()])
                self._kill(name)
                done[name] = done.get(name, 0) + 1
            if number % 10 == 9:
                self._clock.move(timedelta(hours=6))
            time.sleep(seconds * self._chance.uniform(0.5, 1.5))
        for each in self._failpoints.iterdir():
            if each.name in NAMES:
                each.unlink()
        return done | self._died_at()

    def _kill(self, name: str) -> None:
        server = self._ground.servers().get(name)
        if server is None:
            self._platform.kill(name)
        else:
            server.kill()
            server.start()

    def _rarest(self) -> str:
        """Of the places that aren't armed, one where the fewest have died."""
        died = self._died_at()
        free = [name for name in NAMES if not (self._failpoints / name).exists()] or list(NAMES)
        return min(free, key=lambda name: (died.get(name, 0), self._chance.random()))

    def _died_at(self) -> dict[str, int]:
        """Who dies at a failpoint leaves a file of its name behind."""
        return Counter(each.name.partition(".hit.")[0] for each in self._failpoints.glob("*.hit.*"))


def _schedule(site: Site, url: str) -> None:
    headers = {"Authorization": f"Bearer {site.token('coordinator', time.time())}"}
    first = datetime.now().replace(hour=9, minute=0, second=0, microsecond=0) + timedelta(days=7)  # noqa: DTZ005
    for number in range(6):
        series = {
            "series_id": f"storm-{number}",
            "venue_id": f"gym-{number}",
            "instructor_id": f"instructor-{number}",
            "format": "group",
            "capacity": 5,
            "first_starts_at": (first + timedelta(days=number)).isoformat(),
            "minutes": 60,
            "weeks": 8,
        }
        httpx.post(f"{url}/api/series", json=series, headers=headers, timeout=30).raise_for_status()


def _until_quiet(watch: Watch) -> None:
    until = time.monotonic() + 120
    while True:
        try:
            watch.until_quiet()
            return
        except Exception:
            if time.monotonic() > until:
                raise


if __name__ == "__main__":
    sys.exit(main())
