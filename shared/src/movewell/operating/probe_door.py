"""The HTTP door of a worker, for probes and scrapers only: /metrics, /health/live, /health/ready."""

from __future__ import annotations

import threading
from collections.abc import Iterable

from flask import Flask
from prometheus_client import CollectorRegistry
from prometheus_client.registry import Collector
from werkzeug.serving import WSGIRequestHandler, make_server

from movewell.web.health import Checks, add_health


class _Handler(WSGIRequestHandler):
    timeout = 10  # seconds: who connects and says nothing does not keep a thread

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Probes are not worth a line each."""


class ProbeDoor:
    """Serves in a thread until it is closed. `address` is `host:port`; port 0 takes a free one."""

    def __init__(self, address: str, checks: Checks, collectors: Iterable[Collector]) -> None:
        app = Flask("probes", static_folder=None)
        registry = CollectorRegistry()
        for each in collectors:
            registry.register(each)
        add_health(app, checks, registry)
        host, _, port = address.rpartition(":")
        self._server = make_server(host, int(port), app, threaded=True, request_handler=_Handler)
        self._server.daemon_threads = True
        self.port = self._server.server_port
        threading.Thread(target=self._server.serve_forever, daemon=True, name="probes").start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
