"""The whole platform on real servers under load, what its services keep, and the independent checker at the end."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
from movewell.adapters import open_log, open_store
from movewell.contracts.declare import topics
from movewell.errors import Unavailable
from movewell.log.port import EventLog, Position, Record
from movewell.service import PLUMBING
from movewell.store.outbox import LANES
from movewell.store.port import ALL, Transaction

from deploy.local.processes import Platform, free_port
from deploy.local.site import SERVICES, Site
from deploy.local.visitors import Watch
from tests.faults.storm import CANARIES, CHECKER, Ground, Load, _schedule, _until_quiet

WARM_SECONDS = 8.0
Event = tuple[str, str, int]
"""Topic, key and sequence."""


class Failed(Exception):
    """A promise was broken; the message says which."""


def require(kept: bool, promise: str) -> None:
    if not kept:
        raise Failed(promise)


class CountedLoad(Load):
    """Clients whose answers are counted: by status, how slow, and which 503 came without Retry-After."""

    def __init__(self, site: Site, url: str, history: Path) -> None:
        super().__init__(site, url, history)
        self.answers: Counter[str] = Counter()
        self.slowest = 0.0

    def _ask(
        self, method: str, role: str, path: str, body: Any = None, key: str | None = None
    ) -> dict[str, Any] | None:
        headers = {"Authorization": f"Bearer {self._tokens[role]}"} | ({"Idempotency-Key": key} if key else {})
        began = time.monotonic()
        try:
            response = httpx.request(method, self._url + path, headers=headers, json=body, timeout=40)
        except httpx.HTTPError as error:
            self._count(type(error).__name__, began)
            return None
        failed = response.status_code >= 500
        bare = response.status_code == 503 and "Retry-After" not in response.headers
        self._count("503 without Retry-After" if bare else f"{response.status_code}", began)
        return None if failed else dict(response.json())

    def _count(self, answer: str, began: float) -> None:
        with self._lock:
            self.answers[answer] += 1
            self.slowest = max(self.slowest, time.monotonic() - began)

    def failures(self) -> dict[str, int]:
        return {each: number for each, number in self.answers.items() if not each.startswith(("2", "3", "4"))}


class Books:
    """What the services keep and where the log stands, read beside them."""

    def __init__(self, site: Site, log_url: str) -> None:
        self._stores = {each: open_store(site.store(each)) for each in SERVICES}
        for each in self._stores.values():
            each.prepare(PLUMBING)
        self.log: EventLog = open_log(log_url)
        self.topics = sorted(topics())

    def pending(self) -> set[Event]:
        """Every event that waits for its publication."""
        return {each for store in self._stores.values() for each in store.read(ALL, _pending)}

    def journal(self, topic: str) -> set[Event]:
        """Every event of a topic that was ever committed."""
        rows = (row for store in self._stores.values() for row in store.scan("outbox"))
        return {(topic, row["key"], row["sequence"]) for row in rows if row["topic"] == topic}

    def on_the_log(self, topic: str) -> set[Event]:
        """Every event that lies in a topic; none where it is not to be had."""
        found: set[Event] = set()
        try:
            ends = self.log.ends([topic])
        except Unavailable:
            return found
        for (_, partition), end in ends.items():
            page = self.log.read(topic, partition, 0, end) if end else []
            while page:
                found |= {(topic, each.key, int(each.headers["ce_sequence"])) for each in page}
                page = self.log.read(topic, partition, page[-1].offset + 1, end)
        return found

    def done(self) -> int:
        """How many events are marked as published."""
        return sum(not row["pending"] for store in self._stores.values() for row in store.scan("outbox"))

    def readers(self) -> set[tuple[str, str, str]]:
        """Which service has applied which topic under which consumer's name."""
        return {
            (service, *row["id"].split("/")[:2])
            for service, store in self._stores.items()
            for row in store.scan("progress")
        }

    def unmet(self, events: Iterable[Event], readers: set[tuple[str, str, str]]) -> int:
        """How many times a reader of an event has not applied it yet."""
        owed: dict[str, dict[str, int]] = {}
        for topic, key, sequence in events:
            for service, consumer, read in readers:
                if read == topic:
                    wanted, id = owed.setdefault(service, {}), f"{consumer}/{topic}/{key}"
                    wanted[id] = max(wanted.get(id, 0), sequence)
        return sum(self._behind(service, wanted) for service, wanted in owed.items())

    def _behind(self, service: str, wanted: dict[str, int]) -> int:
        found = self._stores[service].read(ALL, lambda tx: tx.get_many("progress", list(wanted)))
        return sum(found.get(id, {"applied": 0})["applied"] < sequence for id, sequence in wanted.items())

    def offsets(self) -> dict[tuple[str, Position], int]:
        """What every group has committed."""
        groups = {group for topic in self.topics for group in self.log.groups(topic)}
        return {
            (group, at): offset
            for group in groups
            for at, offset in self.log.committed(group, self.topics).items()
            if offset
        }

    def repeat(self, topic: str) -> int:
        """Publish what lies in a topic once more, as a relay that was killed would; how many records."""
        ends = {at: end for at, end in self.log.ends([topic]).items() if end}
        found = [each for (_, number), end in ends.items() for each in self.log.read(topic, number, 0, end)]
        self.log.publish([Record(each.topic, each.key, each.headers, each.value) for each in found])
        return len(found)

    def close(self) -> None:
        for each in self._stores.values():
            each.close()
        self.log.close()


