"""How an event is declared: once, here; schema, codec, documents and examples are derived from it."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any, TypeVar

T = TypeVar("T")

_NAME = re.compile(r"[a-z_]+(\.[a-z_]+)+")


@dataclass(frozen=True)
class Declaration:
    """What is known of an event type. `topic` is the module that declares it, `key` the field it is keyed by."""

    name: str
    version: int
    topic: str
    owner: str
    key: str
    cls: type

    @property
    def type(self) -> str:
        """The CloudEvents type, for instance `movewell.session.booked.v1`."""
        return f"movewell.{self.name}.v{self.version}"

    @property
    def dataschema(self) -> str:
        """Where its JSON Schema is served, as each record's `ce_dataschema` has it."""
        return f"/json-schema/{self.name}.v{self.version}.json"


_BY_TYPE: dict[str, Declaration] = {}
_BY_CLASS: dict[type, Declaration] = {}


def event(name: str, *, key: str, version: int = 1) -> Callable[[type[T]], type[T]]:
    """Declare the decorated class as an event. It becomes a frozen, keyword-only dataclass.

    The topic is the name of the declaring module; the owning service is the module's `OWNER`.
    """
    if not _NAME.fullmatch(name):
        raise ValueError(f"not an event name: {name!r}")

    def declare(cls: type[T]) -> type[T]:
        made = dataclass(frozen=True, kw_only=True)(cls)
        if key not in {field.name for field in fields(made)}:
            raise ValueError(f"{name} is keyed by {key}, which it does not have")
        module = sys.modules[cls.__module__]
        declaration = Declaration(name, version, cls.__module__.rsplit(".", 1)[-1], module.OWNER, key, made)
        if declaration.type in _BY_TYPE:
            raise ValueError(f"{declaration.type} is declared twice")
        _BY_TYPE[declaration.type] = declaration
        _BY_CLASS[made] = declaration
        return made

    return declare


def declaration_of(event_or_class: Any) -> Declaration:
    """The declaration of an event or of its class. KeyError if it was never declared."""
    return _BY_CLASS[event_or_class if isinstance(event_or_class, type) else type(event_or_class)]


def declaration_named(type_: str) -> Declaration | None:
    """The declaration of a CloudEvents type, None if this release does not know it."""
    return _BY_TYPE.get(type_)


def declarations() -> list[Declaration]:
    """Every declared event, by topic, name and version."""
    return sorted(_BY_TYPE.values(), key=lambda each: (each.topic, each.name, each.version))


def topics() -> dict[str, str]:
    """Topic → owning service."""
    return {each.topic: each.owner for each in declarations()}
