"""The contracts as pages for people: the events of the stream, and a service's API. Anyone may read them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, current_app, jsonify, render_template

from movewell.contracts.declare import Declaration, declarations
from movewell.kernel import NotFound
from movewell.web.openapi import document_of, path_of
from movewell.web.policy import Rule, anyone
from movewell.wire.event_documents import example, payload_schema

DOCS, SCHEMA = "/docs", "/json-schema/<event>"
SERVICES = ("referral", "scheduling", "outcomes", "notifications", "reporting")


def api_page(service: str) -> str:
    """Where a service's API is shown."""
    return f"{DOCS}/{service}"


def rules(service: str) -> dict[tuple[str, str], Rule]:
    """The rows of the policy."""
    return {("GET", each): anyone() for each in (DOCS, f"{DOCS}/<event>", SCHEMA, api_page(service))}


@dataclass(frozen=True)
class Member:
    """A field of a schema: its path (`address.line`, `sessions[].id`), its type in words, its codes with meanings."""

    path: str
    type: str
    required: bool
    words: str
    codes: Mapping[str, str]


def contract_pages(service: str) -> Blueprint:
    """The routes of one application. All show the same events, and each its own API."""
    pages = Blueprint("contracts", __name__)

    @pages.get(DOCS)
    def contracts() -> str:
        topics: dict[str, list[Declaration]] = {}
        for each in declarations():
            topics.setdefault(each.topic, []).append(each)
        return render_template("movewell/contracts.jinja", topics=topics, services=SERVICES, api_page=api_page)

    @pages.get(f"{DOCS}/<event>")
    def contract_of_event(event: str) -> str:
        declared = _named(event)
        made, schema = example(declared), payload_schema(declared)
        return render_template(
            "movewell/contract_event.jinja",
            event=declared,
            members=list(members(schema)),
            description=schema["description"],
            headers=made["headers"],
            example=json.dumps(made["value"], indent=2),
        )

    @pages.get(SCHEMA)
    def schema_of_event(event: str) -> Response:
        answer = jsonify(payload_schema(_named(event.removesuffix(".json"))))
        answer.mimetype = "application/schema+json"
        return answer

    @pages.get(api_page(service))
    def contract_of_api() -> str:
        document = document_of(current_app)
        return render_template(
            "movewell/contract_api.jinja",
            service=service,
            operations=list(_operations(document)),
            source=path_of(service),
        )

    return pages


def _named(name: str) -> Declaration:
    """`session.booked.v1` → its declaration. Raises NotFound."""
    for each in declarations():
        if f"{each.name}.v{each.version}" == name:
            return each
    raise NotFound("There is no such event.")


@dataclass(frozen=True)
class Operation:
    """A row of an API: whom it is for, what it takes, and what it answers, status → words and members."""

    method: str
    path: str
    summary: str
    roles: tuple[str, ...]
    parameters: tuple[Member, ...]
    takes: tuple[Member, ...]
    answers: Mapping[str, tuple[str, tuple[Member, ...]]]

    @property
    def anchor(self) -> str:
        kept = "".join(each if each.isalnum() else "-" for each in self.path)
        return f"{self.method.lower()}{kept}".rstrip("-")


def _operations(document: Mapping[str, Any]) -> Iterator[Operation]:
    for path, item in document["paths"].items():
        for method, said in item.items():
            body = _whole(said.get("requestBody", {}), document)
            answers = {status: _whole(each, document) for status, each in said["responses"].items()}
            yield Operation(
                method.upper(),
                path,
                said.get("summary", ""),
                tuple(_roles(said)),
                tuple(_parameter(_whole(each, document)) for each in said.get("parameters", ())),
                tuple(_content(body, document)),
                {
                    status: (each["description"], tuple(_content(each, document)) if status < "300" else ())
                    for status, each in answers.items()
                },
            )


def _roles(said: Mapping[str, Any]) -> Iterator[str]:
    for each in said.get("security", ()):
        for scheme, names in each.items():
            yield scheme if not names or scheme == "system" else names[0]


def _parameter(said: Mapping[str, Any]) -> Member:
    schema = said["schema"]
    words = said.get("description") or schema.get("description", "")
    return Member(said["name"], f"{_type(schema)}, in the {said['in']}", said.get("required", False), words, {})


def _content(part: Mapping[str, Any], document: Mapping[str, Any]) -> Iterator[Member]:
    for each in part.get("content", {}).values():
        yield from members(each["schema"], document)


def members(schema: Mapping[str, Any], document: Mapping[str, Any] | None = None, at: str = "") -> Iterator[Member]:
    """Every field of an object, those within it after it; a schema that holds itself is not entered again."""
    yield from _members(schema, document or {}, at, ())


def _members(schema: Any, document: Mapping[str, Any], at: str, within: tuple[str, ...]) -> Iterator[Member]:
    if (reference := schema.get("$ref")) is not None:
        if reference in within:
            return
        within = (*within, reference)
    found = _whole(schema, document)
    if "items" in found:
        yield from _members(found["items"], document, f"{at}[]", within)
    required = set(found.get("required", ()))
    for name, said in found.get("properties", {}).items():
        whole, path = _whole(said, document), f"{at}.{name}" if at else name
        codes = whole.get("x-meanings") or {str(each): "" for each in whole.get("enum", ()) if each is not None}
        yield Member(path, _type(whole), name in required, whole.get("description", ""), codes)
        yield from _members(said, document, path, within)


def _type(schema: Mapping[str, Any]) -> str:
    kinds = schema.get("type", "object" if "properties" in schema else "any")
    kind = " or ".join(kinds) if isinstance(kinds, list) else kinds
    shown = f"{kind} ({schema['format']})" if "format" in schema else kind
    ends = [f"{word} {schema[key]}" for key, word in (("minimum", "from"), ("maximum", "to")) if key in schema]
    return " ".join([shown, *ends])


def _whole(part: Mapping[str, Any], document: Mapping[str, Any]) -> Any:
    """What a reference refers to, else the part itself."""
    while "$ref" in part:
        found: Any = document
        for step in part["$ref"].removeprefix("#/").split("/"):
            found = found[step.replace("~1", "/").replace("~0", "~")]
        part = found
    return part
