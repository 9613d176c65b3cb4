"""JSON logs without personal data: a constant event name, and fields from an allow-list, nothing else."""

from __future__ import annotations

import json
import logging
import re
import secrets
import sys
import traceback
from datetime import UTC, datetime
from typing import Any

ALLOWED = frozenset(
    "consumer correlation_id count error event_id event_type incident kind lag method milliseconds pid port"
    " process route service status tenant topic tries url what".split()
)
_EVENT = re.compile(r"[a-z][a-z_]*(\.[a-z_]+)*")
_TRACEPARENT = re.compile(r"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")


class EventLogger:
    """Logs events by name. Fields outside of ALLOWED are dropped; exceptions keep their type and place only."""

    def __init__(self, name: str) -> None:
        self._logger = logging.getLogger(name)

    def info(self, event: str, **fields: Any) -> None:
        self._log(logging.INFO, event, fields)

    def warning(self, event: str, **fields: Any) -> None:
        self._log(logging.WARNING, event, fields)

    def exception(self, event: str, **fields: Any) -> None:
        self._log(logging.ERROR, event, fields, sys.exc_info()[1])

    def _log(self, level: int, event: str, fields: dict[str, Any], error: BaseException | None = None) -> None:
        if not _EVENT.fullmatch(event):
            raise ValueError("a log line has a constant event name")
        allowed = {name: value for name, value in fields.items() if name in ALLOWED}
        if error is not None:
            allowed["exception"], allowed["stack"] = type(error).__name__, _places(error)
        self._logger.log(level, event, extra={"fields": allowed})


def _places(error: BaseException) -> list[str]:
    frames = traceback.extract_tb(error.__traceback__)[-8:]
    return [f"{each.filename.rpartition('/')[2]}:{each.name}:{each.lineno}" for each in frames]


class JsonLines(logging.Formatter):
    """One JSON object a line. What other libraries log is reduced to their name and level."""

    def __init__(self, service: str) -> None:
        super().__init__()
        self._service = service

    def format(self, record: logging.LogRecord) -> str:
        fields = getattr(record, "fields", None)
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "service": self._service,
            "event": record.msg if fields is not None else f"library.{record.name}",
            **(fields or {}),
        }
        return json.dumps(line, default=str)


def logger(name: str) -> EventLogger:
    """The logger of a module."""
    return EventLogger(name)


def configure_logging(service: str, level: int = logging.INFO) -> None:
    """Log JSON lines to standard output."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonLines(service))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    logging.getLogger("werkzeug").setLevel(logging.WARNING)


def child_traceparent(parent: str | None) -> str:
    """A W3C traceparent within the parent's trace, or of a new one if the parent is absent or malformed."""
    trace = parent.split("-")[1] if parent and _TRACEPARENT.fullmatch(parent) else secrets.token_hex(16)
    return f"00-{trace}-{secrets.token_hex(8)}-01"
