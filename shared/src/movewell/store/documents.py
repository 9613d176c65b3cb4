"""Aggregates as documents and back, by their type annotations (cattrs)."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import TypeVar

from cattrs import Converter
from cattrs.gen import make_dict_unstructure_fn, override
from cattrs.strategies import configure_union_passthrough

from movewell.kernel import Aggregate
from movewell.store.port import Collection, Document, Index
from movewell.wire.schema import time_text

A = TypeVar("A", bound=Aggregate)


def _converter() -> Converter:
    converter = Converter()
    converter.register_unstructure_hook(datetime, time_text)
    converter.register_structure_hook(datetime, lambda text, _: datetime.fromisoformat(text))
    converter.register_unstructure_hook(date, lambda day: day.isoformat())
    converter.register_structure_hook(date, lambda text, _: date.fromisoformat(text))
    converter.register_unstructure_hook_factory(
        lambda cls: isinstance(cls, type) and issubclass(cls, Aggregate),
        lambda cls: make_dict_unstructure_fn(cls, converter, _recorded=override(omit=True)),
    )
    configure_union_passthrough(str | int | float | bool | None, converter)
    return converter


CONVERTER = _converter()


@functools.cache
def _fields(cls: type) -> frozenset[str]:
    return frozenset(each.name for each in fields(cls)) - {"_recorded"}


def to_document(aggregate: Aggregate) -> Document:
    """The aggregate as a document; its recorded events are not part of it."""
    document: Document = CONVERTER.unstructure(aggregate)
    return document


def from_document(cls: type[A], document: Document) -> A:
    """The aggregate in a document. Fields that the class no longer has are passed over."""
    known = _fields(cls)
    return CONVERTER.structure({k: v for k, v in document.items() if k in known}, cls)


@dataclass(frozen=True)
class Stored:
    """Where the aggregates of a service are kept: class → collection with its indexes."""

    collections: Mapping[type, Collection]

    def of(self, cls: type) -> str:
        return self.collections[cls].name


def stored(**named: tuple[type, tuple[Index, ...]]) -> Stored:
    """`stored(bookings=(Booking, (Index(("session_id",)),)))`."""
    return Stored({cls: Collection(name, indexes) for name, (cls, indexes) in named.items()})
