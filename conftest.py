"""What every test of the repository may ask for: a real broker, a MongoDB. What is missing is said aloud."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Iterator

import pytest

from tests import backends
from tests.openapi.answers import watched

ON_WORKER = "PYTEST_XDIST_WORKER"


def pytest_configure() -> None:
    if ON_WORKER not in os.environ:
        backends.begin()


def pytest_unconfigure() -> None:
    if ON_WORKER not in os.environ:
        backends.finish()


def pytest_report_header() -> list[str]:
    return backends.told()


@pytest.fixture(autouse=True)
def every_json_answer_is_as_declared() -> Iterator[None]:
    """Whatever a test asks a JSON route in this process, it fails if the answer isn't as declared beside the route."""
    with watched() as faults:
        yield
    assert faults == []


@pytest.fixture(scope="session")
def kafka_url() -> str:
    """A broker of real Apache Kafka, shared by the run: use topics and groups of your own."""
    return _or_missing(backends.kafka_url)


@pytest.fixture
def mongo_url() -> str:
    """A database of this test's own on a MongoDB-wire server."""
    return _or_missing(lambda: backends.mongo_url(f"t{uuid.uuid4().hex[:16]}"))


def _or_missing(ask: Callable[[], str]) -> str:
    try:
        return ask()
    except backends.Missing as error:
        backends.say_missing(error)
