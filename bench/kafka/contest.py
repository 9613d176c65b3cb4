"""The same work with the same guarantees, done side by side on real Apache Kafka and a store on SQLite.

**The work**: consume an event, validate it, look whether it was met before, write state, progress and outbox in one
transaction (`synchronous=FULL`, at most 50 records), publish what it caused (`acks=all`, idempotent), commit the
offsets after the store. **A run** of one contender: two new topics of 12 partitions; a process of its own drains
them (events a second and CPU from the end of a warm-up until the last publication is marked done); the same process
then answers an open loop; where asked, another process meets it all again from offset 0. Then the checker judges,
and only a contender that passes has figures. Contenders take turns, in an order drawn anew for every run.
"""

from __future__ import annotations

import random
import shutil
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.kafka.checker import Kept, faults
from bench.kafka.contenders import CONTENDERS, MONGO, Contender, Failed, Started
from bench.kafka.inputs import Inputs, made
from bench.kafka.open_loop import Unanswered, open_loop
from bench.kafka.peers.task import Task
from bench.kafka.stores import kept_in_file, kept_on_server
from bench.kafka.topics import Topics
from deploy.local.mongo.stand_in import StandIn

WARM_UP = 500


@dataclass(frozen=True)
class Size:
    """How many records are drained, how many seconds of open loop at how many records a second."""

    records: int
    seconds: float
    per_second: float

    @property
    def drained(self) -> int:
        return WARM_UP + self.records

    def inputs(self, seed: int) -> Inputs:
        return made(self.drained + round(self.seconds * self.per_second), seed)


@dataclass
class Run:
    """What one contender did in one run. Of `drain` and `redelivery`: events, wall and CPU seconds."""

    failed: str = ""
    drain: dict[str, float] | None = None
    redelivery: dict[str, float] | None = None
    latencies: list[float] | None = None


@dataclass(frozen=True)
class Ground:
    """Where contenders run: the broker, a folder for their stores, the command that keeps them on their core."""

    servers: str
    folder: Path
    core: Sequence[str]
    mongo: StandIn | None = None


def contest(ground: Ground, size: Size, runs: int, names: Sequence[str]) -> dict[str, list[Run]]:
    """The runs of each contender."""
    found: dict[str, list[Run]] = {name: [] for name in names}
    for number in range(runs):
        inputs = size.inputs(number)
        for name in random.Random(number).sample(list(names), len(names)):
            found[name].append(one_run(ground, size, inputs, f"r{number}-{name}", CONTENDERS[name]))
    return found


def on_mongo(ground: Ground, size: Size, runs: int) -> list[Run]:
    """The runs of Movewell on the stand-in for MongoDB."""
    return [one_run(ground, size, size.inputs(number), f"m{number}", MONGO) for number in range(runs)]


def one_run(ground: Ground, size: Size, inputs: Inputs, name: str, contender: Contender) -> Run:
    """Never raises for a fault of the contender: it is in the run."""
    folder, run = ground.folder / name, Run()
    folder.mkdir()
    topics = Topics(ground.servers, f"{name}.referral", f"{name}.scheduling")
    try:
        _measure(ground, size, inputs, name, contender, topics, run)
        kept = _kept(ground, name, contender)
        wrong = faults(inputs, kept, topics.all_published())
        run.failed = "; ".join([*wrong[:3], f"{len(wrong)} faults in all"] if wrong else [])
    except (Failed, Unanswered) as error:
        run.failed = str(error)
    except (KeyError, ValueError, sqlite3.Error) as error:
        run.failed = f"what it left can't be read: {error!r}"
    finally:
        topics.delete()
        shutil.rmtree(folder)
    return run


def _measure(
    ground: Ground, size: Size, inputs: Inputs, name: str, contender: Contender, topics: Topics, run: Run
) -> None:
    def start(group: str, records: int) -> Started:
        task = Task(
            servers=ground.servers,
            prefix=f"{name}.",
            consumes=topics.consumed,
            publishes=topics.published,
            group=f"{name}.{group}",
            store=_store(ground, name, contender),
            warm_up=WARM_UP,
            records=records,
            codec=contender.codec,
        )
        return Started(contender, task, ground.core, ground.folder / f"{name}.log")

    topics.fill(inputs.records[: size.drained])
    started = start("first", size.drained)
    try:
        run.drain = started.report()
        run.latencies = open_loop(topics, inputs.records[size.drained :], size.per_second)
    finally:
        started.end()
    if contender.redelivered:
        started = start("again", len(inputs.records))
        try:
            run.redelivery = started.report()
        finally:
            started.end()


def _store(ground: Ground, name: str, contender: Contender) -> str:
    """Movewell is told a URL, the others a path."""
    if contender.on_mongo:
        assert ground.mongo is not None
        return ground.mongo.url(name)
    return f"{'sqlite:///' if contender.requirements is None else ''}{_file(ground, name)}"


def _kept(ground: Ground, name: str, contender: Contender) -> Kept:
    if contender.on_mongo:
        return kept_on_server(_store(ground, name, contender))
    return kept_in_file(_file(ground, name), pending="x_pending" if contender.requirements is None else "pending")


def _file(ground: Ground, name: str) -> Path:
    return ground.folder / name / "store.sqlite"
