"""The AsyncAPI 3 description of the event stream, made of the declarations and of who reads what."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Mapping, Set
from dataclasses import dataclass
from typing import Any

from movewell.contracts.declare import Declaration, declarations
from movewell.log.port import PARTITIONS
from movewell.wire.envelope import CONTENT_TYPE
from movewell.wire.event_documents import example, headers_schema, payload_schema

VERSION = "3.1.0"
_INTRODUCTION = """\
What the five services of Movewell tell one another, and whoever else reads the stream.

Records are CloudEvents 1.0 in the binary Kafka binding: attributes are headers, the value is JSON. Delivery is at
least once and in order within a key. `ce_sequence` counts from 1 within (topic, key) without a gap, so a reader that
keeps the last sequence of each key meets every event exactly once. Topics are kept for ever.

Versions only add optional fields and codes: read what you know and pass over the rest.

Topics carry no name, NHS number, contact, postcode or free text. Those of `people` are ciphertext under a key of the
person's own, which is destroyed when the person is erased.
"""


@dataclass(frozen=True)
class Reader:
    """A consumer group: its service, its name, and the events that it does something with."""

    service: str
    group: str
    events: Set[type]


def asyncapi(version: str, readers: list[Reader]) -> dict[str, Any]:
    """The document as plain values."""
    by_topic: dict[str, list[Declaration]] = {}
    for each in declarations():
        by_topic.setdefault(each.topic, []).append(each)
    return {
        "asyncapi": VERSION,
        "info": {
            "title": "Movewell event stream",
            "version": version,
            "description": _INTRODUCTION,
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": CONTENT_TYPE,
        "servers": {
            "kafka": {"host": "kafka:9092", "protocol": "kafka", "description": "Apache Kafka 4; the site's own"}
        },
        "channels": {topic: _channel(topic, each) for topic, each in by_topic.items()},
        "operations": {**_sent(by_topic), **_read(by_topic, readers)},
        "components": {
            "messages": {each.type: _message(each) for each in declarations()},
            "schemas": {each.type: _schema(each) for each in declarations()},
        },
    }


def _channel(topic: str, events: list[Declaration]) -> dict[str, Any]:
    described = inspect.getdoc(sys.modules[events[0].cls.__module__])
    return {
        "address": topic,
        "description": described,
        "messages": {each.type: {"$ref": f"#/components/messages/{each.type}"} for each in events},
        "bindings": {
            "kafka": {
                "topic": topic,
                "partitions": PARTITIONS,
                "topicConfiguration": {"cleanup.policy": ["delete"], "retention.ms": -1},
                "bindingVersion": "0.5.0",
            }
        },
    }


def _message(declaration: Declaration) -> dict[str, Any]:
    made = example(declaration)
    return {
        "name": declaration.type,
        "title": declaration.name,
        "summary": (inspect.getdoc(declaration.cls) or "").splitlines()[0],
        "contentType": CONTENT_TYPE,
        "headers": headers_schema(declaration),
        "payload": {"$ref": f"#/components/schemas/{declaration.type}"},
        "bindings": {
            "kafka": {
                "key": {"type": "string", "description": f"The {declaration.key}"},
                "bindingVersion": "0.5.0",
            }
        },
        "examples": [{"name": "example", "headers": made["headers"], "payload": made["value"]}],
    }


def _schema(declaration: Declaration) -> dict[str, Any]:
    """Within the document a schema has neither dialect nor id of its own."""
    return {name: each for name, each in payload_schema(declaration).items() if not name.startswith("$")}


def _sent(by_topic: Mapping[str, list[Declaration]]) -> dict[str, Any]:
    return {
        f"send-{topic}": {
            "action": "send",
            "title": f"{events[0].owner} sends to {topic}",
            "channel": {"$ref": f"#/channels/{topic}"},
            "messages": _references(topic, events),
        }
        for topic, events in by_topic.items()
    }


def _read(by_topic: Mapping[str, list[Declaration]], readers: list[Reader]) -> dict[str, Any]:
    made = {}
    for reader in readers:
        for topic, events in by_topic.items():
            wanted = [each for each in events if each.cls in reader.events]
            if wanted:
                made[f"receive-{reader.group}-{topic}"] = {
                    "action": "receive",
                    "title": f"{reader.service} reads {topic}",
                    "channel": {"$ref": f"#/channels/{topic}"},
                    "messages": _references(topic, wanted),
                    "bindings": {
                        "kafka": {"groupId": {"type": "string", "const": reader.group}, "bindingVersion": "0.5.0"}
                    },
                }
    return made


def _references(topic: str, events: list[Declaration]) -> list[dict[str, str]]:
    return [{"$ref": f"#/channels/{topic}/messages/{each.type}"} for each in events]
