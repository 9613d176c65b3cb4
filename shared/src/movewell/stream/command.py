"""`movewell stream tail | export | mirror`: the event stream for analysts."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from movewell.adapters import UnknownScheme, open_log
from movewell.errors import Unavailable
from movewell.log.port import EventLog
from movewell.stream.chosen import Chosen, UnknownEvent, UnknownTopic
from movewell.stream.mirror import NoMirror, mirror
from movewell.stream.tail import tail

Told = Callable[[int, int], None]
_AGAIN_SECONDS = 0.5


class CannotBeDone(Exception):
    """Why, for the person at the terminal."""


def main(argv: Sequence[str] | None = None) -> int:
    """The exit status: 0 if all was done, 1 if not, 2 for a wrong use."""
    parser = command_line()
    options = parser.parse_args(argv)
    try:
        chosen = Chosen.of(options.topic, options.tenant, options.type)
        log = _log(options.log or os.environ.get("EVENT_LOG_URL", ""))
    except (UnknownEvent, UnknownTopic, UnknownScheme) as error:
        parser.error(str(error))
    try:
        return int(options.act(log, chosen, options))
    except (CannotBeDone, NoMirror, Unavailable) as error:
        print(f"movewell stream: {error}", file=sys.stderr)
        return 1
    except (KeyboardInterrupt, BrokenPipeError):
        return 0
    finally:
        log.close()


def command_line() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="movewell", description="Movewell for analysts")
    stream = parser.add_subparsers(required=True).add_parser("stream", help="the event stream")
    ways = stream.add_subparsers(required=True)
    for name, act, words in (
        ("tail", _tail, "show events as they come, a line of JSON each"),
        ("export", _export, "write Parquet files by topic and day; a second run adds what came since"),
        ("mirror", _mirror, "copy one tenant's events into another log; a second run adds what came since"),
    ):
        way = ways.add_parser(name, help=words, description=words)
        way.set_defaults(act=act, type=[])
        way.add_argument("--log", metavar="URL", help="sqlite:///file or kafka://host:port (EVENT_LOG_URL)")
        way.add_argument(
            "--topic",
            action="append",
            default=[],
            help="may be repeated; of none, every topic but `people`, whose events carry sealed personal data",
        )
        way.add_argument("--tenant", help="ODS code: the events of this service alone", required=name == "mirror")
        if name == "tail":
            way.add_argument("--type", action="append", help="event, for instance session.booked; may be repeated")
            way.add_argument("--from-beginning", action="store_true", help="else from now on")
            way.add_argument("--until-end", action="store_true", help="end with what the log holds now")
        if name == "export":
            way.add_argument("folder", type=Path)
        if name == "mirror":
            way.add_argument("--to", metavar="URL", required=True, help="the other log")
    return parser


def _log(url: str) -> EventLog:
    if url.startswith("sqlite:///") and not Path(url.removeprefix("sqlite:///")).exists():
        raise UnknownScheme("there is no event log at that path")
    return open_log(url)


def _tail(log: EventLog, chosen: Chosen, options: argparse.Namespace) -> int:
    since = {} if options.from_beginning else log.ends(chosen.topics)
    for line in tail(log, chosen, since, lambda: not options.until_end and _waited()):
        print(json.dumps(line, ensure_ascii=False), flush=True)
    return 0


def _waited() -> bool:
    time.sleep(_AGAIN_SECONDS)
    return True


def _export(log: EventLog, chosen: Chosen, options: argparse.Namespace) -> int:
    try:
        from movewell.stream.export import LogIsShorter, export
        from movewell.stream.ledger import InUse, OtherExport
    except ImportError:
        raise CannotBeDone("this needs pyarrow: install movewell[analysts]") from None
    with _bar("Exporting") as told:
        try:
            exported = export(log, chosen, options.folder, told)
        except (InUse, LogIsShorter, OtherExport) as error:
            raise CannotBeDone(str(error)) from None
    print(f"{exported} events exported")
    return 0


def _mirror(log: EventLog, chosen: Chosen, options: argparse.Namespace) -> int:
    to = open_log(options.to)
    try:
        with _bar("Copying") as told:
            copied = mirror(log, to, chosen, told)
    finally:
        to.close()
    print(f"{copied} events copied")
    return 0


@contextmanager
def _bar(words: str) -> Iterator[Told]:
    """A progress bar on a terminal; nothing where nobody looks, or without `rich`."""
    if not (sys.stderr.isatty() and find_spec("rich")):
        yield lambda done, of: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn(words), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task(words, total=None)
        yield lambda done, of: progress.update(task, completed=done, total=of)


if __name__ == "__main__":
    sys.exit(main())
