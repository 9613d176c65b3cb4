"""`docs/flow.md`: which service tells what, and what each other does about it, from the services' own tables."""

from __future__ import annotations

import inspect
import itertools
from collections.abc import Iterator, Mapping

from movewell.contracts.declare import Declaration, declarations

from deploy.contracts.assembled import Tables

_HEAD = """\
# Who tells what, and who acts on it

Written by `make contracts` from the services' tables (`REACTIONS` and `PROJECTIONS`); not by hand.

A *reaction* may change a service's data, set timers and tell events of its own; it happens once. A *view* is folded
from events alone and can be rebuilt at any time.
"""


def flow(tables: Mapping[str, Tables]) -> str:
    """The page."""
    parts = [_HEAD, "## In one picture", _picture(tables)]
    for topic, events in itertools.groupby(declarations(), lambda each: each.topic):
        told = list(events)
        parts += [f"## Topic `{topic}`, told by {told[0].owner}", _table(told, tables)]
    return "\n\n".join(each.strip() for each in parts) + "\n"


def _picture(tables: Mapping[str, Tables]) -> str:
    topics = {each.topic: each.owner for each in declarations()}
    lines = [f"  {owner} --> {topic}_topic([{topic}])" for topic, owner in topics.items()]
    of = {each.cls: each.topic for each in declarations()}
    for service, found in tables.items():
        acted = {of[event] for event in found.reactions}
        viewed = {of[event] for event in found.folds} - acted
        lines += [f"  {topic}_topic --> {service}" for topic in sorted(acted)]
        lines += [f"  {topic}_topic -. views .-> {service}" for topic in sorted(viewed)]
    return "\n".join(["```mermaid", "flowchart LR", *lines, "```"])


def _table(events: list[Declaration], tables: Mapping[str, Tables]) -> str:
    lines = ["| event | what it says | reactions | views |", "| --- | --- | --- | --- |"]
    for each in events:
        says = _first_sentence(each.cls)
        acts = "<br>".join(_reactions(each.cls, tables)) or "none"
        views = ", ".join(
            f"{service}: {', '.join(found.folds[each.cls])}"
            for service, found in tables.items()
            if each.cls in found.folds
        )
        link = f"[`{each.name}`](../contracts/json-schema/{each.name}.v{each.version}.json)"
        lines.append(f"| {link} | {says} | {acts} | {views or 'none'} |")
    return "\n".join(lines)


def _reactions(event: type, tables: Mapping[str, Tables]) -> Iterator[str]:
    for service, found in tables.items():
        if (handler := found.reactions.get(event)) is not None:
            yield f"**{service}**: {_first_sentence(handler)}"


def _first_sentence(thing: object) -> str:
    return " ".join((inspect.getdoc(thing) or "").split("\n\n")[0].split()).replace("|", "\\|")
