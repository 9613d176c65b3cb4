"""Consumers that know nothing but what is published in `contracts/` read every event from real Kafka."""

from __future__ import annotations

import json
import shutil
import subprocess
import uuid
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml
from confluent_kafka import Consumer
from jsonschema import Draft202012Validator, FormatChecker
from movewell.adapters import open_log
from movewell.testing.event_records import every_event, fill

from tests import backends

CONTRACTS = Path(__file__).resolve().parents[2] / "contracts"
PATIENCE = 30.0


class Read(NamedTuple):
    """What any client gives of a record."""

    topic: str
    key: str
    headers: dict[str, str]
    value: Any


@pytest.fixture(scope="module")
def published(kafka_url: str) -> tuple[str, dict[str, str]]:
    """The brokers' address, and the topics that hold an example of every event: name there → name in the contracts."""
    prefix = f"t{uuid.uuid4().hex[:12]}."
    log = open_log(f"{kafka_url}?prefix={prefix}")
    fill(log, every_event())
    log.close()
    channels = yaml.safe_load((CONTRACTS / "asyncapi.yaml").read_text(encoding="utf-8"))["channels"]
    address = kafka_url.removeprefix("kafka://").partition("?")[0]
    return address, {f"{prefix}{each['address']}": each["address"] for each in channels.values()}


def assert_every_event_is_read(read: list[Read]) -> None:
    schemas = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in CONTRACTS.glob("json-schema/*.json")}
    assert sorted(each.headers["ce_type"].removeprefix("movewell.") for each in read) == sorted(schemas)
    for each in read:
        name = each.headers["ce_dataschema"].removeprefix("/json-schema/").removesuffix(".json")
        check = Draft202012Validator(schemas[name], format_checker=FormatChecker())
        assert list(check.iter_errors(each.value)) == []
        assert each.key == each.headers["ce_partitionkey"]


def test_confluents_client_reads_every_event(published: tuple[str, dict[str, str]]) -> None:
    address, topics = published
    group = f"analysis-{uuid.uuid4().hex[:12]}"
    consumer = Consumer({"bootstrap.servers": address, "group.id": group, "auto.offset.reset": "earliest"})
    consumer.subscribe(list(topics))
    found: list[Read] = []
    while len(found) < len(every_event()):
        record = consumer.poll(PATIENCE)
        assert record is not None and record.error() is None
        headers = {name: value.decode() for name, value in record.headers()}
        found.append(Read(topics[record.topic()], record.key().decode(), headers, json.loads(record.value())))
    consumer.close()
    assert_every_event_is_read(found)


def test_kcat_reads_every_event(published: tuple[str, dict[str, str]]) -> None:
    if shutil.which("kcat") is None:
        backends.say_missing(backends.Missing("kcat is not installed"))
    address, topics = published
    found: list[Read] = []
    for there, topic in topics.items():
        command = ["kcat", "-C", "-b", address, "-t", there, "-o", "beginning", "-e", "-q", "-J"]
        ran = subprocess.run(command, capture_output=True, text=True, check=True, timeout=PATIENCE)
        for each in map(json.loads, ran.stdout.splitlines()):
            pairs = each["headers"]
            headers = dict(zip(pairs[::2], pairs[1::2], strict=True))
            found.append(Read(topic, each["key"], headers, json.loads(each["payload"])))
    assert_every_event_is_read(found)
