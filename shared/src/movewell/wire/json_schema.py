"""JSON Schema (2020-12, as OpenAPI 3.1 has it) of marshmallow schemas, by apispec."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from enum import Enum
from typing import Any

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from marshmallow import Schema, fields, validate

from movewell.wire.schema import Time

VERSION = "3.1.0"


def specification(title: str, name_of: Callable[[Any], str | None], **more: Any) -> APISpec:
    """An empty description. `name_of`: schema → the name of its component, None for one that stays in place."""
    plugin = MarshmallowPlugin(schema_name_resolver=name_of)
    spec = APISpec(title=title, version=more.pop("version", "1"), openapi_version=VERSION, plugins=[plugin], **more)
    assert plugin.converter is not None
    plugin.converter.field_mapping[Time] = ("string", "date-time")
    for each in (_pattern, _length, _codes):
        plugin.converter.add_attribute_function(each)
    return spec


def json_schema(schema: type[Schema]) -> dict[str, Any]:
    """All of one schema, without references."""
    spec = specification("", lambda _: None)
    plugin = spec.plugins[0]
    assert isinstance(plugin, MarshmallowPlugin) and plugin.converter is not None
    made: dict[str, Any] = plugin.converter.schema2jsonschema(schema)
    return made


def _pattern(converter: Any, field: fields.Field[Any], **_: Any) -> dict[str, Any]:
    r"""Marshmallow matches from the beginning, JSON Schema anywhere; and `\Z` is Python's alone."""
    rules = [each for each in _every(field.validators) if isinstance(each, validate.Regexp)]
    if not rules or "pattern" in field.metadata:
        return {}
    pattern = rules[0].regex.pattern
    return {"pattern": re.sub(r"\\Z$", "$", pattern if pattern.startswith("^") else f"^{pattern}")}


def _length(converter: Any, field: fields.Field[Any], **_: Any) -> dict[str, Any]:
    """Lengths that stand with other rules in an `And`, where apispec doesn't look."""
    found = [each for each in _every(field.validators) if isinstance(each, validate.Length)]
    if not found or not isinstance(field, fields.String):
        return {}
    ends = {"minLength": found[0].min, "maxLength": found[0].max}
    return {name: each for name, each in ends.items() if each is not None}


def _codes(converter: Any, field: fields.Field[Any], **_: Any) -> dict[str, Any]:
    """The type of a code list, which apispec leaves open; its source, and what each code means."""
    if not isinstance(field, fields.Enum) or not issubclass(field.enum, str):
        return {}
    said = {"description": inspect.getdoc(field.enum), **field.metadata}
    meanings = {str(each.value): each.name.lower().replace("_", " ") for each in field.enum if isinstance(each, Enum)}
    made: dict[str, Any] = {"type": "string", "description": said["description"]}
    if any(code.replace("_", " ") != meaning for code, meaning in meanings.items()):
        made["x-meanings"] = meanings
    return made | ({"type": ["string", "null"], "enum": [*meanings, None]} if field.allow_none else {})


def _every(rules: list[Any]) -> list[Any]:
    return [rule for each in rules for rule in (each.validators if isinstance(each, validate.And) else [each])]
