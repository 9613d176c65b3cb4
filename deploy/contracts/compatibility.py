"""What was released may only be extended: compare the wire with `contracts/released.json`.

For readers of events: no event, field or code is taken away, no type changes, no field becomes optional.
For callers of the APIs: no operation or answer is taken away, nothing more is required of a caller, and answers keep
their fields.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from importlib.metadata import version
from typing import Any

from movewell.contracts.declare import declarations
from movewell.wire.event_documents import payload_schema

from deploy.contracts.files import CONTRACTS, json_text, openapi

RELEASED = CONTRACTS / "released.json"
Document = Mapping[str, Any]


def released_text() -> str:
    """The wire as it is now, to be the last release."""
    events = {each.type: payload_schema(each) for each in declarations()}
    return json_text({"version": version("movewell"), "events": events, "openapi": openapi()})


def breaches() -> list[str]:
    """What a reader or a caller of the last release would stumble over, in words."""
    released, now = json.loads(RELEASED.read_text(encoding="utf-8")), json.loads(released_text())
    return [*_events(released["events"], now["events"]), *_apis(released["openapi"], now["openapi"])]


def _events(before: Document, after: Document) -> Iterator[str]:
    for name, schema in before.items():
        if name not in after:
            yield f"{name} is gone"
        else:
            yield from _narrowed(name, schema, after[name])
            new = set(after[name]["required"]) - set(schema["required"])
            yield from (f"{name}: {each} was not in older records, and is required" for each in sorted(new))


def _narrowed(where: str, before: Document, after: Document) -> Iterator[str]:
    """What a reader of `before` cannot read, or misses, in `after`."""
    for key in ("type", "format", "pattern", "maxLength", "minimum", "maximum"):
        if before.get(key) != after.get(key):
            yield f"{where}: {key} was {before.get(key)}, is {after.get(key)}"
    if gone := set(map(str, before.get("enum", ()))) - set(map(str, after.get("enum", ()))):
        yield f"{where}: the code {', '.join(sorted(gone))} is gone"
    for name in sorted(set(before.get("required", ())) - set(after.get("required", ()))):
        yield f"{where}: {name} is no longer always there"
    for name, member in before.get("properties", {}).items():
        if name not in after.get("properties", {}):
            yield f"{where}: {name} is gone"
        else:
            yield from _narrowed(f"{where}.{name}", member, after["properties"][name])
    if "items" in before and "items" in after:
        yield from _narrowed(f"{where}[]", before["items"], after["items"])


def _apis(before: Document, after: Document) -> Iterator[str]:
    for service, document in before.items():
        if service not in after:
            yield f"the API of {service} is gone"
            continue
        for path, item in document["paths"].items():
            for method, operation in item.items():
                where, now = f"{method.upper()} {path}", after[service]["paths"].get(path, {}).get(method)
                if now is None:
                    yield f"{where} is gone"
                else:
                    yield from _operation(where, _Side(document, operation), _Side(after[service], now))


class _Side:
    """An operation in its document, whose references it follows."""

    def __init__(self, document: Document, operation: Document) -> None:
        self._document = document
        self._operation = operation

    def parameters(self) -> dict[str, bool]:
        """Name → whether it is required."""
        found = [self._whole(each) for each in self._operation.get("parameters", ())]
        return {each["name"]: bool(each.get("required")) for each in found}

    def asked(self) -> dict[str, Document]:
        """Media type → schema of what a caller sends."""
        return self._content(self._whole(self._operation.get("requestBody", {})))

    def answered(self) -> dict[str, dict[str, Document]]:
        """Status → media type → schema."""
        return {status: self._content(self._whole(each)) for status, each in self._operation["responses"].items()}

    def _content(self, part: Document) -> dict[str, Document]:
        return {media: self._whole(each.get("schema", {})) for media, each in part.get("content", {}).items()}

    def _whole(self, part: Any, within: tuple[str, ...] = ()) -> Any:
        """The part with its references followed, but not around in a circle."""
        if isinstance(part, list):
            return [self._whole(each, within) for each in part]
        if not isinstance(part, dict):
            return part
        if "$ref" in part:
            if part["$ref"] in within:
                return {}
            return self._whole(self._at(part["$ref"]), (*within, part["$ref"]))
        return {name: self._whole(each, within) for name, each in part.items()}

    def _at(self, reference: str) -> Any:
        found: Any = self._document
        for step in reference.removeprefix("#/").split("/"):
            found = found[step.replace("~1", "/").replace("~0", "~")]
        return found


def _operation(where: str, before: _Side, after: _Side) -> Iterator[str]:
    was, now = before.parameters(), after.parameters()
    yield from (f"{where}: the parameter {name} is gone" for name in sorted(was.keys() - now.keys()))
    yield from (f"{where}: the parameter {name} is required now" for name in now if now[name] and not was.get(name))
    for media, schema in before.asked().items():
        sent = after.asked().get(media)
        if sent is None:
            yield f"{where}: {media} is no longer taken"
        else:
            yield from (f"{where}: {each}" for each in _stricter("", schema, sent))
    for status, contents in before.answered().items():
        for media, schema in contents.items():
            answer = after.answered().get(status, {}).get(media)
            if answer is None:
                yield f"{where}: {status} is no longer answered as {media}"
            else:
                yield from _narrowed(f"{where} {status}", schema, answer)


def _stricter(where: str, before: Document, after: Document) -> Iterator[str]:
    """What a caller of `before` may send that `after` refuses."""
    new = set(after.get("required", ())) - set(before.get("required", ()))
    yield from (f"{where}/{name} is required now" for name in sorted(new))
    if gone := set(map(str, before.get("enum", ()))) - set(map(str, after.get("enum", ()))):
        yield f"{where}: the code {', '.join(sorted(gone))} is no longer taken"
    if before.get("type") != after.get("type"):
        yield f"{where}: type was {before.get('type')}, is {after.get('type')}"
    for name, member in before.get("properties", {}).items():
        if name not in after.get("properties", {}):
            yield f"{where}/{name} is no longer taken"
        else:
            yield from _stricter(f"{where}/{name}", member, after["properties"][name])
    if "items" in before and "items" in after:
        yield from _stricter(f"{where}[]", before["items"], after["items"])
