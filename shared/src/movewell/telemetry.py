"""JSON logs without personal data: a constant event name, and fields from an allow-list, nothing else.

Personal data cannot get in by the text of a message (there is none), by a field (ids, counts, codes and
durations only, and only values that look so), or by an exception (its type and places, never its message).
"""

from __future__ import annotations

import json
import logging
import re
import sys
import threading
import traceback
from contextvars import ContextVar
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, NamedTuple, TextIO

from movewell.settings import SettingsIncomplete

ALLOWED = frozenset(
    """
    attempt booking_id causation_id code consumer correlation_id count error event_id event_type group
    incident kind lag message_id method milliseconds offer_id offset outcome partition person_id pid port
    process questionnaire_id reason referral_id risk_id route screening_id seconds sequence service session_id
    status tenant topic traceparent tries version what
    """.split()  # noqa: SIM905 - one name a line would be 40 lines
)
in_trace: ContextVar[str | None] = ContextVar("in_trace", default=None)
"""The traceparent of what this thread does now: each of its log lines says so."""
_FIELDS = "movewell_fields"
_EVENT = re.compile(r"[a-z][a-z_]*(\.[a-z_]+)*")
_CODE = re.compile(r"[\w.:/<>*$-]{1,160}", re.ASCII)
_TRACEPARENT = re.compile(
    r"(?!ff)(?P<version>[0-9a-f]{2})-(?P<trace>(?!0{32})[0-9a-f]{32})-(?P<parent>(?!0{16})[0-9a-f]{16})"
    r"-(?P<flags>[0-9a-f]{2})(?P<more>-.*)?"
)


class EventLogger:
    """Logs events by name. Fields outside of ALLOWED are dropped; exceptions keep type and place only."""

    def __init__(self, name: str) -> None:
        self._logger = logging.getLogger(name)

    def info(self, event: str, **fields: Any) -> None:
        self._log(logging.INFO, event, fields)

    def warning(self, event: str, **fields: Any) -> None:
        self._log(logging.WARNING, event, fields)

    def exception(self, event: str, **fields: Any) -> None:
        """With the exception that is being handled."""
        self._log(logging.ERROR, event, fields, sys.exc_info()[1])

    def failure(self, event: str, failed_by: BaseException, **fields: Any) -> None:
        """With an exception that was caught before."""
        self._log(logging.ERROR, event, fields, failed_by)

    def _log(self, level: int, event: str, fields: dict[str, Any], error: BaseException | None = None) -> None:
        if not _EVENT.fullmatch(event):
            raise ValueError("a log line has a constant event name")
        kept = {name: _code(value) for name, value in fields.items() if name in ALLOWED}
        # not by `exc_info`: whatever handler the process has, no message of an exception reaches it
        kept |= _exception(error) if error else {}
        self._logger.log(level, event, extra={_FIELDS: kept})


def _code(value: Any) -> Any:
    """Numbers, and text that can be an id or a code; of anything else, its type."""
    if value is None or isinstance(value, bool | int | float):
        return value
    text = getattr(value, "value", value)  # an Enum's
    return str(text) if isinstance(text, str) and _CODE.fullmatch(text) else f"<{type(value).__name__}>"


def _exception(error: BaseException) -> dict[str, Any]:
    """Its type, its stable code if it has one, where it was raised, and the types of what caused it."""
    found: dict[str, Any] = {"exception": type(error).__name__, "stack": _places(error.__traceback__)}
    if isinstance(code := getattr(type(error), "code", None), str):
        found["code"] = code
    causes = []
    while (error := error.__cause__ or error.__context__) and len(causes) < 5:
        causes.append(type(error).__name__)
    return {**found, "caused_by": causes} if causes else found


def _places(trace: TracebackType | None) -> list[str]:
    frames = [(frame.f_code, line) for frame, line in traceback.walk_tb(trace)][-12:]
    return [f"{'/'.join(code.co_filename.split('/')[-2:])}:{line} {code.co_name}" for code, line in frames]


class JsonLines(logging.Formatter):
    """One JSON object a line. What other libraries log is reduced to their name, level and exception."""

    def __init__(self, service: str) -> None:
        super().__init__()
        self._service = service

    def format(self, record: logging.LogRecord) -> str:
        fields = getattr(record, _FIELDS, None)
        error = record.exc_info[1] if record.exc_info else None
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "service": self._service,
            "event": record.msg if fields is not None else f"library.{record.name}",
            **(fields or {}),
            **_traced(in_trace.get()),
            **(_exception(error) if error else {}),
        }
        return json.dumps(line)


def _traced(traceparent: str | None) -> dict[str, str]:
    known = parse_traceparent(traceparent)
    return {} if known is None else {"trace_id": known.trace_id, "span_id": known.parent_id}


def logger(name: str) -> EventLogger:
    """The logger of a module."""
    return EventLogger(name)


def configure_logging(service: str, level: int = logging.INFO, stream: TextIO | None = None) -> None:
    """Log JSON lines to standard output, or `stream`; warnings and exceptions that nobody catches are among them."""
    handler = logging.StreamHandler(stream or sys.stdout)
    handler.setFormatter(JsonLines(service))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    logging.captureWarnings(True)
    sys.excepthook = lambda kind, error, trace: _uncaught(error)
    threading.excepthook = lambda uncaught: _uncaught(uncaught.exc_value)


def _uncaught(error: BaseException | None) -> None:
    if isinstance(error, SettingsIncomplete):
        sys.stderr.write(f"{error}\n")  # for who starts the service; it never holds a value
    elif error is not None and not isinstance(error, SystemExit):
        logging.getLogger(__name__).critical("process.died", extra={_FIELDS: _exception(error)})


class Traceparent(NamedTuple):
    """The parts of a W3C traceparent, in lower-case hexadecimal."""

    trace_id: str
    parent_id: str
    flags: str


def parse_traceparent(text: str | None) -> Traceparent | None:
    """The parts of `text`, or None if it is absent or malformed (W3C Trace Context, section 3.2).

    Of a version after 00 the parts that 00 has are read, and what follows them is ignored.
    """
    found = _TRACEPARENT.fullmatch(text or "")
    if found is None or (found["version"] == "00" and found["more"]):
        return None
    return Traceparent(found["trace"], found["parent"], found["flags"])
