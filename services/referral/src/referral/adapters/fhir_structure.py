"""Level 1: whether a resource is FHIR at all. The only place that knows the validator.

The validator is `fhir.resources`, R4B (4.3.0): for the resources of a BaRS referral the same as R4 4.0.1.
It takes `fhir_comments` (which converters from XML leave behind) and, more liberal than FHIR, empty lists
and numbers for dates; what this service reads is therefore read again, as text, further on.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from fhir.resources.R4B import get_fhir_model_class
from fhir.resources.R4B.resource import Resource
from pydantic import ValidationError

from referral.adapters.refusal import MAX_ISSUES, Issue

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_ELEMENT = re.compile(r"_?[a-z][A-Za-z]{1,40}")
_NOT_ELEMENTS = {"root", "str", "list[str]"}
_STUMBLED = (AttributeError, KeyError, TypeError, ValueError)
"""What the validator raises where it takes the type of an element for granted (a number for a url)."""
_MISSING = {"missing", "model_field_validation.missing"}


def is_resource_type(name: Any) -> bool:
    """Whether `name` is that of a FHIR R4 resource."""
    try:
        return isinstance(name, str) and issubclass(get_fhir_model_class(name), Resource)
    except ValueError:
        return False


def structural_issues(resource: dict[str, Any], path: str) -> list[Issue]:
    """The structural faults of `resource`, which stands at `path` and has a known resourceType.

    All of them, up to as many as are ever reported.
    """
    found = list(_unreadable(resource, path))
    if not any(issue.code == "value" for issue in found):
        found += _judged(resource, path)
    return found[:MAX_ISSUES]


def _judged(resource: dict[str, Any], path: str) -> list[Issue]:
    try:
        get_fhir_model_class(resource["resourceType"]).model_validate(resource)
    except ValidationError as error:
        faults = error.errors(include_url=False, include_context=False, include_input=False)
        return [_issue(resource, path, each["loc"], each["type"]) for each in faults[:MAX_ISSUES]]
    except _STUMBLED:
        said = f"{resource['resourceType']} has an element whose type is not the one that FHIR R4 gives it."
        return [Issue("value", said, path)]
    return []


def _unreadable(value: Any, path: str) -> Iterator[Issue]:
    """What would make the validator stumble rather than judge, and what no FHIR string may hold."""
    if isinstance(value, dict):
        if "resourceType" in value and not is_resource_type(value["resourceType"]):
            yield Issue("value", "A resourceType is not that of a FHIR R4 resource.", f"{path}.resourceType")
        for key, child in value.items():
            yield from _unreadable(child, f"{path}.{key}" if _ELEMENT.fullmatch(key) else path)
    elif isinstance(value, list):
        for i, child in enumerate(value):
            yield from _unreadable(child, f"{path}[{i}]")
    elif isinstance(value, str) and _CONTROL.search(value):
        yield Issue("invalid", "A string has control characters, which FHIR forbids.", path)


def _issue(resource: dict[str, Any], path: str, loc: tuple[int | str, ...], kind: str) -> Issue:
    steps = list(loc)
    if kind == "extra_forbidden":
        unknown = steps.pop()
        parent = _at(resource, steps)
        where = f"{list(parent).index(unknown) + 1} of {len(parent)}, in the order written"
        said = f"has an element that FHIR R4 does not define there ({where}; names are case-sensitive)"
        code = "invalid"
    elif kind in _MISSING:
        code, said = "required", "is missing"
    else:
        code, said = "value", "has not the type or form that FHIR R4 gives it"
    steps = [step for step in steps if step not in _NOT_ELEMENTS]
    name = ".".join([resource["resourceType"], *(str(step) for step in steps if isinstance(step, str))])
    at = path + "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps)
    return Issue(code, f"{name} {said}.", at)


def _at(resource: Any, steps: list[int | str]) -> Any:
    for step in steps:
        resource = resource[step]
    return resource
