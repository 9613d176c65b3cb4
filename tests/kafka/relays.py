"""Several relay processes on one outbox, and what they have made of it: the log, and who holds which lane."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from movewell.contracts.referral import ReferralWithdrawn
from movewell.store.outbox import LANES
from movewell.store.port import ALL, Transaction
from movewell.store.unit import Cause, Unit

from tests.kafka.publishing_member import publishing
from tests.kafka.team import ROOT, TENANT


class Relays:
    """Members are processes, named; `append` commits events, which only they publish."""

    def __init__(self, folder: Path, store_url: str, log_url: str) -> None:
        self._folder = folder
        self._urls = (store_url, log_url)
        self.running = publishing(store_url, log_url)
        self.running.prepare()
        self.members: dict[str, subprocess.Popen[bytes]] = {}

    def add(self, name: str) -> None:
        command = [sys.executable, "-W", "ignore", "-m", "tests.kafka.publishing_member", *self._urls, name]
        with (self._folder / f"{name}.log").open("ab") as output:
            self.members[name] = subprocess.Popen(
                command, cwd=ROOT, stdout=output, stderr=output, start_new_session=True
            )

    def kill(self, name: str) -> None:
        """SIGKILL: its leases last until they end by themselves."""
        member = self.members.pop(name)
        os.killpg(member.pid, signal.SIGKILL)
        member.wait()

    def lose(self, name: str) -> None:
        """SIGKILL; on the stand-in for MongoDB SIGTERM, for it keeps the locks of a client that dies within a
        transaction for minutes (docs/runbooks/mongodb.md)."""
        if self._urls[0].startswith("sqlite"):
            self.kill(name)
        else:
            member = self.members.pop(name)
            member.terminate()
            member.wait(30)

    def append(self, rounds: int, keys: int = 20) -> None:
        """Commit events of `keys` referrals, a round a transaction."""

        def work(unit: Unit) -> None:
            for number in range(keys):
                referral_id = str(uuid.uuid5(uuid.NAMESPACE_OID, str(number)))
                person_id, now = str(uuid.uuid4()), datetime.now(UTC)
                unit.publish(ReferralWithdrawn(referral_id=referral_id, person_id=person_id, withdrawn_at=now))

        for _ in range(rounds):
            self.running.units.run(TENANT, Cause("test"), work)

    def pending(self) -> int:
        def work(tx: Transaction) -> int:
            return sum(tx.count("outbox", {"pending": True, "lane": lane}, cap=100_000) for lane in range(LANES))

        return self.running.store.read(ALL, work)

    def holders(self) -> list[str]:
        """Who holds each lane by a lease that has not ended."""
        ids = [f"lane-{lane}" for lane in range(LANES)]
        found = self.running.store.read(ALL, lambda tx: tx.get_many("relay_lanes", ids)).values()
        return [each["owner"] for each in found if each["until"] > time.time()]

    def sequences(self) -> dict[str, list[int]]:
        """The sequences of each key as they lie in the log."""
        found: dict[str, list[int]] = {}
        for (topic, partition), end in self.running.log.ends(["referral"]).items():
            offset = 0
            while offset < end:
                page = self.running.log.read(topic, partition, offset, 500)
                for each in page:
                    found.setdefault(each.key, []).append(int(each.headers["ce_sequence"]))
                offset = page[-1].offset + 1
        return found

    def dismiss(self) -> None:
        for name in list(self.members):
            self.kill(name)
        self.running.log.close()
        self.running.store.close()


def until(happened: Callable[[], bool], seconds: float) -> float:
    """Ask until it has happened; how long that took. AssertionError when the time is over."""
    began = time.monotonic()
    while not happened():
        assert time.monotonic() - began < seconds, f"not within {seconds:.0f} s"
        time.sleep(0.1)
    return time.monotonic() - began
