"""The house keeps its own rules: sizes, names, one rule for every route, no two services at one path."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import pytest
from movewell.contracts import declarations
from movewell.doors import Assembly
from movewell.failpoints import NAMES
from movewell.settings import ServiceSettings, load
from movewell.web.navigation import NAVIGATION
from movewell.web.openapi import describe

from deploy.local.gateway import prefixes
from deploy.local.site import SERVICES, Site

ROOT = Path(__file__).resolve().parents[2]
MODULES = sorted(each for part in ("shared", "services/*", "conformance") for each in ROOT.glob(f"{part}/src/**/*.py"))
_EXPLAINS_NOTHING = re.compile(r"/(utils?|helpers?|common|misc|base|manager|processor)\.py$")
_WEAK = re.compile(r"\.(changed|updated|processed|failed|completed)$")


@pytest.fixture(scope="module")
def assemblies(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Assembly]:
    site = Site.at(tmp_path_factory.mktemp("site"))
    return {
        each: importlib.import_module(f"{each}.bootstrap").assemble(
            load(ServiceSettings, site.environment(each, "http://127.0.0.1:1", None))
        )
        for each in SERVICES
    }


def test_no_module_has_more_than_300_lines() -> None:
    assert {str(each.relative_to(ROOT)) for each in MODULES if len(each.read_text().splitlines()) > 300} <= {
        "shared/src/movewell/store/sqlite.py"  # correctness comes before brevity in store/ and log/
    }


def test_no_module_has_a_name_that_explains_nothing() -> None:
    assert not [each for each in MODULES if _EXPLAINS_NOTHING.search(each.as_posix())]


def test_events_say_what_happened() -> None:
    assert not [each.name for each in declarations() if _WEAK.search(each.name)]


def test_every_event_is_keyed_and_flat() -> None:
    for each in declarations():
        assert each.key in each.cls.__dataclass_fields__
        assert len(each.cls.__dataclass_fields__) <= 10, each.name


@pytest.mark.parametrize("service", SERVICES)
def test_every_route_has_a_rule(assemblies: dict[str, Assembly], service: str) -> None:
    """The application refuses to start otherwise; here it is said once more, from outside."""
    policy = assemblies[service].app.extensions["movewell-policy"]
    assert set(importlib.import_module(f"{service}.entrypoints.policy").POLICY.rules) <= set(policy.rules)
    routes = {
        (method, rule.rule)
        for rule in assemblies[service].app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if not rule.rule.startswith(("/health", "/metrics", "/assets"))
    }
    assert routes == set(policy.rules)


@pytest.mark.parametrize("service", SERVICES)
def test_every_json_route_declares_what_it_takes_and_answers(assemblies: dict[str, Assembly], service: str) -> None:
    """NotDeclared otherwise, with every such route."""
    assert describe(assemblies[service].app, service, "https://movewell.example")["openapi"] == "3.1.0"


@pytest.mark.parametrize("service", SERVICES)
def test_nobody_gets_in_without_a_token(assemblies: dict[str, Assembly], service: str) -> None:
    policy = importlib.import_module(f"{service}.entrypoints.policy").POLICY
    client = assemblies[service].app.test_client()
    for (method, route), rule in policy.rules.items():
        if rule.roles is not None:
            path = re.sub(r"<[^>]+>", "x", route)
            assert client.open(path, method=method).status_code == 401, (method, route)


def test_no_two_services_answer_at_one_path(assemblies: dict[str, Assembly]) -> None:
    owners: dict[str, str] = {}
    for service, assembly in assemblies.items():
        for prefix in prefixes(assembly.app):
            assert owners.setdefault(prefix, service) == service, prefix


def test_reactions_are_to_declared_events(assemblies: dict[str, Assembly]) -> None:
    declared = {each.cls for each in declarations()}
    for assembly in assemblies.values():
        service = assembly.running.service
        assert set(service.reactions) <= declared
        assert {cls for each in service.projections for cls in each.folds} <= declared


def test_every_failpoint_is_reached_somewhere() -> None:
    text = "".join(each.read_text() for each in MODULES if each.name != "failpoints.py")
    assert [name for name in NAMES if f'failpoints.reach("{name}")' not in text] == []


def test_ci_calls_the_command_of_the_readme() -> None:
    assert "make test" in (ROOT / ".ci" / "run").read_text()
    assert "make test" in (ROOT / "README.md").read_text()
    assert "make demo" in (ROOT / "README.md").read_text()


def test_every_item_of_the_navigation_is_a_page_for_each_of_its_roles(assemblies: dict[str, Assembly]) -> None:
    rules = {
        route: rule
        for each in assemblies.values()
        for route, rule in each.app.extensions["movewell-policy"].rules.items()
    }
    for item in NAVIGATION:
        rule = rules[("GET", item.path)]
        assert rule.roles is None or item.roles <= rule.roles, item
