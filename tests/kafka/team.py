"""A team of worker processes on one store and one broker, and a service whose events they work through."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import uuid
from datetime import UTC, datetime
from pathlib import Path

from movewell.adapters import open_log, open_store
from movewell.contracts.referral import ReferralWithdrawn
from movewell.kernel import SystemClock
from movewell.log.port import Position
from movewell.log.relay import Relay
from movewell.service import Running, Service
from movewell.store.documents import stored
from movewell.store.unit import Cause, Unit

from tests.kafka.member import SEEN, SERVICE

ROOT = Path(__file__).parents[2]
TENANT = "ZT001"


class Team:
    """Members are processes; `publish` puts events on the log through a real outbox and relay."""

    def __init__(self, folder: Path, log_url: str, store_url: str | None = None) -> None:
        self._folder = folder
        self._log_url = log_url
        self.store_url = store_url or f"sqlite:///{folder / 'scheduling.sqlite'}"
        self.producer = Running(
            Service("referral", stored()),
            open_store(f"sqlite:///{folder / 'referral.sqlite'}"),
            open_log(log_url),
            SystemClock(),
        )
        self.producer.prepare()
        self._relay = Relay(self.producer.store, self.producer.log, "team")
        self.members: dict[str, subprocess.Popen[bytes]] = {}
        self._store = open_store(self.store_url)
        self._store.prepare([SEEN, *SERVICE.collections])
        self.expected: dict[str, list[str]] = {}

    def add(self, name: str) -> None:
        """Start a member."""
        with (self._folder / f"{name}.log").open("ab") as output:
            self.members[name] = subprocess.Popen(
                [sys.executable, "-W", "ignore", "-m", "tests.kafka.member", self.store_url, self._log_url],
                cwd=ROOT,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    def send(self, name: str, what: signal.Signals) -> None:
        self.members[name].send_signal(what)

    def append(self, rounds: int, keys: int = 40) -> None:
        """Events of `keys` referrals, in the outbox. Nothing is published yet."""

        def work(unit: Unit) -> None:
            for number in range(keys):
                referral_id = str(uuid.uuid5(uuid.NAMESPACE_OID, str(number)))
                person_id, now = str(uuid.uuid4()), datetime.now(UTC)
                unit.publish(ReferralWithdrawn(referral_id=referral_id, person_id=person_id, withdrawn_at=now))

        for _ in range(rounds):
            self.producer.units.run(TENANT, Cause("test"), work)

    def publish(self) -> int:
        """Relay what is pending; Unavailable where the broker is away."""
        done = 0
        while (step := self._relay.step()) > 0:
            done += step
        return done

    def journal(self) -> dict[str, list[str]]:
        """The ids of the events of each key, in order."""
        found: dict[str, list[tuple[int, str]]] = {}
        for row in self.producer.store.scan("outbox"):
            found.setdefault(row["key"], []).append((row["sequence"], row["id"]))
        return {key: [id for _, id in sorted(rows)] for key, rows in found.items()}

    def seen(self) -> dict[str, list[str]]:
        """The ids of the events that were applied, of each key, in the order in which they were."""
        return {each["id"]: each["events"] for each in self._store.scan("seen")}

    def committed(self) -> dict[Position, int]:
        """Where the members' group stands."""
        return self.producer.log.committed("scheduling-reactions", ["referral"])

    def wait_until_applied(self, seconds: float) -> float:
        """Until every event of the journal was applied once and in order; how long that took.

        AssertionError as soon as one was applied twice or out of order, or when the time is over.
        """
        wanted, began = self.journal(), time.monotonic()
        while True:
            seen = self.seen()
            for key, events in seen.items():
                assert events == wanted[key][: len(events)], f"{key}: out of order, or twice"
            if seen == wanted:
                return time.monotonic() - began
            applied = sum(map(len, seen.values()))
            assert time.monotonic() - began < seconds, f"{applied} of {sum(map(len, wanted.values()))} applied"
            time.sleep(0.1)

    def dismiss(self) -> None:
        for each in self.members.values():
            for what in (signal.SIGCONT, signal.SIGKILL):
                if each.poll() is None:
                    os.killpg(each.pid, what)
            each.wait()
        self.producer.log.close()
        self.producer.store.close()
        self._store.close()
