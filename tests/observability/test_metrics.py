"""The alerts and the dashboard ask for nothing that the services do not tell: held against a real scrape."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections import defaultdict
from pathlib import Path

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from deploy.local.site import Site
from tests.observability.queries import FOLDER, asked, dashboard, queries, rules

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 90.0
Scrape = dict[str, set[str]]


@pytest.fixture(scope="module")
def scrape(tmp_path_factory: pytest.TempPathFactory) -> Scrape:
    """Name of a sample → its labels, of the api and the worker of a service with reactions and one with views."""
    site = Site.at(tmp_path_factory.mktemp("site"))
    found: Scrape = defaultdict(set)
    processes = [_Process(site, service, door) for service in ("notifications", "reporting") for door in _DOORS]
    try:
        for each in processes:
            for family in text_string_to_metric_families(each.scraped()):
                for sample in family.samples:
                    found[sample.name] |= set(sample.labels)
    finally:
        for each in processes:
            each.stop()
    return found


_DOORS = {"api": "--bind", "work": "--metrics"}


class _Process:
    """A door of a service, as operations start it."""

    def __init__(self, site: Site, service: str, door: str) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self._address = f"127.0.0.1:{probe.getsockname()[1]}"
        command = [sys.executable, "-m", service, door, _DOORS[door], self._address]
        environ = {**os.environ, **site.environment(service, "http://127.0.0.1:1", None)}
        self._log = site.folder / f"{service}-{door}.log"
        with self._log.open("wb") as output:
            self._process = subprocess.Popen(command, env=environ, stdout=output, stderr=output)

    def scraped(self) -> str:
        """/metrics, once the process is ready and has answered a request."""
        self._answer("/health/ready", (200,))
        self._answer("/nowhere", (404,))
        return self._answer("/metrics", (200,))

    def _answer(self, path: str, wanted: tuple[int, ...]) -> str:
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until and self._process.poll() is None:
            try:
                with urllib.request.urlopen(f"http://{self._address}{path}", timeout=10) as answer:
                    status, text = answer.status, answer.read().decode()
            except urllib.error.HTTPError as error:
                status, text = error.code, ""
            except OSError:
                status, text = 0, ""
            if status in wanted:
                return text
            time.sleep(0.1)
        raise AssertionError(self._log.read_text())

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(30)


def _with_service(query: str) -> str:
    return query.replace("$service", "referral")


@pytest.mark.parametrize(("where", "query"), queries().items(), ids=list(queries()))
def test_every_metric_and_label_of_a_query_is_told(scrape: Scrape, where: str, query: str) -> None:
    for metric, labels in asked(_with_service(query)):
        assert metric in scrape, f"{where}: no process tells {metric}"
        assert labels <= scrape[metric], f"{where}: {metric} has no {labels - scrape[metric]}"


def test_a_metric_or_a_label_that_nobody_tells_is_found(scrape: Scrape) -> None:
    ((metric, _),) = asked("sum by (service) (rate(movewell_requests_total[5m]))")
    assert metric not in scrape
    ((metric, labels),) = asked('sum by (tenant) (rate(movewell_request_seconds_count{status="500"}[5m]))')
    assert labels - scrape[metric] == {"tenant"}


def test_all_that_is_told_is_on_the_dashboard(scrape: Scrape) -> None:
    ours = {re.sub(r"_(bucket|count|sum|created)$", "", each) for each in scrape if each.startswith("movewell_")}
    ours = {each for each in ours if f"{each}_total" not in ours}
    shown = {
        re.sub(r"_(bucket|count|sum)$", "", metric)
        for where, query in queries().items()
        if where.startswith("panel ")
        for metric, _ in asked(_with_service(query))
    }
    assert ours == shown


def test_labels_of_a_text_are_among_those_of_its_query() -> None:
    for rule in rules():
        named = set(re.findall(r"\$labels\.(\w+)", rule["annotations"]["summary"]))
        labels = {label for _, each in asked(rule["expr"]) for label in each}
        assert named <= labels, rule["alert"]
    for panel in dashboard()["panels"]:
        for target in panel["targets"]:
            named = set(re.findall(r"{{(\w+)}}", target["legendFormat"]))
            assert named <= {label for _, each in asked(_with_service(target["expr"])) for label in each}


def test_every_alert_leads_to_a_page_and_says_how_urgent_it_is() -> None:
    assert len({rule["alert"] for rule in rules()}) == len(rules())
    for rule in rules():
        assert (ROOT / rule["annotations"]["runbook_url"]).is_file(), rule["alert"]
        assert rule["labels"]["severity"] in ("page", "ticket")


def test_prometheus_reads_these_rules_and_scrapes_the_ports_that_the_pods_name() -> None:
    config = yaml.safe_load((FOLDER / "prometheus.yml").read_text(encoding="utf-8"))
    assert [(FOLDER / each).is_file() for each in config["rule_files"]] == [True]
    (job,) = config["scrape_configs"]
    assert {f'job="{job["job_name"]}"' in rule["expr"] for rule in rules() if "up{" in rule["expr"]} == {True}
