"""The site of the operators' tests: embedded, and on real Kafka with a MongoDB server."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from movewell.adapters import open_log

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
                admin.delete_topics([log._site.named(TOPIC)])
                until = time.monotonic() + 20
                while log._site.named(TOPIC) in admin.list_topics() and time.monotonic() < until:
                    time.sleep(0.05)
                time.sleep(0.3)  # the partitions go after the name
        log.close()

    return lose
