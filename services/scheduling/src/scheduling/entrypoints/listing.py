"""A list that is turned page by page: the part of it to show, and where the next one begins."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from movewell.kernel import Aggregate
from movewell.store.unit import Unit
from movewell.wire.schema import time_text

A = TypeVar("A", bound=Aggregate)


def page_of(
    unit: Unit, kind: type[A], where: Mapping[str, Any], *, by: str, after: str, size: int
) -> tuple[list[A], str]:
    """The first `size` by a time, `after` what this answered for the page before; empty at the end."""
    time, _, id = after.partition("~")
    found = unit.find(kind, where, order=(by,), limit=size + 1, after=(time or None, id) if id else None)
    page = found[:size]
    return page, _place_of(page[-1], by) if len(found) > size else ""


def _place_of(last: Aggregate, by: str) -> str:
    moment = getattr(last, by)
    return f"{time_text(moment) if moment else ''}~{last.id}"
