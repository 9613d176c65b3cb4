"""The stream as lines, and as a copy of one tenant's part; the command of both, on both logs."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from movewell.adapters import open_log
from movewell.log.port import EventLog, Record
from movewell.stream.chosen import Chosen, pages
from movewell.stream.command import main
from movewell.stream.mirror import ORIGIN, NoMirror, mirror
from movewell.stream.tail import tail

from .streamed import TENANTS, booked, every_event, fill, ids


@pytest.fixture(params=["embedded", "kafka"])
def urls(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, str]:
    """Two logs of one kind."""
    if request.param == "embedded":
        return f"sqlite:///{tmp_path / 'log.sqlite'}", f"sqlite:///{tmp_path / 'mirror.sqlite'}"
    try:
        broker = request.getfixturevalue("kafka_url")
    except pytest.FixtureLookupError:
        pytest.skip("the tests of this distribution alone know no broker")
    return f"{broker}?prefix=t{uuid.uuid4().hex[:12]}.", f"{broker}?prefix=m{uuid.uuid4().hex[:12]}."


@pytest.fixture
def logs(urls: tuple[str, str]) -> Iterator[tuple[EventLog, EventLog]]:
    opened = open_log(urls[0]), open_log(urls[1])
    yield opened
    for each in opened:
        each.close()


def held(log: EventLog) -> list[Record]:
    ends = log.ends(Chosen.of().topics)
    return [Record(each.topic, each.key, each.headers, each.value) for page in pages(log, {}, ends) for each in page]


def of_tenant(records: list[Record], tenant: str) -> list[str]:
    return ids([each for each in records if each.headers["ce_tenant"] == tenant and each.topic != "people"])


def test_a_tail_shows_what_comes_after_it_began_in_order_of_each_key(logs: tuple[EventLog, EventLog]) -> None:
    log, _ = logs
    fill(log, [booked(1)])
    chosen = Chosen.of(["scheduling"])
    coming = [[booked(2, ce_sequence="1"), booked(2, ce_sequence="2", ce_id="second")], []]

    def more() -> bool:
        fill(log, coming.pop(0))
        return bool(coming)

    assert [line["sequence"] for line in tail(log, chosen, log.ends(chosen.topics), more)] == [1, 2]


def test_a_mirror_holds_one_tenants_events_once_however_often_it_is_made(logs: tuple[EventLog, EventLog]) -> None:
    log, to = logs
    fill(log, every_event())
    chosen = Chosen.of(tenant=TENANTS[0])
    assert mirror(log, to, chosen) == len(of_tenant(every_event(), TENANTS[0]))
    fill(log, [booked(101), booked(102, TENANTS[1])])
    assert mirror(log, to, chosen) == 1
    assert mirror(log, to, chosen) == 0
    copied = held(to)
    assert ids(copied) == of_tenant([*every_event(), booked(101)], TENANTS[0])
    assert {each.topic for each in copied} == {each.topic for each in every_event()} - {"people"}
    assert "people" not in chosen.topics


def test_a_mirror_that_died_between_two_pages_is_gone_on_with(
    logs: tuple[EventLog, EventLog], monkeypatch: pytest.MonkeyPatch
) -> None:
    log, to = logs
    fill(log, every_event())

    def die(done: int, of: int) -> None:
        raise KeyboardInterrupt

    chosen = Chosen.of(tenant=TENANTS[0])
    for _ in range(3):
        with pytest.raises(KeyboardInterrupt):
            mirror(log, to, chosen, die)
    mirror(log, to, chosen)
    assert ids(held(to)) == of_tenant(every_event(), TENANTS[0])


def test_a_log_that_is_no_mirror_is_not_written_into(logs: tuple[EventLog, EventLog]) -> None:
    log, to = logs
    fill(log, [booked(1)])
    fill(to, [booked(2)])
    with pytest.raises(NoMirror):
        mirror(log, to, Chosen.of(tenant=TENANTS[0]))
    assert len(held(to)) == 1


def test_a_copy_says_where_it_comes_from(logs: tuple[EventLog, EventLog]) -> None:
    log, to = logs
    fill(log, [booked(1)])
    mirror(log, to, Chosen.of(tenant=TENANTS[0]))
    (copied,) = held(to)
    assert copied.headers[ORIGIN].endswith("/0")
    assert copied.value == booked(1).value


def test_the_commands_tail_and_mirror(urls: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    log = open_log(urls[0])
    fill(log, every_event())
    log.close()
    options = ["--log", urls[0], "--tenant", TENANTS[0]]
    assert main(["stream", "tail", *options, "--from-beginning", "--until-end"]) == 0
    lines = [json.loads(each) for each in capsys.readouterr().out.splitlines()]
    assert sorted(each["id"] for each in lines) == of_tenant(every_event(), TENANTS[0])
    assert main(["stream", "mirror", *options, "--to", urls[1]]) == 0
    assert capsys.readouterr().out == f"{len(lines)} events copied\n"


def test_the_command_exports(urls: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("pyarrow", reason="the extra `analysts` is not installed")
    log = open_log(urls[0])
    fill(log, every_event())
    log.close()
    there = len([each for each in every_event() if each.topic != "people"])
    for expected in (there, 0):
        assert main(["stream", "export", "--log", urls[0], str(tmp_path / "files")]) == 0
        assert capsys.readouterr().out == f"{expected} events exported\n"


@pytest.mark.parametrize(
    ("argv", "status", "words"),
    [
        (["tail", "--log", "sqlite:///nowhere/log.sqlite"], 2, "no event log at that path"),
        (["tail", "--log", "ftp://host"], 2, "no adapter for ftp"),
        (["tail", "--log", "sqlite://", "--topic", "bookings"], 2, "there is no topic bookings"),
        (["mirror", "--log", "sqlite://", "--to", "sqlite://"], 2, "--tenant"),
    ],
)
def test_wrong_use_is_said(argv: list[str], status: int, words: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["stream", *argv])
    assert stopped.value.code == status
    assert words in capsys.readouterr().err


def test_an_export_into_anothers_folder_ends_with_words(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("pyarrow", reason="the extra `analysts` is not installed")
    for tenant, status in ((TENANTS[0], 0), (TENANTS[1], 1)):
        assert main(["stream", "export", "--log", "sqlite://", "--tenant", tenant, str(tmp_path)]) == status
    assert "this folder is an export of ZT001" in capsys.readouterr().err
