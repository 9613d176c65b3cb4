"""Long outages of real servers under load: what is away comes back, no promise is broken, and how long it took.

`python -m tests.faults.outages` for the drills as operations would live through them (a minute, three minutes),
`--short` for ten seconds of each, `--only NAME` for some. Sleeping here is the drill itself: an outage lasts.
"""

from __future__ import annotations

import argparse
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from kafka import KafkaAdminClient
from movewell.errors import Unavailable
from movewell.log.port import Position

from deploy.local.kafka.broker import Broker
from deploy.local.mongo.stand_in import StandIn
from tests.kafka.stage import Books, Event, Failed, Stage, require
from tests.kafka.team import ROOT, Team

RECOVERY_SECONDS, PATIENCE = 15.0, 60.0
"""The bar, and how long a drill goes on measuring what is beyond it."""
NOTICED_SECONDS = 2.0
Server = Broker | StandIn


@dataclass(frozen=True)
class Outage:
    """A way in which a server is away, and the way back."""

    leave: Callable[[Server], None]
    back: Callable[[Server], object]


KILLED = Outage(lambda server: server.kill(), lambda server: server.start())
PAUSED = Outage(lambda server: server.process.pause(), lambda server: server.process.resume())


def on_stage(store: str, *acts: Callable[[Stage], None]) -> None:
    """One after the other on one platform under one load; the checker looks at the end."""
    with Stage(store) as stage:
        for act in acts:
            act(stage)
            time.sleep(NOTICED_SECONDS)
        stage.calm()
        print(f"  {dict(stage.load.answers)}, the slowest took {stage.load.slowest:.1f} s", flush=True)
        stage.check()
        allowed = {"503"} if store == "mongo" else set()
        require(set(stage.load.failures()) <= allowed, f"requests failed otherwise than by {allowed}")


def broker_away(stage: Stage, outage: Outage, seconds: float) -> None:
    """No request fails, nothing is marked as published, and what was committed meanwhile has its effect soon after."""
    books, broker = stage.books, stage.ground.servers()["broker"]
    readers = books.readers()
    outage.leave(broker)
    time.sleep(NOTICED_SECONDS)  # what was acknowledged at the last moment is marked now
    done = books.done()
    time.sleep(seconds - NOTICED_SECONDS)
    require(books.done() == done, "something was marked as published while the broker was away")
    outage.back(broker)
    owed = books.pending()
    require(bool(owed), "the load went on")
    recovery(books, owed, readers)


def recovery(books: Books, owed: set[Event], readers: set[tuple[str, str, str]]) -> None:
    """These events are published, and applied by all who read them, soon enough."""
    began = time.monotonic()
    published = until(lambda: not owed & books.pending()) - began
    applied = until(lambda: not books.unmet(owed, readers)) - began
    print(f"  {len(owed)} events: published {published:.1f} s after the return, applied {applied:.1f} s", flush=True)
    require(applied <= RECOVERY_SECONDS, f"recovery took {applied:.1f} s")


def until(happened: Callable[[], bool]) -> float:
    """The moment when it had happened. What is away meanwhile is asked again."""
    ends = time.monotonic() + PATIENCE
    while time.monotonic() < ends:
        with suppress(Unavailable):
            if happened():
                return time.monotonic()
        time.sleep(0.1)
    raise Failed(f"not within {PATIENCE:.0f} s")


def store_away(stage: Stage, outage: Outage, seconds: float) -> None:
    """Consumers pause and move no offset, the API says 503 with Retry-After, and all goes on soon after."""
    books, mongo = stage.books, stage.ground.servers()["mongo"]
    outage.leave(mongo)
    time.sleep(NOTICED_SECONDS)
    before, answered = books.offsets(), Counter(stage.load.answers)
    repeated = books.repeat("referral") + books.repeat("scheduling")  # something to consume, if anybody could
    time.sleep(seconds - NOTICED_SECONDS)
    require(repeated > 0 and books.offsets() == before, "an offset moved while the store was away")
    during = stage.load.answers - answered
    outage.back(mongo)
    taken, began = stage.load.taken, time.monotonic()
    served = until(lambda: stage.load.taken > taken) - began
    consumed = until(lambda: caught_up(books, before)) - began
    print(f"  {repeated} records offered; answers meanwhile: {dict(during)}", flush=True)
    print(f"  served {served:.1f} s after the return, consumed {consumed:.1f} s", flush=True)
    require(set(during) == {"503"}, "the API said something else than 503 with Retry-After")
    require(max(served, consumed) <= RECOVERY_SECONDS, "recovery took too long")


def caught_up(books: Books, before: dict[tuple[str, Position], int]) -> bool:
    """Whether every group has gone on in every topic in which it had records to meet."""
    now = books.offsets()
    ahead = {(group, at[0]) for (group, at), offset in now.items() if offset > before.get((group, at), 0)}
    return {(group, at[0]) for (group, at) in before if at[0] in ("referral", "scheduling")} <= ahead


