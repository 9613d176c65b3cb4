"""What is committed is what the code makes, and it is what it says it is."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator, FormatChecker
from movewell.contracts.declare import Declaration, declarations
from movewell.wire.envelope import decode, read_envelope
from movewell.wire.event_documents import headers_schema

from deploy.contracts.assembled import readers
from deploy.contracts.files import CONTRACTS, ROOT, files
from deploy.local.assets import install

MADE = files()
NPM = Path(__file__).with_name("npm")
EVENTS = pytest.mark.parametrize("event", declarations(), ids=lambda each: each.type)


def committed(folder: str, event: Declaration) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((CONTRACTS / folder / f"{event.name}.v{event.version}.json").read_text())
    return found


@pytest.mark.parametrize("path", MADE, ids=lambda each: str(each.relative_to(ROOT)))
def test_the_committed_file_is_what_the_code_says(path: Path) -> None:
    """`make contracts` writes it; the change is then seen in the review."""
    assert path.exists() and path.read_text(encoding="utf-8") == MADE[path]


def test_nothing_is_left_of_what_is_no_longer_made() -> None:
    there = {path for folder in ("json-schema", "examples", "openapi") for path in (CONTRACTS / folder).iterdir()}
    assert there == {path for path in MADE if path.parent.parent == CONTRACTS}


@EVENTS
def test_a_schema_is_json_schema_and_refuses_what_lacks_a_field(event: Declaration) -> None:
    schema = committed("json-schema", event)
    Draft202012Validator.check_schema(schema)
    check, value = Draft202012Validator(schema, format_checker=FormatChecker()), committed("examples", event)["value"]
    assert list(check.iter_errors(value)) == []
    assert list(check.iter_errors({**value, "comes_later": 1})) == []
    for name in schema["required"]:
        assert list(check.iter_errors({key: each for key, each in value.items() if key != name})) != [], name


@EVENTS
def test_an_example_is_a_record_that_consumers_read(event: Declaration) -> None:
    record = committed("examples", event)
    Draft202012Validator(headers_schema(event)).validate(record["headers"])
    received = decode(read_envelope(record["headers"]), json.dumps(record["value"]).encode())
    assert type(received.event) is event.cls
    assert getattr(received.event, event.key) == record["key"]


def test_the_official_parser_accepts_the_stream(tmp_path: Path) -> None:
    install(NPM, tmp_path)
    shutil.copy(NPM / "parse.mjs", tmp_path)
    node = shutil.which("node")
    assert node is not None
    for text, status in ((MADE[CONTRACTS / "asyncapi.yaml"], 0), ("asyncapi: 3.1.0\ninfo: {title: no version}\n", 1)):
        (tmp_path / "asyncapi.yaml").write_text(text, encoding="utf-8")
        told = subprocess.run([node, "parse.mjs", "asyncapi.yaml"], cwd=tmp_path, capture_output=True, text=True)
        assert told.returncode == status, told.stdout + told.stderr


def test_the_stream_names_each_event_and_each_consumer_group_once() -> None:
    stream = yaml.safe_load(MADE[CONTRACTS / "asyncapi.yaml"])
    assert set(stream["components"]["messages"]) == {each.type for each in declarations()}
    groups = {
        operation["bindings"]["kafka"]["groupId"]["const"]
        for operation in stream["operations"].values()
        if operation["action"] == "receive"
    }
    assert groups == {each.group for each in readers()}


def test_every_event_is_read_by_a_service_or_is_told_for_others() -> None:
    """An event that nothing reads is either meant for analysts, and said here, or a mistake."""
    for_others = {"message.planned", "session.scheduled", "session.cancelled"}
    read = {event for reader in readers() for event in reader.events}
    assert {each.name for each in declarations() if each.cls not in read} <= for_others
