"""The file sink takes a message once, says so on its list, and survives a death at any moment."""

from __future__ import annotations

import hashlib
import json
import os
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from notifications.adapters.file_sink import FileSink

from .scene import START, HandClock

ID, OTHER = "019a0000-0000-7000-8000-000000000001", "019a0000-0000-7000-8000-000000000002"


class PowerCut(Exception):
    """The machine stops here."""


def lines(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "accepted.jsonl").read_text().splitlines()]


def outcomes(folder: Path) -> list[tuple[str, str]]:
    return [(line["message_id"], line["outcome"]) for line in lines(folder)]


def test_what_is_taken_is_in_the_folder_and_once_on_the_list(tmp_path: Path) -> None:
    sink = FileSink(tmp_path, HandClock())
    assert not sink.holds(ID)
    sink.put(ID, b"hello")
    assert (sink.holds(ID), sink.holds(OTHER)) == (True, False)
    assert (tmp_path / f"{ID}.eml").read_bytes() == b"hello"
    (line,) = lines(tmp_path)
    assert datetime.fromisoformat(line.pop("at")) == START
    assert line == {"message_id": ID, "digest": hashlib.sha256(b"hello").hexdigest(), "outcome": "accepted"}


@pytest.mark.parametrize("restarted", [False, True])
def test_what_comes_again_is_noted_and_changes_nothing(tmp_path: Path, restarted: bool) -> None:
    sink = FileSink(tmp_path)
    sink.put(ID, b"hello")
    sink = FileSink(tmp_path) if restarted else sink
    sink.put(ID, b"another")
    sink.put(OTHER, b"hello")
    assert outcomes(tmp_path) == [(ID, "accepted"), (ID, "again"), (OTHER, "accepted")]
    assert lines(tmp_path)[1]["digest"] == hashlib.sha256(b"another").hexdigest()
    assert (tmp_path / f"{ID}.eml").read_bytes() == b"hello"


def test_what_is_lost_from_the_folder_is_not_sent_a_second_time(tmp_path: Path) -> None:
    sink = FileSink(tmp_path)
    sink.put(ID, b"hello")
    (tmp_path / f"{ID}.eml").unlink()
    sink.put(ID, b"hello")
    assert (sink.holds(ID), (tmp_path / f"{ID}.eml").exists()) == (True, False)


def died(folder: Path, monkeypatch: pytest.MonkeyPatch, place: str) -> None:
    """A sink that dies at the call of `place` while it takes the message."""

    def cut(*_: Any) -> None:
        raise PowerCut

    with monkeypatch.context() as patched, pytest.raises(PowerCut):
        patched.setattr(*((Path, "rename") if place == "rename" else (FileSink, place)), cut)
        FileSink(folder).put(ID, b"hello")


@pytest.mark.parametrize("place", ["_write", "rename", "_sync_folder", "_note"])
def test_who_dies_while_taking_it_takes_it_once_when_it_is_put_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    died(tmp_path, monkeypatch, place)
    FileSink(tmp_path).put(ID, b"hello")
    assert outcomes(tmp_path) == [(ID, "accepted")]
    assert (tmp_path / f"{ID}.eml").read_bytes() == b"hello"


def test_who_asks_for_a_message_that_is_not_on_the_list_completes_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    died(tmp_path, monkeypatch, "_note")
    assert outcomes(tmp_path) == []
    for _ in range(2):
        assert FileSink(tmp_path).holds(ID)
    assert outcomes(tmp_path) == [(ID, "accepted")]
    assert lines(tmp_path)[0]["digest"] == hashlib.sha256(b"hello").hexdigest()


def test_who_died_before_sending_has_not_sent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    died(tmp_path, monkeypatch, "rename")
    assert (FileSink(tmp_path).holds(ID), outcomes(tmp_path)) == (False, [])


def test_half_a_line_is_taken_away_and_written_whole(tmp_path: Path) -> None:
    FileSink(tmp_path).put(ID, b"hello")
    path = tmp_path / "accepted.jsonl"
    whole = path.read_bytes()
    FileSink(tmp_path).put(OTHER, b"hello")
    path.write_bytes(path.read_bytes()[: len(whole) + 40])
    FileSink(tmp_path).put(OTHER, b"hello")
    assert outcomes(tmp_path) == [(ID, "accepted"), (OTHER, "accepted")]
    assert path.read_bytes().startswith(whole)


def test_of_many_who_send_the_same_one_is_accepted(tmp_path: Path) -> None:
    sinks = [FileSink(tmp_path) for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda sink: [sink.put(id, b"hello") for id in (ID, OTHER)], sinks))
    for id in (ID, OTHER):
        assert sorted(outcome for each, outcome in outcomes(tmp_path) if each == id) == ["accepted"] + ["again"] * 7


def test_the_message_is_on_the_disk_before_the_list_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[str] = []
    monkeypatch.setattr(os, "fsync", lambda fd: synced.append(Path(f"/proc/self/fd/{fd}").readlink().name))
    FileSink(tmp_path / "sink").put(ID, b"hello")
    assert synced == [f".{ID}.{os.getpid()}", "sink", "accepted.jsonl", "sink"]
