"""More processes of one service on one store and one broker: order per key kept, no effect twice, lanes taken over.

`EVENTS=50000 pytest -s -k share_the_work` measures 1, 2 and 4 members. What the rate does depends on the store
and on the cores, so it is told and not asserted.
"""

from __future__ import annotations

import os
import signal
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from kafka import KafkaAdminClient
from kafka.errors import CoordinatorNotAvailableError
from movewell.log.kafka_options import site_at
from movewell.log.port import PARTITIONS, Record
from movewell.store.outbox import LANES

from tests.kafka.relays import Relays, until
from tests.kafka.team import Team

EVENTS, MEMBERS = int(os.environ.get("EVENTS", "1200")), (1, 2, 4) if "EVENTS" in os.environ else (4,)
KEYS, PATIENCE = max(EVENTS // 50, 40), 60.0 + EVENTS / 20
TAKEN_OVER_SECONDS = 15.0
WINDOW = (0.1, 0.9)
"""The part of the drain in which the rate is measured: without its beginning and its end."""


@pytest.fixture
def log_url(kafka_url: str) -> str:
    """With a session that outlasts the pause in which the log is filled."""
    return f"{kafka_url}?session_ms=60000&prefix=s{uuid.uuid4().hex[:8]}."


@pytest.fixture(params=("sqlite", "mongo"))
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'store.sqlite'}"
    return str(request.getfixturevalue("mongo_url"))


@pytest.fixture
def team(tmp_path: Path, log_url: str, store_url: str) -> Iterator[Team]:
    made = Team(tmp_path, log_url, store_url)
    yield made
    made.dismiss()


@pytest.fixture
def relays(tmp_path: Path, log_url: str, store_url: str) -> Iterator[Relays]:
    made = Relays(tmp_path, store_url, log_url)
    yield made
    made.dismiss()


def shares(log_url: str) -> list[int]:
    """How many partitions each member of the group holds."""
    site = site_at(log_url)
    admin = KafkaAdminClient(**site.connection())
    try:
        name = site.named("scheduling-reactions")
        members = admin.describe_groups([name])[name]["members"]
    except CoordinatorNotAvailableError:  # nobody has ever asked this broker for a group
        return []
    finally:
        admin.close()
    held = [each["member_assignment"]["assigned_partitions"] for each in members if each["member_assignment"]]
    return [sum(len(topic["partitions"]) for topic in each) for each in held]


def pour(team: Team) -> None:
    """The whole journal onto the log, faster than a relay would."""
    rows = sorted(team.producer.store.scan("outbox"), key=lambda row: row["sequence"])
    records = [Record(row["topic"], row["key"], row["headers"], row["value"].encode()) for row in rows]
    for start in range(0, len(records), 2000):
        assert all(team.producer.log.publish(records[start : start + 2000]))


def cpu_seconds(team: Team) -> float:
    """What the members have used of the processors."""
    ticks = 0
    for each in team.members.values():
        fields = Path(f"/proc/{each.pid}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def drain(team: Team) -> str:
    """Wait until everything was met; how fast within the window, and what of the processors that took."""
    samples: list[tuple[float, int, float]] = []
    ends, met = time.monotonic() + PATIENCE, 0
    while met < EVENTS:
        assert time.monotonic() < ends, f"{met} of {EVENTS} met"
        met = sum(team.committed().values())
        samples.append((time.monotonic(), met, cpu_seconds(team)))
        time.sleep(0.1)
    within = [each for each in samples if WINDOW[0] <= each[1] / EVENTS <= WINDOW[1]]
    seconds = within[-1][0] - within[0][0] if within else 0.0
    if seconds < 2:
        return "too few events to measure a rate"
    rate, used = (within[-1][1] - within[0][1]) / seconds, (within[-1][2] - within[0][2]) / seconds
    return f"{rate:.0f} events a second, {used:.2f} processors in the members"


@pytest.mark.parametrize("members", MEMBERS)
def test_members_of_one_service_share_the_work(team: Team, log_url: str, members: int) -> None:
    for number in range(members):
        team.add(f"member-{number}")
    team.append(EVENTS // KEYS, KEYS)
    until(lambda: shares(log_url) == [PARTITIONS // members] * members, PATIENCE)
    for name in team.members:
        team.send(name, signal.SIGSTOP)
    pour(team)
    for name in team.members:
        team.send(name, signal.SIGCONT)
    told = drain(team)
    print(f"\n{team.store_url.partition(':')[0]}, {members} members: {told}")
    team.wait_until_applied(1.0)
    assert shares(log_url) == [PARTITIONS // members] * members


def test_relays_publish_in_order_and_take_over_the_lanes_of_one_that_was_lost(relays: Relays) -> None:
    for name in ("one", "two", "three"):
        relays.add(name)
    relays.append(3)
    until(lambda: relays.pending() == 0, PATIENCE)
    relays.append(20)
    victim = relays.holders()[0]
    relays.lose(victim)
    relays.append(5)
    took = until(lambda: relays.pending() == 0, TAKEN_OVER_SECONDS)
    holders = relays.holders()
    print(f"\nthe lanes of one that was lost were taken over and its records published in {took:.1f} s")
    assert holders
    assert victim not in holders
    found = relays.sequences()
    assert len(found) == 20
    for key, sequences in found.items():
        once = list(dict.fromkeys(sequences))
        assert once == list(range(1, 1 + 3 + 20 + 5)), f"{key}: out of order, or not all"


def test_relays_share_the_lanes(relays: Relays) -> None:
    names = ("one", "two", "three")
    for name in names:
        relays.add(name)
    until(lambda: set(relays.holders()) == set(names) and len(relays.holders()) == LANES, PATIENCE)
    relays.append(20)
    until(lambda: relays.pending() == 0, PATIENCE)
    assert all(list(dict.fromkeys(found)) == list(range(1, 21)) for found in relays.sequences().values())
