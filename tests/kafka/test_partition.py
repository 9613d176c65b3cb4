"""The network between a service and its broker, or its store, is cut: nothing is lost, and it is noticed in time.

The servers run on hosts of the test's own (network namespaces); cutting the link drops packets without a word,
so that connections stay half open.
"""

from __future__ import annotations

import itertools
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from movewell.adapters import open_log, open_store
from movewell.errors import Unavailable
from movewell.log.port import Record
from movewell.store.port import Collection

from deploy.local.foreign_process import Place
from deploy.local.kafka.broker import Broker
from deploy.local.mongo.stand_in import StandIn
from tests.kafka.team import Team

NOTICED_SECONDS, RECOVERY_SECONDS, PATIENCE = 16.0, 15.0, 60.0
"""A read or a write is noticed within 10; a publication may try for 15 (`DELIVERY_SECONDS`)."""
_NUMBERS = itertools.count(os.getpid() % 200)


class Host:
    """A host of the test's own, and the link to it."""

    def __init__(self) -> None:
        number = next(_NUMBERS) % 250
        self.name, self._link = f"movewell{number}", f"mw{number}"
        self.address, gateway = f"10.77.{number}.2", f"10.77.{number}.1"
        for command in (
            f"netns add {self.name}",
            f"link add {self._link} type veth peer name eth0 netns {self.name}",
            f"addr add {gateway}/24 dev {self._link}",
            f"link set {self._link} up",
            f"-n {self.name} addr add {self.address}/24 dev eth0",
            f"-n {self.name} link set eth0 up",
            f"-n {self.name} link set lo up",
        ):
            subprocess.run(["ip", *command.split()], check=True, capture_output=True)

    @property
    def place(self) -> Place:
        return Place(self.address, 9092, ("ip", "netns", "exec", self.name))

    def cut(self) -> None:
        """Drop every packet at the far end; the near end keeps its address, so nobody is told."""
        self._far("link set eth0 down")

    def mend(self) -> None:
        self._far("link set eth0 up")

    def remove(self) -> None:
        subprocess.run(["ip", "netns", "del", self.name], capture_output=True, check=False)

    def _far(self, command: str) -> None:
        subprocess.run(["ip", "-n", self.name, *command.split()], check=True, capture_output=True)


@pytest.fixture
def host() -> Iterator[Host]:
    if os.geteuid() != 0 or not shutil.which("ip"):
        why = "network namespaces need root and iproute2"
        pytest.fail(why) if os.environ.get("CI") == "true" else pytest.skip(why)
    made = Host()
    yield made
    made.remove()


@pytest.fixture
def far_broker(host: Host, tmp_path: Path) -> Iterator[Broker]:
    made = Broker(tmp_path / "kafka", host.place).start()
    yield made
    made.kill()


@pytest.fixture
def far_store(host: Host, tmp_path: Path) -> Iterator[StandIn]:
    made = StandIn(tmp_path / "mongo", host.place).start()
    yield made
    made.kill()


def test_a_broker_behind_a_cut_link_is_noticed(host: Host, far_broker: Broker) -> None:
    log = open_log(far_broker.url)
    log.prepare(["referral"])
    assert log.publish([Record("referral", "k", {}, b"{}")]) == [True]
    subscriber = log.subscribe("g", ["referral"])
    until = time.monotonic() + PATIENCE
    while not subscriber.poll(1, 0.2) and time.monotonic() < until:
        pass
    host.cut()
    for ask in (
        lambda: log.publish([Record("referral", "k", {}, b"{}")]),
        lambda: log.ends(["referral"]),
        lambda: log.committed("g", ["referral"]),
        lambda: subscriber.commit({("referral", 0): 1}),
    ):
        began = time.monotonic()
        with pytest.raises(Unavailable):
            ask()
        assert time.monotonic() - began < NOTICED_SECONDS
    host.mend()
    began = time.monotonic()
    while time.monotonic() - began < RECOVERY_SECONDS:
        try:
            assert log.publish([Record("referral", "k", {}, b"{}")]) == [True]
            break
        except Unavailable:
            continue
    assert sum(log.ends(["referral"]).values()) >= 2
    log.close()


def test_a_service_that_sees_its_store_but_not_the_broker_loses_nothing(
    host: Host, far_broker: Broker, tmp_path: Path
) -> None:
    team = Team(tmp_path, f"{far_broker.url}?session_ms=6000")
    try:
        team.add("one")
        team.append(2)
        team.publish()
        team.wait_until_applied(PATIENCE)
        host.cut()
        team.append(20)  # commands go on
        with pytest.raises(Unavailable):
            team.publish()
        assert sum(map(len, team.seen().values())) == 80
        host.mend()
        began = time.monotonic()
        while time.monotonic() - began < RECOVERY_SECONDS:
            try:
                team.publish()
                break
            except Unavailable:
                continue
        team.wait_until_applied(RECOVERY_SECONDS)
    finally:
        team.dismiss()


def test_a_store_behind_a_cut_link_is_noticed(host: Host, far_store: StandIn) -> None:
    store = open_store(far_store.url("things"))
    store.prepare([Collection("things")])
    store.transaction("T", lambda tx: tx.add("things", {"id": "a", "tenant": "T"}))
    host.cut()
    for ask in (
        lambda: store.read("T", lambda tx: tx.get("things", "a")),
        lambda: store.transaction("T", lambda tx: tx.add("things", {"id": "b", "tenant": "T"})),
        lambda: list(store.scan("things")),
    ):
        began = time.monotonic()
        with pytest.raises(Unavailable):
            ask()
        assert time.monotonic() - began < NOTICED_SECONDS
    host.mend()
    began = time.monotonic()
    while time.monotonic() - began < RECOVERY_SECONDS:
        try:
            store.transaction("T", lambda tx: tx.add("things", {"id": "c", "tenant": "T"}))
            break
        except Unavailable:
            continue
    assert store.read("T", lambda tx: tx.get("things", "c")) is not None
    store.close()


def test_a_service_that_sees_the_broker_but_not_its_store_moves_no_offset(
    host: Host, far_store: StandIn, tmp_path: Path, kafka_url: str
) -> None:
    team = Team(tmp_path, f"{kafka_url}?session_ms=6000&prefix={host.name}-{os.getpid()}.", far_store.url("seen"))
    try:
        team.add("one")
        team.append(1, keys=20)
        team.publish()
        team.wait_until_applied(PATIENCE)
        until = time.monotonic() + RECOVERY_SECONDS
        while time.monotonic() < until and sum(team.committed().values()) < 20:
            time.sleep(0.05)  # its commit comes after its transaction
        before = team.committed()
        assert sum(before.values()) == 20
        host.cut()
        team.append(2, keys=20)
        team.publish()
        time.sleep(12)  # past every time-out: the worker has tried, failed and paused
        assert team.committed() == before
        host.mend()
        team.wait_until_applied(RECOVERY_SECONDS)
    finally:
        team.dismiss()
