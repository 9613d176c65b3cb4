"""Spans of OpenTelemetry, where an operator asks for them; else what came as traceparent is carried on as it is.

Names and attributes are routes, codes, names from the contracts and ids of events: nothing of a person. A span
that is begun is told when it ends, and one that never ends is never told: so what is handled in a transaction
that is rerun or lost claims no effect.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from movewell.contracts.declare import declaration_named
from movewell.settings import SettingsIncomplete
from movewell.telemetry import parse_traceparent
from movewell.wire.envelope import Envelope

if TYPE_CHECKING:
    from opentelemetry.trace import Tracer, TracerProvider

ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
_tracer: Tracer | None = None


def configure(service: str, environ: Mapping[str, str]) -> None:
    """Send spans where OpenTelemetry's variables say, if they do. Raises SettingsIncomplete without the extra."""
    if not any(environ.get(each) for each in ENDPOINTS):
        return
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError:
        raise SettingsIncomplete(f"{ENDPOINTS[0]} needs movewell[tracing] to be installed") from None
    provider = TracerProvider(resource=Resource.create({"service.namespace": "movewell", "service.name": service}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    use(provider)


def use(provider: TracerProvider | None) -> None:
    """Make spans with this provider, from now on in this process; with None, none."""
    global _tracer
    _tracer = None if provider is None else provider.get_tracer("movewell")


class Span:
    """A span that is begun, and the traceparent of what happens because of it."""

    __slots__ = ("_span", "traceparent")

    def __init__(self, span: Any) -> None:
        context = span.get_span_context()
        self._span = span
        self.traceparent = f"00-{context.trace_id:032x}-{context.span_id:016x}-{int(context.trace_flags) & 1:02x}"

    def end(self, error: str | None = None) -> None:
        """Tell of it; as failed, with the type of an error."""
        from opentelemetry.trace import StatusCode

        if error is not None:
            self._span.set_status(StatusCode.ERROR)
            self._span.set_attribute("error.type", error)
        self._span.end()

    def end_answered(self, status: int) -> None:
        """Tell of a request with the status of its answer."""
        self._span.set_attribute("http.response.status_code", status)
        self.end(str(status) if status >= 500 else None)


def begin(
    kind: str, name: str, parent: str | None, attributes: Mapping[str, str], at: int | None = None
) -> Span | None:
    """A span within the parent's trace, or of a new one; None where no spans are asked for.

    `kind` is a name of SpanKind in lower case, `at` the nanosecond of the epoch at which it began, if not now.
    """
    if _tracer is None:
        return None
    from opentelemetry.trace import SpanKind

    context = _context(parent)
    return Span(_tracer.start_span(name, context, SpanKind[kind.upper()], attributes, start_time=at))


def _context(parent: str | None) -> Any:
    from opentelemetry.context import Context
    from opentelemetry.trace import NonRecordingSpan, SpanContext, TraceFlags, set_span_in_context

    known = parse_traceparent(parent)
    if known is None:
        return Context()
    flags = TraceFlags(int(known.flags, 16) & 1)
    remote = SpanContext(int(known.trace_id, 16), int(known.parent_id, 16), is_remote=True, trace_flags=flags)
    return set_span_in_context(NonRecordingSpan(remote), Context())


def tell_sent(rows: Iterable[Mapping[str, Any]], began: int) -> None:
    """A span for each row of the outbox that the log has acknowledged since the nanosecond `began`."""
    if _tracer is None:
        return
    for row in rows:
        headers = row["headers"]
        service = headers["ce_source"].rpartition("/")[2]
        about = _about(service, headers["ce_id"], headers["ce_type"], "send")
        span = begin("producer", f"send {headers['ce_type']}", headers.get("ce_traceparent"), about, began)
        if span is not None:
            span.end()


def _about(service: str, id: str, type_: str, operation: str) -> dict[str, str]:
    """Of an event, by the semantic conventions of messaging and CloudEvents."""
    declared = declaration_named(type_)
    return {
        "movewell.service": service,
        "messaging.operation.type": operation,
        "messaging.destination.name": declared.topic if declared is not None else "unknown",
        "cloudevents.event_id": id,
        "cloudevents.event_type": type_,
    }


class EventSpans:
    """The spans of the events that one consumer handles within a transaction, told once it has committed."""

    def __init__(self, service: str, consumer: str, traced: bool = True) -> None:
        self._service = service
        self._consumer = consumer
        self._traced = traced
        self._begun: list[Span] = []

    def begin(self, envelope: Envelope) -> str | None:
        """An event is being handled; the traceparent of what happens because of it."""
        if _tracer is None or not self._traced:
            return envelope.traceparent
        about = _about(self._service, envelope.id, envelope.type, "process")
        about["messaging.consumer.group.name"] = self._consumer
        span = begin("consumer", f"process {envelope.type}", envelope.traceparent, about)
        if span is None:
            return envelope.traceparent
        self._begun.append(span)
        return span.traceparent

    def forget(self) -> None:
        """The transaction begins, perhaps again."""
        self._begun.clear()

    def committed(self) -> None:
        """All that was handled is done."""
        for each in self._begun:
            each.end()
        self._begun.clear()

    def failed(self, error: str) -> None:
        """The transaction of one event was lost by an error of this type."""
        for each in self._begun:
            each.end(error=error)
        self._begun.clear()


def now() -> int:
    """The nanosecond of the epoch, by the machine's own clock."""
    return time.time_ns()
