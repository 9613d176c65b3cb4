"""The site of the operators' tests: embedded, and on real Kafka with a MongoDB server."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from kafka import KafkaAdminClient
from movewell.adapters import open_log
from movewell.log.port import PARTITIONS

from .site import TOPIC, Site


@pytest.fixture(params=["embedded", "scaled-out"])
def site(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Site]:
    if request.param == "embedded":
        made = Site(lambda name: f"sqlite:///{tmp_path / name}.sqlite", f"sqlite:///{tmp_path / 'log.sqlite'}")
    else:
        try:
            broker, mongo = request.getfixturevalue("kafka_url"), request.getfixturevalue("mongo_url")
        except pytest.FixtureLookupError:
            pytest.skip("the tests of this distribution alone know no broker")
        prefix = f"o{uuid.uuid4().hex[:10]}."
        made = Site(lambda name: _database(mongo, name), f"{broker}?session_ms=6000&prefix={prefix}")
    yield made
    made.close()


def _database(url: str, name: str) -> str:
    """Another database beside the one that the test was given."""
    address, question, options = url.partition("?")
    return f"{address}-{name}{question}{options}"


def still_there(admin: KafkaAdminClient, topic: str) -> bool:
    """Asked of the cluster by its name, and of each broker by its partitions, which go after the name."""
    held = admin.describe_log_dirs({topic: list(range(PARTITIONS))})
    return topic in admin.list_topics() or any(each["topics"] for broker in held for each in broker["log_dirs"])


@pytest.fixture
def lose_topic(site: Site) -> Callable[[], None]:
    """Delete the topic with all that is in it; the groups keep their offsets."""

    def lose() -> None:
        log = open_log(site.log_url)
        if site.log_url.startswith("sqlite"):
            with log.file.writing() as connection:
                connection.execute("DELETE FROM records WHERE topic = ?", (TOPIC,))
                connection.execute("DELETE FROM heads WHERE topic = ?", (TOPIC,))
        else:
            with log._administering() as admin:
                name, until = log._site.named(TOPIC), time.monotonic() + 20
                admin.delete_topics([name])
                while still_there(admin, name):
                    assert time.monotonic() < until, "the broker keeps the topic"
        log.close()

    return lose
