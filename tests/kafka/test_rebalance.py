"""Members of a group die, pause and join under load: no effect twice, no key out of order, back within 15 seconds."""

from __future__ import annotations

import signal
import threading
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.kafka.team import Team

RECOVERY_SECONDS, PATIENCE = 15.0, 60.0
"""The bar of the design, and what the start of processes may take on a busy machine."""


@pytest.fixture
def team(tmp_path: Path, kafka_url: str) -> Iterator[Team]:
    made = Team(tmp_path, f"{kafka_url}?session_ms=6000&prefix=r{uuid.uuid4().hex[:8]}.")
    yield made
    made.dismiss()


def at_work(team: Team, *names: str) -> None:
    """Members that have applied something."""
    for each in names:
        team.add(each)
    team.append(2)
    team.publish()
    team.wait_until_applied(PATIENCE)


def test_a_killed_member_is_replaced(team: Team) -> None:
    at_work(team, "one", "two")
    team.append(30)
    team.publish()
    team.send("one", signal.SIGKILL)
    team.append(10)
    team.publish()
    team.wait_until_applied(RECOVERY_SECONDS)


def test_a_paused_member_that_comes_back_changes_nothing_that_another_has_done(team: Team) -> None:
    at_work(team, "one", "two")
    team.append(60)
    team.publish()
    team.send("one", signal.SIGSTOP)
    team.append(10)
    team.publish()
    team.wait_until_applied(RECOVERY_SECONDS)  # its session is over: the other holds every partition
    team.send("one", signal.SIGCONT)
    team.append(30)
    team.publish()
    team.wait_until_applied(RECOVERY_SECONDS)
    assert team.members["one"].poll() is None


def test_members_join_and_leave_under_load(team: Team) -> None:
    at_work(team, "one")
    over = threading.Event()

    def load() -> None:
        while not over.is_set():
            team.append(2)
            team.publish()
            over.wait(0.05)

    loading = threading.Thread(target=load)
    loading.start()
    try:
        for name in ("two", "three"):
            team.add(name)
            over.wait(3)
        team.send("one", signal.SIGTERM)
        team.members["one"].wait(20)
        over.wait(1)
        team.send("two", signal.SIGKILL)
        over.wait(1)
    finally:
        over.set()
        loading.join()
    team.publish()
    team.wait_until_applied(RECOVERY_SECONDS)
