"""The doors of a service: one image, several ways in. `python -m <service> <door>`."""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from flask import Flask
from gunicorn.app.base import BaseApplication
from werkzeug.middleware.proxy_fix import ProxyFix

from movewell import tracing
from movewell.adapters import open_clock, open_log, open_store
from movewell.doctor import examine
from movewell.log.waiting_door import open_waiting, waiting_arguments
from movewell.operating.accesses_door import accesses_arguments, open_accesses
from movewell.operating.audit import audit
from movewell.operating.commands import (
    folder_arguments,
    open_backup,
    open_carry,
    open_recover,
    open_republish,
    open_restore,
    republish_arguments,
)
from movewell.operating.measures import Measures
from movewell.operating.probe_door import ProbeDoor
from movewell.operating.readiness import Reached, ask_store, of_work
from movewell.operating.start import NOT_FIT, NotFitToStart, StartCheck
from movewell.service import Running, Service, Worker
from movewell.settings import ServiceSettings, SettingsIncomplete, load
from movewell.store.port import Store
from movewell.telemetry import configure_logging
from movewell.web import health
from movewell.web.server import TimedThreadWorker

_ANSWER_SECONDS = 10.0
"""Well below the 30 s after which gunicorn takes a process that does not begin to serve for dead."""


@dataclass(frozen=True)
class Assembly:
    """A service put together: what runs it, and its web application."""

    running: Running
    app: Flask
    start: StartCheck


@dataclass(frozen=True)
class Door:
    """A way in: its name, what it is for, its arguments, and what it does (the exit status).

    One that `serves` runs until it is stopped and logs to standard output. The others answer there, so that a
    program can read it, and log to standard error.
    """

    name: str
    help: str
    open: Callable[[Assembly, argparse.Namespace], int]
    arguments: Callable[[argparse.ArgumentParser], None] = lambda parser: None
    serves: bool = False


Assemble = Callable[[ServiceSettings], Assembly]


def assembled(running: Running, app: Flask) -> Assembly:
    """The two with what operations need of an api: checks, metrics, and no request served by an outdated store."""
    start = StartCheck(lambda: audit(running))
    checks = {"store": Reached(lambda: ask_store(running)), "start": start.require_fit}
    health.watch(app, checks, [Measures(running)])
    app.before_request(start.require_fit_for_requests)
    return Assembly(running, app, start)


def put_together(settings: ServiceSettings, make: Callable[[Store], Service]) -> Running:
    """Open the adapters, make the service on its store, and prepare that."""
    store = open_store(settings.database_url)
    running = Running(make(store), store, open_log(settings.event_log_url), open_clock(settings))
    running.prepare_store()
    return running


def parser_of(name: str, own: Sequence[Door] = ()) -> argparse.ArgumentParser:
    """What reads the command line of `python -m <service>`."""
    parser = argparse.ArgumentParser(prog=f"python -m {name}", description=f"The {name} service")
    doors = parser.add_subparsers(dest="door", required=True)
    for each in (*DOORS, *own):
        door = doors.add_parser(each.name, help=each.help, description=each.help)
        each.arguments(door)
        door.set_defaults(open=each.open, serves=each.serves)
    return parser


def run(name: str, assemble: Assemble, argv: Sequence[str] | None = None, own: Sequence[Door] = ()) -> int:
    """Open one door of the service, one of `DOORS` or of its `own`; the exit status."""
    options = parser_of(name, own).parse_args(argv)
    configure_logging(name, stream=sys.stdout if options.serves else sys.stderr)
    try:
        assembly = assemble(load(ServiceSettings, os.environ))
    except SettingsIncomplete as error:
        print(f"{name} cannot start: {error}", file=sys.stderr)
        return 2
    return int(options.open(assembly, options))


class _Server(BaseApplication):
    def __init__(self, assembly: Assembly, options: dict[str, object]) -> None:
        self._assembly, self._options = assembly, options
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """In the process that serves: what it opens there is not shared by a fork."""
        tracing.configure(self._assembly.running.service.name, os.environ)
        begin([self._assembly])
        return self._assembly.app


