"""Whole pathways under load while processes are killed; then the independent checker looks at what is left.

`python -m tests.faults.storm --kills 20`. Half of the kills are at named failpoints, in turn, half at a random
moment; nobody waits for recovery between. The exit status is the checker's.
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
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from movewell.failpoints import NAMES

from deploy.local.processes import Platform, free_port
from deploy.local.site import SERVICES, Site
from deploy.local.visitors import Watch

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


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=2.0, help="between two kills")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="movewell-storm-"))
    site, failpoints = Site.at(folder / "site"), folder / "failpoints"
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
        killed = _kill(platform, failpoints, options.kills, options.seconds, random.Random(options.seed))
        load.stop()
        for each in failpoints.iterdir():
            each.unlink()
        for each in clients:
            each.join(60)
        watch = Watch(site, platform.url)
        _until_quiet(watch)
        watch.move(timedelta(days=3))
        _until_quiet(watch)
    finally:
        platform.stop()
    print(f"{load.taken} referrals taken, {sum(killed.values())} kills: {killed}")
    canaries = [text for each in CANARIES for text in ("--canary", each)]
    status = subprocess.run(
        [sys.executable, str(CHECKER), str(site.folder), "--history", str(history), *canaries], check=False
    ).returncode
    if status == 0:
        shutil.rmtree(folder)
    else:
        print(f"kept for a look: {folder}")
    return status


def _kill(platform: Platform, failpoints: Path, kills: int, seconds: float, chance: random.Random) -> dict[str, int]:
    """Failpoints in turn and processes at random. What was killed, and how often."""
    done: dict[str, int] = {}
    names = list(NAMES)
    chance.shuffle(names)
    for number in range(kills):
        if number % 2 == 0:
            name = names[number // 2 % len(names)]
            (failpoints / name).touch()
        else:
            name = chance.choice(["api", *SERVICES])
            platform.kill(name)
        done[name] = done.get(name, 0) + 1
        time.sleep(seconds * chance.uniform(0.5, 1.5))
    return done


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
