"""Logs: one JSON line an event, with what may be logged and nothing else; and traceparents."""

from __future__ import annotations

import io
import json
import logging
import subprocess
import sys
from collections.abc import Iterator
from enum import Enum
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from movewell.kernel import DomainError
from movewell.telemetry import JsonLines, in_trace, logger, parse_traceparent

CANARY = "Quillon Testperson-Zzyzx"
PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
log = logger("movewell.test_telemetry")


class Lines:
    """What was logged, as text and as parsed lines."""

    def __init__(self) -> None:
        self.stream = io.StringIO()

    @property
    def text(self) -> str:
        return self.stream.getvalue()

    def only(self) -> dict[str, Any]:
        (line,) = self.text.splitlines()
        found: dict[str, Any] = json.loads(line)
        return found


@pytest.fixture
def lines() -> Iterator[Lines]:
    lines = Lines()
    handler = logging.StreamHandler(lines.stream)
    handler.setFormatter(JsonLines("scheduling"))
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield lines
    root.removeHandler(handler)
    root.setLevel(level)


def test_a_line_tells_time_in_utc_level_service_event_and_fields(lines: Lines) -> None:
    log.warning("booking.refused", session_id="s-1", count=3, milliseconds=1.5)
    line = lines.only()
    assert line.pop("time").endswith("+00:00")
    assert line == {
        "level": "warning",
        "service": "scheduling",
        "event": "booking.refused",
        "session_id": "s-1",
        "count": 3,
        "milliseconds": 1.5,
    }


@pytest.mark.parametrize(("sent", "told"), [(PARENT, True), ("00-" + CANARY, False), (None, False)])
def test_a_line_says_in_which_trace_it_was_written(lines: Lines, sent: str | None, told: bool) -> None:
    token = in_trace.set(sent)
    log.info("booking.made")
    in_trace.reset(token)
    traced = {name: each for name, each in lines.only().items() if name in ("trace_id", "span_id")}
    assert traced == (dict(zip(("trace_id", "span_id"), PARENT.split("-")[1:3], strict=True)) if told else {})


@pytest.mark.parametrize("name", ["name", "nhs_number", "postcode", "message", "msg", "note", "event_text", "url"])
def test_a_field_that_is_not_on_the_list_is_dropped(lines: Lines, name: str) -> None:
    log.info("person.known", **{name: "Quillon"})
    assert lines.only().keys() == {"time", "level", "service", "event"}


class Kind(Enum):
    """A code as an Enum."""

    OFFER = "offer"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (CANARY, "<str>"),
        ("quillon@example.test", "<str>"),
        ("two\nlines", "<str>"),
        ("a" * 161, "<str>"),
        ({"name": CANARY}, "<dict>"),
        (ValueError(CANARY), "<ValueError>"),
        (b"Quillon", "<bytes>"),
        ("019a0000-0000-7000-8000-000000000001", "019a0000-0000-7000-8000-000000000001"),
        ("referral-reactions/scheduling/r:1", "referral-reactions/scheduling/r:1"),
        ("/sessions/<session_id>", "/sessions/<session_id>"),
        (Kind.OFFER, "offer"),
        (7, 7),
        (True, True),
        (None, None),
    ],
)
def test_a_value_that_is_no_number_id_or_code_is_withheld(lines: Lines, value: object, shown: object) -> None:
    log.info("message.sent", kind=value)
    assert lines.only()["kind"] == shown
    assert "uillon" not in lines.text


@pytest.mark.parametrize("event", [f"sent to {CANARY}", "sent %s", "", "Sent", "sent."])
def test_an_event_name_is_a_constant_word_not_a_sentence(event: str) -> None:
    with pytest.raises(ValueError, match="constant event name"):
        log.info(event)


class SessionFull(DomainError):
    """A rule of a test."""

    code = "session-full"


def _book(name: str) -> None:
    try:
        raise KeyError(name)
    except KeyError as error:
        raise SessionFull(f"no seat for {name}") from error


def test_an_exception_is_logged_with_type_code_places_and_causes_but_no_message(lines: Lines) -> None:
    try:
        _book(CANARY)
    except SessionFull:
        log.exception("booking.failed")
    line = lines.only()
    assert (line["level"], line["exception"], line["code"]) == ("error", "SessionFull", "session-full")
    assert line["caused_by"] == ["KeyError"]
    line_of_raise = _book.__code__.co_firstlineno + 4
    assert line["stack"][-1].endswith(f"/test_telemetry.py:{line_of_raise} _book")
    assert "Quillon" not in lines.text


