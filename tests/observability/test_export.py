"""Spans leave a real process for a collector over OTLP, the last of them when it is told to end."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from deploy.local.site import Site

PATIENCE = 60.0
CALLER = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


class Collector(ThreadingHTTPServer):
    """Keeps what is posted to it: the path, and what it was sent."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Taking)
        self.taken: list[tuple[str, ExportTraceServiceRequest]] = []
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def spans(self) -> dict[tuple[str, str], str]:
        """Service and name of each span → its trace."""
        return {
            (_service(each), span.name): span.trace_id.hex()
            for _, sent in self.taken
            for each in sent.resource_spans
            for scope in each.scope_spans
            for span in scope.spans
        }


def _service(resource_spans) -> str:
    return next(each.value.string_value for each in resource_spans.resource.attributes if each.key == "service.name")


class _Taking(BaseHTTPRequestHandler):
    server: Collector

    def do_POST(self) -> None:  # noqa: N802
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.taken.append((self.path, ExportTraceServiceRequest.FromString(body)))
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def collector() -> Iterator[Collector]:
    made = Collector()
    yield made
    made.shutdown()
    made.server_close()


def asked_and_ended(site: Site, **more: str) -> int:
    """An api is started, asked for a page, and told to end; its exit status."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{probe.getsockname()[1]}"
    environ = {**os.environ, **site.environment("reporting", "http://127.0.0.1:1", None), **more}
    with (site.folder / "api.log").open("wb") as output:
        command = [sys.executable, "-m", "reporting", "api", "--bind", address]
        process = subprocess.Popen(command, env=environ, stdout=output, stderr=output)
    try:
        _ask(f"http://{address}/report", time.monotonic() + PATIENCE)
    finally:
        process.send_signal(signal.SIGTERM)
    return process.wait(PATIENCE)


def _ask(url: str, until: float) -> None:
    request = urllib.request.Request(url, headers={"traceparent": CALLER})  # noqa: S310
    while True:
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310
                assert answer.status == 200
                return
        except urllib.error.URLError:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)


def test_a_span_reaches_the_collector_before_the_process_has_ended(tmp_path: Path, collector: Collector) -> None:
    site = Site.at(tmp_path)
    assert asked_and_ended(site, OTEL_EXPORTER_OTLP_ENDPOINT=collector.url) == 0
    assert {path for path, _ in collector.taken} == {"/v1/traces"}
    assert collector.spans()["reporting", "GET /report"] == CALLER[3:35]
    assert f'"trace_id": "{CALLER[3:35]}"' in (site.folder / "api.log").read_text()


def test_a_collector_that_is_away_fails_no_request_and_keeps_no_process(tmp_path: Path) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{nobody.getsockname()[1]}"
        site = Site.at(tmp_path)
        assert asked_and_ended(site, OTEL_EXPORTER_OTLP_ENDPOINT=url) == 0
