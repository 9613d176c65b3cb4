"""The gateway hands each path to the service that owns it, and keeps each service's own for those within."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import pytest
from movewell.settings import ServiceSettings, load

from deploy.local.gateway import prefixes
from deploy.local.site import SERVICES, Site
from tests.architecture.copy_of_house import ROOT
from tests.compose.stack_file import services

CONF = (ROOT / "deploy" / "gateway" / "gateway.conf").read_text(encoding="utf-8")
_MAP = re.search(r"map \$uri \$owner \{\n(.*?)\n  \}", CONF, re.DOTALL)


def owner(path: str) -> str:
    """As nginx reads the map: the first expression that is found, else the default."""
    assert _MAP
    entries = [line.strip().removesuffix(";").rsplit(" ", 1) for line in _MAP[1].splitlines()]
    found = [name for pattern, name in entries if pattern != "default" and re.search(pattern[1:], path)]
    return found[0] if found else dict(entries)["default"]


@pytest.fixture(scope="module")
def owned(tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[str]]:
    site = Site.at(tmp_path_factory.mktemp("site"))
    made = {}
    for each in SERVICES:
        settings = load(ServiceSettings, site.environment(each, "http://127.0.0.1:1", None))
        made[each] = prefixes(importlib.import_module(f"{each}.bootstrap").assemble(settings).app)
    return made


@pytest.mark.parametrize("service", SERVICES)
def test_every_path_of_a_service_is_led_to_it(owned: dict[str, set[str]], service: str) -> None:
    for prefix in owned[service]:
        assert owner(prefix) == service, prefix
        assert owner(f"{prefix.rstrip('/')}/x") == ("reporting" if prefix == "/" else service), prefix


def test_a_path_that_only_begins_alike_is_not_a_services(owned: dict[str, set[str]]) -> None:
    every = {prefix for each in owned.values() for prefix in each} - {"/"}
    assert {owner(f"{prefix}x") for prefix in every if f"{prefix}s" not in every} == {"reporting"}


def test_a_path_stands_in_the_map_only_if_a_service_has_it(owned: dict[str, set[str]]) -> None:
    assert _MAP
    for line in _MAP[1].splitlines():
        if listed := re.search(r"~\^/(.*)\(/\|\$\) (\w+);", line):
            flat = re.sub(
                r"api/\(([^)]*)\)", lambda found: "|".join(f"api/{x}" for x in found[1].split("|")), listed[1]
            )
            names = {f"/{name.strip('()')}" for name in flat.split("|")}
            assert names <= owned[listed[2]]


def test_metrics_and_health_are_not_for_everybody() -> None:
    for place in ("= /metrics", "^~ /health/"):
        assert re.search(rf"location {re.escape(place)} \{{\s*return 404;", CONF)


def test_the_caller_is_named_by_the_gateway_alone() -> None:
    assert "proxy_set_header X-Forwarded-For $remote_addr;" in CONF
    for each in SERVICES:
        command = services[f"{each}-api"]["command"]
        assert command[command.index("--proxies") + 1] == "1"


@pytest.mark.parametrize("name", ["gateway.conf", "messages.conf"])
def test_no_address_of_a_page_is_logged(name: str) -> None:
    text = Path(ROOT / "deploy" / "gateway" / name).read_text()
    assert "access_log off;" in text and "error_log stderr crit;" in text