def topic_lost(stage: Stage, topic: str, seconds: float) -> None:
    """A topic is deleted under load; its service publishes it again from the journal, as the runbook says."""
    books, address = stage.books, stage.ground.servers()["broker"].process.place.address
    readers, kept = books.readers(), books.journal(topic)
    admin = KafkaAdminClient(bootstrap_servers=address)
    admin.delete_topics([topic])
    admin.close()
    time.sleep(seconds)
    stage.rest()
    require(len(books.on_the_log(topic)) < len(kept), "the topic was lost")
    stage.operate(topic, "republish", "--topic", topic)
    owed = books.journal(topic)
    stage.work()
    recovery(books, owed, readers)
    require(owed <= books.on_the_log(topic), "the topic is whole again")


def member_paused(store: str, where: str, seconds: float) -> None:
    """A member that comes back with records in its hands changes nothing that another has done meanwhile."""
    with two_members(store, where) as (team, armed):
        sleeper = team.members["sleeper"]
        armed.touch()
        while armed.exists():  # until it holds partitions, and meets something
            team.append(2)
            team.publish()
        began = time.monotonic()
        team.append(20)
        team.publish()
        over = team.wait_until_applied(PATIENCE)
        print(f"  the other had applied all {over:.1f} s after the pause began", flush=True)
        while time.monotonic() - began < seconds:
            team.append(2)
            team.publish()
            time.sleep(0.5)
        sleeper.send_signal(signal.SIGCONT)
        team.append(20)
        team.publish()
        back = team.wait_until_applied(PATIENCE)
        time.sleep(NOTICED_SECONDS)  # whatever it still wanted to write
        team.wait_until_applied(RECOVERY_SECONDS)
        print(f"  {back:.1f} s after its return all was applied, once and in order", flush=True)
        require(sleeper.poll() is None, "the member that was paused has ended")
        require(max(over, back) <= RECOVERY_SECONDS, f"recovery took {max(over, back):.1f} s")


@contextmanager
def two_members(store: str, where: str) -> Iterator[tuple[Team, Path]]:
    """A team at work, one of which pauses itself once the file is there."""
    folder = Path(tempfile.mkdtemp(prefix="movewell-outage-"))
    servers: list[Server] = [Broker(folder / "kafka").start()]
    if store == "mongo":
        servers.append(StandIn(folder / "mongo").start())
    store_url = servers[-1].url("seen") if isinstance(servers[-1], StandIn) else f"sqlite:///{folder / 'seen.sqlite'}"
    log_url, armed = f"{servers[0].url}?session_ms=6000", folder / "armed"
    team = Team(folder, log_url, store_url)
    try:
        for name, file in (("other", folder / "never"), ("sleeper", armed)):
            command = ["tests.kafka.pausing_member", store_url, log_url, str(file), where]
            with (folder / f"{name}.log").open("ab") as output:
                team.members[name] = subprocess.Popen(
                    [sys.executable, "-W", "ignore", "-m", *command],
                    cwd=ROOT,
                    stdout=output,
                    stderr=output,
                    start_new_session=True,
                )
        team.append(2)
        team.publish()
        team.wait_until_applied(PATIENCE)
        yield team, armed
        shutil.rmtree(folder, ignore_errors=True)
    finally:
        team.dismiss()
        for each in servers:
            each.kill()


def away(drill: Callable[[Stage, Outage, float], None], seconds: float) -> list[Callable[[Stage], None]]:
    """A server is killed and started again, then paused and resumed."""
    return [lambda stage, way=each: drill(stage, way, seconds) for each in (KILLED, PAUSED)]  # type: ignore[misc]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--short", action="store_true", help="ten seconds of each outage")
    parser.add_argument("--only", action="append", default=[], help="a drill's name; may be given again")
    options = parser.parse_args()
    minute, half = (10.0, 10.0) if options.short else (60.0, 30.0)
    lost = partial(topic_lost, topic="scheduling", seconds=half)
    drills: dict[str, Callable[[], None]] = {
        "broker": lambda: on_stage("sqlite", *away(broker_away, minute), lost),
        "broker-long": lambda: on_stage("sqlite", *away(broker_away, 180.0)),
        "store": lambda: on_stage("mongo", *away(store_away, minute)),
        "member": lambda: member_paused("sqlite", "polled", half),
        "member-within-its-transaction": lambda: member_paused("mongo", "read", half),
    }
    if options.short:
        del drills["broker-long"]
    failed = []
    for name in options.only or drills:
        print(f"{name}:", flush=True)
        try:
            drills[name]()
        except (Failed, AssertionError) as error:
            failed.append(name)
            print(f"  FAILED: {error}", flush=True)
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
