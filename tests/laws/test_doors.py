"""Laws 1 and 2 seen from outside: one producer, one publisher, and an api that starts while the log is away."""

from __future__ import annotations

import ast
import importlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from movewell import doors
from movewell.contracts.scheduling import OfferLapsed
from movewell.errors import Unavailable
from movewell.settings import ServiceSettings, load
from movewell.store.unit import Cause

from deploy.local.site import Site
from tests.laws.table import ROOT

SOURCES = sorted([*ROOT.glob("shared/src/**/*.py"), *ROOT.glob("services/*/src/**/*.py")])
ID = "00000000-0000-0000-0000-000000000001"


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{each.name}" for each in node.names)
        elif isinstance(node, ast.Import):
            yield from (each.name for each in node.names)


def test_the_kafka_producer_is_imported_in_one_file() -> None:
    named = [each.name for each in SOURCES if any(name.endswith("KafkaProducer") for name in imported(each))]
    whole = [each.name for each in SOURCES if {"kafka", "kafka.producer"} & set(imported(each))]
    assert (named, whole) == (["kafka_publisher.py"], [])


def test_the_relay_alone_publishes_to_the_log() -> None:
    publishing = [each for each in SOURCES if "log.publish(" in each.read_text(encoding="utf-8")]
    assert [str(each.relative_to(ROOT / "shared/src")) for each in publishing] == [
        "movewell/log/relay.py",
        "movewell/testing/event_records.py",  # fills a log for tests; nothing that runs imports it
    ]


class Away:
    """A log that nobody can reach."""

    def __getattr__(self, name: str) -> object:
        def refuse(*_: object) -> None:
            raise Unavailable("the log is away")

        return refuse


def test_an_api_starts_and_takes_a_command_while_the_log_is_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doors, "open_log", lambda url: Away())
    environ = Site.at(tmp_path).environment("scheduling", "http://127.0.0.1:1", None)
    try:
        assembly = importlib.import_module("scheduling.bootstrap").assemble(load(ServiceSettings, environ))
    except Unavailable:
        pytest.fail("an api needs the log to start")
    event = OfferLapsed(referral_id=ID, offer_id=ID, lapsed_at=assembly.running.units.clock.now())
    assembly.running.units.run("ZT001", Cause("c"), lambda unit: unit.publish(event))
    assert assembly.app.test_client().get("/health/live").status_code == 200
    assert [row["pending"] for row in assembly.running.store.scan("outbox")] == [True]
    assembly.running.store.close()