def begin(assemblies: Sequence[Assembly]) -> None:
    """Ask whether each api may start on its store; SystemExit with status 3 if not.

    Who has no answer after ten seconds in all (the log is away, or long) starts, and asks on in the background.
    """
    until = time.monotonic() + _ANSWER_SECONDS
    for each in assemblies:
        each.start.ask_beside()
    try:
        for each in assemblies:
            each.start.wait(max(until - time.monotonic(), 0.0))
    except NotFitToStart as error:
        print(error, file=sys.stderr, flush=True)
        raise SystemExit(NOT_FIT) from error


def work(running: Running, doors: tuple[str, ...] = Worker.DOORS, metrics: str | None = None) -> int:
    """Run the loops until SIGTERM or SIGINT; the exit status. `metrics` is the address of the probes' door."""
    tracing.configure(running.service.name, os.environ)
    start = StartCheck(lambda: audit(running))
    worker = Worker(running, doors, start)
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, lambda *_: worker.stop())
    door = None
    try:
        start.ask()
        if metrics is not None:
            measures = Measures(running, worker.open_breakers, worker.silence)
            collectors = [measures, worker.reaction_times.collector, *worker.done.collectors()]
            door = ProbeDoor(metrics, of_work(running, worker), collectors)
        worker.run()
    except NotFitToStart as error:
        print(error, file=sys.stderr, flush=True)
        return NOT_FIT
    finally:
        if door is not None:
            door.close()
    return 0


def _api_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--bind", default="127.0.0.1:8080", help="the address to listen at")
    parser.add_argument(
        "--proxies", type=int, default=0, metavar="N", help="how many of our proxies stand before it and say who calls"
    )


def stand_behind(app: Flask, proxies: int) -> None:
    """Who calls is whom the outermost of our proxies saw; what a caller says of itself counts for nothing."""
    app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=0, x_host=0)  # type: ignore[method-assign]


def _api(assembly: Assembly, options: argparse.Namespace) -> int:
    stand_behind(assembly.app, options.proxies)
    _Server(assembly, {"bind": options.bind, "threads": 8, "worker_class": TimedThreadWorker}).run()
    return 0


def _work_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--metrics", metavar="HOST:PORT", help="serve /metrics and /health there, for probes")


def _work(assembly: Assembly, options: argparse.Namespace) -> int:
    return work(assembly.running, Worker.DOORS if options.door == "work" else (options.door,), options.metrics)


def _prepare(assembly: Assembly, options: argparse.Namespace) -> int:
    assembly.running.prepare_log()  # put_together has prepared the store
    return 0


def _rebuild(assembly: Assembly, options: argparse.Namespace) -> int:
    print(json.dumps({"folded": assembly.running.rebuild(), "digest": assembly.running.digest()}))
    return 0


def _digest(assembly: Assembly, options: argparse.Namespace) -> int:
    print(assembly.running.digest())
    return 0


def _doctor(assembly: Assembly, options: argparse.Namespace) -> int:
    print(json.dumps(examine(assembly.running), indent=2))
    return 0


DOORS = (
    Door("api", "serve the pages and APIs", _api, _api_arguments, serves=True),
    Door("work", "consume, relay and timers in one process", _work, _work_arguments, serves=True),
    Door("consume", "react to the events of other services", _work, _work_arguments, serves=True),
    Door("relay", "publish what the service has to say", _work, _work_arguments, serves=True),
    Door("timers", "ring what is due", _work, _work_arguments, serves=True),
    Door("prepare", "make indexes and topics, then end", _prepare),
    Door("rebuild", "build the views again from the log, beside the live ones, and swap", _rebuild),
    Door("digest", "a digest of every view", _digest),
    Door("republish", "publish from the journal what a topic lacks", open_republish, republish_arguments),
    Door("recover", "let a store go on that is older than the log", open_recover),
    Door("backup", "write the store into a new folder", open_backup, folder_arguments),
    Door("restore", "bring a backup back into an empty store", open_restore, folder_arguments),
    Door("carry", "carry all that is the service's to another store, log and keyring (TO_…)", open_carry),
    Door("waiting", "list, show, resend or drop the records that wait", open_waiting, waiting_arguments),
    Door("accesses", "who touched a record, or what somebody touched", open_accesses, accesses_arguments),
    Door("doctor", "lag, oldest pending, blocked keys, overdue timers", _doctor),
)
