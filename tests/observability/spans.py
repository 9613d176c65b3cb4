"""What an operator's collector would be told, kept in memory."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from movewell import tracing
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter


class Told:
    """The spans told so far."""

    def __init__(self) -> None:
        self.exporter = InMemorySpanExporter()

    def all(self) -> tuple[ReadableSpan, ...]:
        return self.exporter.get_finished_spans()

    def named(self, start: str) -> list[ReadableSpan]:
        return [each for each in self.all() if each.name.startswith(start)]

    def of_trace(self, trace_id: int) -> dict[int, ReadableSpan]:
        """By the id of the span."""
        return {id_of(each): each for each in self.all() if each.context.trace_id == trace_id}

    def handled(self, group: str) -> list[str]:
        """The ids of the events that a group has handled."""
        of_group = (each for each in self.named("process ") if about(each, "messaging.consumer.group.name") == group)
        return [about(each, "cloudevents.event_id") for each in of_group]


@contextmanager
def collected() -> Iterator[Told]:
    told = Told()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(told.exporter))
    tracing.use(provider)
    try:
        yield told
    finally:
        tracing.use(None)


def about(span: ReadableSpan, name: str) -> Any:
    return (span.attributes or {}).get(name)


def id_of(span: ReadableSpan) -> int:
    return span.context.span_id


def parent_of(span: ReadableSpan) -> int | None:
    return None if span.parent is None else span.parent.span_id