def test_a_handler_of_somebody_else_gets_no_message_of_an_exception_either() -> None:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    logging.getLogger("movewell.test_telemetry").addHandler(handler)
    try:
        _book(CANARY)
    except SessionFull:
        log.exception("booking.failed")
    logging.getLogger("movewell.test_telemetry").removeHandler(handler)
    assert stream.getvalue() == "booking.failed\n"


def test_what_a_library_logs_is_reduced_to_its_name_level_and_exception(lines: Lines) -> None:
    library = logging.getLogger("somebody.elses")
    try:
        _book(CANARY)
    except SessionFull:
        library.error("no seat for %s", CANARY, exc_info=True, extra={"fields": {"name": CANARY}, "kind": CANARY})
    line = lines.only()
    assert (line["event"], line["level"], line["exception"]) == (
        "library.somebody.elses",
        "error",
        "SessionFull",
    )
    assert "Quillon" not in lines.text


_PROGRAM = """
import threading, warnings
from movewell.settings import SettingsIncomplete
from movewell.telemetry import configure_logging, logger
configure_logging("outcomes")
logger("x").info("worker.started", count=1)
warnings.warn("Quillon")
def fail(): raise ValueError("Quillon")
thread = threading.Thread(target=fail); thread.start(); thread.join()
def leave(): raise SystemExit(3)
thread = threading.Thread(target=leave); thread.start(); thread.join()
raise {error}
"""


def _run(error: str) -> subprocess.CompletedProcess[str]:
    program = _PROGRAM.replace("{error}", error)
    return subprocess.run([sys.executable, "-c", program], check=False, capture_output=True, text=True, timeout=60)


def test_warnings_and_what_nobody_catches_are_lines_on_standard_output_without_messages() -> None:
    done = _run('KeyError("Quillon")')
    lines = [json.loads(each) for each in done.stdout.splitlines()]
    assert [(each["event"], each.get("exception")) for each in lines] == [
        ("worker.started", None),
        ("library.py.warnings", None),
        ("process.died", "ValueError"),
        ("process.died", "KeyError"),
    ]
    assert {each["service"] for each in lines} == {"outcomes"}
    assert done.returncode == 1
    assert "Quillon" not in done.stdout + done.stderr


def test_missing_settings_are_told_to_who_starts_the_service() -> None:
    done = _run('SettingsIncomplete("KEYRING_SECRET is missing")')
    assert done.stderr == "KEYRING_SECRET is missing\n"


HEX = "0123456789abcdef"


@given(st.text(HEX, min_size=32, max_size=32), st.text(HEX, min_size=16, max_size=16), st.integers(0, 255))
def test_a_traceparent_is_read_into_its_parts_unless_one_is_all_zeros(trace: str, parent: str, flags: int) -> None:
    found = parse_traceparent(f"00-{trace}-{parent}-{flags:02x}")
    zeros = set(trace) == {"0"} or set(parent) == {"0"}
    assert found == (None if zeros else (trace, parent, f"{flags:02x}"))


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "00",
        PARENT.upper(),
        PARENT + "\n",
        PARENT + "-more",
        " " + PARENT,
        "ff" + PARENT[2:],
        "cc" + PARENT[2:] + "more",
        "00-" + "0" * 32 + "-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-" + "0" * 16 + "-01",
    ],
)
def test_a_malformed_traceparent_is_none(text: str | None) -> None:
    assert parse_traceparent(text) is None


@pytest.mark.parametrize("more", ["", "-what-comes-later"])
def test_a_later_version_is_read_as_far_as_it_is_known(more: str) -> None:
    found = parse_traceparent(f"cc{PARENT[2:]}{more}")
    assert found == ("0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331", "01")


@pytest.mark.parametrize(("serves", "logs_to"), [(True, "stdout"), (False, "stderr")])
def test_a_door_that_answers_keeps_standard_output_for_its_answer(serves: bool, logs_to: str) -> None:
    script = f"""
from movewell import doors
from movewell.telemetry import logger

def open_(assembly, options):
    logger("test").info("door.opened")
    print("answer")
    return 0

doors.load = lambda cls, environ: None
doors.run("outcomes", lambda settings: None, ["ask"], own=[doors.Door("ask", "ask", open_, serves={serves})])
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert "answer" in done.stdout
    assert "door.opened" in getattr(done, logs_to)
    assert ("door.opened" in done.stdout) is serves
