"""The doors of a service: one image, several ways in. `python -m <service> <door>`."""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from flask import Flask
from gunicorn.app.base import BaseApplication

from movewell.adapters import open_clock, open_log, open_store
from movewell.doctor import examine
from movewell.service import Running, Service, Worker
from movewell.settings import ServiceSettings, SettingsIncomplete, load
from movewell.store.port import Store
from movewell.telemetry import configure_logging


@dataclass(frozen=True)
class Assembly:
    """A service put together: what runs it, and its web application."""

    running: Running
    app: Flask


@dataclass(frozen=True)
class Door:
    """A way in: its name, what it is for, its arguments, and what it does (the exit status)."""

    name: str
    help: str
    open: Callable[[Assembly, argparse.Namespace], int]
    arguments: Callable[[argparse.ArgumentParser], None] = lambda parser: None


Assemble = Callable[[ServiceSettings], Assembly]


def put_together(settings: ServiceSettings, make: Callable[[Store], Service]) -> Running:
    """Open the adapters, make the service on its store, and prepare it."""
    store = open_store(settings.database_url)
    running = Running(make(store), store, open_log(settings.event_log_url), open_clock(settings))
    running.prepare()
    return running


def run(name: str, assemble: Assemble, argv: Sequence[str] | None = None, own: Sequence[Door] = ()) -> int:
    """Open one door of the service, one of `DOORS` or of its `own`; the exit status."""
    parser = argparse.ArgumentParser(prog=f"python -m {name}", description=f"The {name} service")
    doors = parser.add_subparsers(dest="door", required=True)
    for each in (*DOORS, *own):
        door = doors.add_parser(each.name, help=each.help, description=each.help)
        each.arguments(door)
        door.set_defaults(open=each.open)
    options = parser.parse_args(argv)
    configure_logging(name)
    try:
        assembly = assemble(load(ServiceSettings, os.environ))
    except SettingsIncomplete as error:
        print(f"{name} cannot start: {error}", file=sys.stderr)
        return 2
    return int(options.open(assembly, options))


class _Server(BaseApplication):
    def __init__(self, app: Flask, options: dict[str, object]) -> None:
        self._app, self._options = app, options
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        return self._app


def work(running: Running, doors: tuple[str, ...] = Worker.DOORS) -> None:
    """Run the loops until SIGTERM or SIGINT."""
    worker = Worker(running, doors)
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, lambda *_: worker.stop())
    worker.run()


def _api_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--bind", default="127.0.0.1:8080", help="the address to listen at")


def _api(assembly: Assembly, options: argparse.Namespace) -> int:
    _Server(assembly.app, {"bind": options.bind, "threads": 8, "worker_class": "gthread"}).run()
    return 0


def _work(assembly: Assembly, options: argparse.Namespace) -> int:
    work(assembly.running, Worker.DOORS if options.door == "work" else (options.door,))
    return 0


def _prepare(assembly: Assembly, options: argparse.Namespace) -> int:
    return 0  # put_together has prepared


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
    Door("api", "serve the pages and APIs", _api, _api_arguments),
    Door("work", "consume, relay and timers in one process", _work),
    Door("consume", "react to the events of other services", _work),
    Door("relay", "publish what the service has to say", _work),
    Door("timers", "ring what is due", _work),
    Door("prepare", "make indexes and topics, then end", _prepare),
    Door("rebuild", "build the views again from the log, beside the live ones, and swap", _rebuild),
    Door("digest", "a digest of every view", _digest),
    Door("doctor", "lag, oldest pending, blocked keys, overdue timers", _doctor),
)
