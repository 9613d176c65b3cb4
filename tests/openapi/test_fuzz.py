"""Schemathesis sends each service what its description allows and what it doesn't, and finds nothing.

The description is the served one, the application as its bootstrap puts it together, the seed fixed. Every operation is
called by each role that may call it. `EXAMPLES` is how many are drawn for each (15 where it isn't set), beside the
cases of every boundary that its form has. All checks are on, but for what `refused_by_rule` says.
"""

from __future__ import annotations

import importlib
import json
import os
import re
import zlib
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from movewell.web.openapi import API
from schemathesis import AuthContext, Case
from schemathesis.config import SchemathesisConfig
from schemathesis.core.transport import Response
from schemathesis.schemas import BaseSchema
from schemathesis.specs.openapi.checks import positive_data_acceptance

from deploy.local.site import SERVICES
from tests.openapi import formats
from tests.openapi.scenes import SCENES, Scene

SEED, EXAMPLES = 20260302, int(os.environ.get("EXAMPLES", "15"))
ANYONE = "anyone"
_VARIABLE, _IN_BRACES = re.compile(r"<(\w+)>"), r"{\1}"
formats.register()


def callers() -> Iterator[tuple[str, str]]:
    """Every service with each role that may call something of its API, and with nobody where that's enough.

    The description itself is no operation to Schemathesis, which reads it.
    """
    for service in SERVICES:
        rules = importlib.import_module(f"{service}.entrypoints.policy").POLICY.rules
        allowed = [rule.roles or {ANYONE} for (_, route), rule in rules.items() if route.startswith(API)]
        yield from ((service, role) for role in sorted({role for roles in allowed for role in roles} - {"patient"}))


@pytest.fixture(scope="module", params=callers(), ids=lambda caller: "-".join(caller))
def scene(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Scene:
    return SCENES[request.param[0]](tmp_path_factory.mktemp("sink"))


@pytest.fixture
def api(scene: Scene, request: pytest.FixtureRequest) -> BaseSchema:
    """What the caller may call."""
    request.node._nodeid = request.node.nodeid  # where pytest kept it before 9.2, and Schemathesis looks for it
    service, role = request.node.callspec.params["scene"]
    config = {
        "seed": SEED,
        "generation": {"max-examples": EXAMPLES, "database": "none"},
        "operations": [{"include-name": label, "enabled": False} for label in _not_for(role, scene)],
    }
    made = SchemathesisConfig.from_dict(config)
    schema = schemathesis.openapi.from_wsgi(f"/api/{service}/openapi.json", scene.door.app, config=made)
    if role != ANYONE:
        schema.auth()(_bearer(scene.door.token(role)))
    return schema


def _bearer(token: str) -> type:
    class Bearer:
        """How Schemathesis knows the caller's own token from those that it makes up."""

        def get(self, case: Case, context: AuthContext) -> str:
            return token

        def set(self, case: Case, data: str, context: AuthContext) -> None:
            case.headers["Authorization"] = f"Bearer {data}"

    return Bearer


def _not_for(role: str, scene: Scene) -> list[str]:
    rules = scene.door.app.extensions["movewell-policy"].rules.items()
    others = [key for key, rule in rules if role not in (rule.roles or {ANYONE})]
    return [f"{method} {_VARIABLE.sub(_IN_BRACES, route)}" for method, route in others if route.startswith(API)]


def aim(case: Case, scene: Scene) -> None:
    """Let most requests be about something that is there; by what was drawn, so that the seed decides."""
    for name, drawn in (case.path_parameters or {}).items():
        known, choice = scene.ids.get(name, []), zlib.crc32(str(drawn).encode())
        if known and choice % 4:
            case.path_parameters[name] = known[choice % len(known)]


def refused_by_rule(case: Case, scene: Scene) -> bool:
    """What is right by its schema, and may be refused all the same, for a rule that JSON Schema can't tell."""
    if case.operation.path == "/FHIR/R4/$process-message":
        return True  # what a Bundle must hold is said by FHIR's profiles
    if case.operation.path.endswith("/screening") and isinstance(case.body, dict):
        return not _below(case.body.get("diastolic"), case.body.get("systolic"))
    if key := (case.headers or {}).get("Idempotency-Key"):
        before = len(scene.used)
        scene.used.add(key)
        return len(scene.used) == before  # a key is for one body
    if case.operation.path == "/api/report":
        return str(case.query.get("from", "")) > str(case.query.get("to", "2026-03-02"))
    return False


def not_suggested(answer: Response) -> bool:
    """A decision without its reason where the rules suggest another, refused for that and nothing else."""
    body = answer.content
    return answer.status_code == 400 and json.loads(body).get("type") == "urn:movewell:problem:override-unexplained"


def _below(one: Any, other: Any) -> bool:
    return isinstance(one, int | float) and isinstance(other, int | float) and one < other


@schemathesis.pytest.from_fixture("api").parametrize()
def test_nothing_is_found_in_an_operation(case: Case, scene: Scene) -> None:
    aim(case, scene)
    by_rule = refused_by_rule(case, scene)
    answer = case.call()
    excused = by_rule or not_suggested(answer)
    case.validate_response(answer, excluded_checks=[positive_data_acceptance] if excused else [])