def _pending(tx: Transaction) -> list[Event]:
    found = [
        row
        for lane in range(LANES)
        for row in tx.find("outbox", {"pending": True, "lane": lane}, order=("topic", "key", "sequence"), limit=100_000)
    ]
    return [(row["topic"], row["key"], row["sequence"]) for row in found]


class Stage:
    """The whole platform on real servers, with clients; at its end the independent checker looks at all of it."""

    def __init__(self, store: str) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="movewell-outage-"))
        self.ground = Ground(self._folder, "kafka", store)
        self.site = self.ground.site(self._folder / "site")
        self.platform = Platform(self.site, free_port(8400), None)
        self._history = self.site.folder / "history.jsonl"

    def __enter__(self) -> Stage:
        self.load = CountedLoad(self.site, self.platform.url, self._history)
        self._clients = [threading.Thread(target=self.load.run, args=(seed,), daemon=True) for seed in range(3)]
        try:
            self._begin()
        except BaseException as error:
            self.__exit__(type(error))
            raise
        return self

    def _begin(self) -> None:
        self.platform.start()
        _schedule(self.site, self.platform.url)
        for each in self._clients:
            each.start()
        time.sleep(WARM_SECONDS)
        self.books = Books(self.site, self.site.log_url or "")

    def rest(self) -> None:
        """End every worker in order; the API goes on, and nobody is started again before `work`."""
        self._resting = {name: self.platform.processes.pop(name) for name in SERVICES}
        for each in self._resting.values():
            each.terminate()
        for each in self._resting.values():
            each.wait(30)

    def work(self) -> None:
        """Let the platform find its workers dead: it starts them again."""
        self.platform.processes.update(self._resting)

    def operate(self, service: str, *arguments: str) -> str:
        """Open an operator's door of a service; what it says."""
        environ = {**os.environ, **self.site.environment(service, self.platform.url, None)}
        command = [sys.executable, "-W", "ignore", "-m", service, *arguments]
        done = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=120, check=False)
        require(done.returncode == 0, f"{' '.join(arguments)}: {done.stderr}")
        return " ".join(done.stdout.split())

    def calm(self) -> None:
        """End the load, and wait until all of it has had its effect."""
        self.load.stop()
        for each in self._clients:
            each.join(60)
        watch = Watch(self.site, self.platform.url)
        _until_quiet(watch)
        watch.move(timedelta(days=3))
        _until_quiet(watch)

    def check(self) -> None:
        """The independent checker; Failed if it finds anything."""
        self.platform.stop()
        self.ground.export(self.site)
        canaries = [text for each in CANARIES for text in ("--canary", each)]
        command = [sys.executable, str(CHECKER), str(self.site.folder), "--history", str(self._history), *canaries]
        status = subprocess.run(command, check=False, stdout=sys.stdout).returncode
        require(status == 0, f"the checker found violations in {self._folder}")

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self.load.stop()
        if hasattr(self, "books"):
            self.books.close()
        self.platform.stop()
        for each in self.ground.servers().values():
            with suppress(Exception):
                each.process.resume()
        self.ground.stop()
        if kind is None:
            shutil.rmtree(self._folder)
        else:
            print(f"kept for a look: {self._folder}", flush=True)
