"""Going through a FHIR resource in JSON without trusting its shape, and knowing where one is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any


@dataclass(frozen=True)
class Node:
    """A value somewhere in a document.

    `path` says where in FHIRPath (`Bundle.entry[1].resource.status`), `name` as a person would
    (`ServiceRequest.status`).
    """

    path: str
    name: str
    value: Any

    def each(self, steps: str) -> list[Node]:
        """What is there after `steps` (`category.coding`), through lists; nulls and empty lists are not."""
        nodes = [self]
        for step in steps.split("."):
            nodes = [child for node in nodes for child in node.children(step)]
        return nodes

    def texts(self, steps: str) -> list[Node]:
        """The same, strings with something in them only."""
        return [node for node in self.each(steps) if isinstance(node.value, str) and node.value.strip()]

    def text(self, steps: str) -> str | None:
        """The first such string."""
        return next((node.value for node in self.texts(steps)), None)

    def absent(self, steps: str) -> Iterator[Node]:
        """Where `steps` break off: the elements that would have to be added, as nodes without a value."""
        step, _, rest = steps.partition(".")
        children = self.children(step)
        if not children:
            yield Node(f"{self.path}.{step}", f"{self.name}.{step}", None)
        elif rest:
            for child in children:
                yield from child.absent(rest)

    def called(self, name: str) -> Node:
        """The same node under a name of its own."""
        return replace(self, name=name)

    def children(self, step: str) -> list[Node]:
        """What is there after one step."""
        value = self.value.get(step) if isinstance(self.value, dict) else None
        path, name = f"{self.path}.{step}", f"{self.name}.{step}"
        if isinstance(value, list):
            return [Node(f"{path}[{i}]", name, item) for i, item in enumerate(value) if item is not None]
        return [] if value is None else [Node(path, name, value)]


def same_system(one: str | None, other: str) -> bool:
    """Whether two system URIs mean the same code system.

    The official BaRS examples write the same systems with http and https, with Id and id, and once with
    a blank before it; nothing hangs on the difference, so none is made.
    """
    return one is not None and _plain(one) == _plain(other)


def _plain(uri: str) -> str:
    return uri.strip().lower().replace("http://", "https://", 1)


def of_system(nodes: list[Node], system: str) -> list[Node]:
    """Those of `nodes` (Coding, Identifier) that are of `system`."""
    return [each for each in nodes if same_system(each.text("system"), system)]
