"""What is served and what the code says are the same description; it is OpenAPI, and it is true."""

from __future__ import annotations

import importlib
import json
import re
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from movewell.movable_clock import MovableClock
from movewell.settings import ServiceSettings, load
from movewell.testing.at_the_door import is_problem
from movewell.web.openapi import describe, path_of
from movewell.web.openapi_parts import FORMATS
from movewell.web.policy import ROLES, Policy
from werkzeug.test import Client

from deploy.contracts.files import PUBLIC_URL
from deploy.local.gateway import Gateway
from deploy.local.site import SERVICES, Site
from tests.openapi import formats
from tests.openapi.scenes import SCENES, Scene


@pytest.fixture(scope="module", params=SERVICES)
def scene(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Scene:
    return SCENES[request.param](tmp_path_factory.mktemp("sink"))


@pytest.fixture
def described(scene: Scene) -> dict[str, Any]:
    return describe(scene.door.app, scene.door.service, PUBLIC_URL)


def operations(described: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [(method, path, each) for path, item in described["paths"].items() for method, each in item.items()]


def route_of(path: str) -> str:
    return re.sub(r"{(\w+)}", r"<\1>", path)


def test_anyone_may_read_it(scene: Scene, described: dict[str, Any]) -> None:
    answer = scene.door.call("GET", path_of(scene.door.service))
    assert (answer.status_code, answer.mimetype) == (200, "application/json")
    assert answer.get_json()["paths"] == described["paths"]


def test_it_is_openapi(described: dict[str, Any]) -> None:
    assert described["openapi"] == "3.1.0"
    schemathesis.openapi.from_dict(described).validate()


def test_every_json_route_is_in_it_and_no_page(scene: Scene, described: dict[str, Any]) -> None:
    policy: Policy = scene.door.app.extensions["movewell-policy"]
    routes = {each for each in policy.rules if each[1].startswith(("/api/", "/FHIR/", "/oauth2/"))}
    assert {(method.upper(), route_of(path)) for method, path, _ in operations(described)} == routes


def test_whom_it_names_may_call_and_nobody_else_may(scene: Scene, described: dict[str, Any]) -> None:
    """A role that isn't named is answered 403; a named one may be refused for another reason only."""
    for method, path, operation in operations(described):
        said = [next(iter(each.items())) for each in operation["security"]]
        named = {"system" if scheme == "system" else names[0] for scheme, names in said}
        concrete = re.sub(r"{\w+}", "00000000-0000-4000-8000-00000000abcd", path)
        for role in sorted(ROLES - {"patient"}):
            status = scene.door.call(method.upper(), concrete, role).status_code
            assert (status != 403) == (not named or role in named), (role, method, path)
        assert (scene.door.call(method.upper(), concrete).status_code == 401) == bool(named) or path == "/oauth2/token"


def test_any_other_method_is_answered_with_those_that_there_are(scene: Scene, described: dict[str, Any]) -> None:
    for path, item in described["paths"].items():
        concrete = re.sub(r"{\w+}", "x", path)
        for method in {"GET", "POST", "PUT", "PATCH", "DELETE", "TRACE", "QUERY"} - {each.upper() for each in item}:
            answer = scene.door.call(method, concrete, "clinician")
            assert answer.status_code == 405 and {each.upper() for each in item} <= set(answer.allow), (method, path)
            assert path.startswith("/FHIR/") or is_problem(answer, 405)


def test_every_format_of_our_own_is_explained_and_can_be_drawn(described: dict[str, Any]) -> None:
    used = set(re.findall(r'"format": "([^"]+)"', json.dumps(described)))
    assert used <= {"date", "date-time", "email", "uuid"} | set(FORMATS)
    assert set(FORMATS) <= set(formats.FORMATS)
    assert all(f"Format {each}:" in described["info"]["description"] for each in used & set(FORMATS))


def test_the_gateway_leads_to_each(tmp_path: Path) -> None:
    site = Site.at(tmp_path)
    assemblies = {
        each: importlib.import_module(f"{each}.bootstrap").assemble(
            load(ServiceSettings, site.environment(each, "http://127.0.0.1:1", None))
        )
        for each in SERVICES
    }
    client = Client(Gateway(assemblies, MovableClock(site.clock_file)))
    titles = [client.get(path_of(each)).get_json()["info"]["title"] for each in SERVICES]
    assert titles == [f"Movewell {each}" for each in SERVICES]
