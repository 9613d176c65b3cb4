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

DOORS = ("api", "work", "consume", "relay", "timers", "prepare", "rebuild", "digest", "doctor")


@dataclass(frozen=True)
class Assembly:
    """A service put together: what runs it, and its web application."""

    running: Running
    app: Flask


Assemble = Callable[[ServiceSettings], Assembly]


def put_together(settings: ServiceSettings, make: Callable[[Store], Service]) -> Running:
    """Open the adapters, make the service on its store, and prepare it."""
    store = open_store(settings.database_url)
    running = Running(make(store), store, open_log(settings.event_log_url), open_clock(settings))
    running.prepare()
    return running


class _Server(BaseApplication):
    def __init__(self, app: Flask, options: dict[str, object]) -> None:
        self._app, self._options = app, options
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        return self._app


def run(name: str, assemble: Assemble, argv: Sequence[str] | None = None) -> int:
    """Open one door of the service; the exit status."""
    parser = argparse.ArgumentParser(prog=f"python -m {name}", description=f"The {name} service")
    parser.add_argument("door", choices=DOORS)
    parser.add_argument("--bind", default="127.0.0.1:8080", help="address of the api door")
    options = parser.parse_args(argv)
    configure_logging(name)
    try:
        assembly = assemble(load(ServiceSettings, os.environ))
    except SettingsIncomplete as error:
        print(f"{name} cannot start: {error}", file=sys.stderr)
        return 2
    return _open(options.door, assembly, options.bind)


def _open(door: str, assembly: Assembly, bind: str) -> int:
    running = assembly.running
    if door == "api":
        _Server(assembly.app, {"bind": bind, "threads": 8, "worker_class": "gthread"}).run()
    elif door in ("work", *Worker.DOORS):
        work(running, Worker.DOORS if door == "work" else (door,))
    elif door == "rebuild":
        print(json.dumps({"folded": running.rebuild(), "digest": running.digest()}))
    elif door == "digest":
        print(running.digest())
    elif door == "doctor":
        print(json.dumps(examine(running), indent=2))
    return 0


def work(running: Running, doors: tuple[str, ...] = Worker.DOORS) -> None:
    """Run the loops until SIGTERM or SIGINT."""
    worker = Worker(running, doors)
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, lambda *_: worker.stop())
    worker.run()
