"""Health, descriptions and errors: what anybody may ask, without a token."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from movewell_conformance.checking import broken, check, expect, member
from movewell_conformance.documents import message_headers
from movewell_conformance.target import DESCRIPTION, MESSAGES, REFERRALS, TOKEN, NotGiven, Target

PROBLEM, FHIR = "application/problem+json", "application/fhir+json"


@check("health.live", "The service says that it is alive")
def is_alive(target: Target) -> None:
    if (said := member(expect(target.http.get("/health/live"), 200), "status")) != "live":
        broken(f"status is {said!r}, not 'live'")


@check("health.ready", "The service says that it is ready")
def is_ready(target: Target) -> None:
    if (said := member(expect(target.http.get("/health/ready"), 200), "status")) != "ready":
        broken(f"status is {said!r}, not 'ready'")


@check("openapi.served", "OpenAPI 3.1 describes the routes that integrators call")
def is_described(target: Target) -> None:
    document = expect(target.http.get(DESCRIPTION), 200, "application/json")
    if not str(member(document, "openapi")).startswith("3.1"):
        broken("it is not OpenAPI 3.1")
    paths = member(document, "paths")
    if missing := {TOKEN, REFERRALS, f"{REFERRALS}/{{referral_id}}", MESSAGES} - set(paths):
        broken(f"it lacks {', '.join(sorted(missing))}")


@check("contracts.openapi", "The OpenAPI descriptions served are those published")
def openapi_is_as_published(target: Target) -> None:
    for path in _published(target, "openapi", "*.yaml"):
        served = expect(target.http.get(f"/api/{path.stem}/openapi.json"), 200, "application/json")
        if _anywhere(served) != _anywhere(yaml.safe_load(path.read_text(encoding="utf-8"))):
            broken(f"that of {path.stem} is another")


@check("contracts.json_schema", "The JSON Schemas of events served are those published")
def schemas_are_as_published(target: Target) -> None:
    for path in _published(target, "json-schema", "*.json"):
        served = expect(target.http.get(f"/json-schema/{path.name}"), 200, "application/schema+json")
        if served != json.loads(path.read_text(encoding="utf-8")):
            broken(f"{path.name} is another")


def _published(target: Target, folder: str, pattern: str) -> Iterator[Path]:
    if target.contracts is None:
        raise NotGiven("it needs --contracts")
    if not (found := sorted((target.contracts / folder).glob(pattern))):
        raise NotGiven(f"there is no {folder}/{pattern} in the folder of --contracts")
    yield from found


def _anywhere(document: Any) -> Any:
    """The description without the address of the site."""
    if isinstance(document, dict):
        return {
            name: TOKEN if name == "tokenUrl" and str(each).endswith(TOKEN) else _anywhere(each)
            for name, each in document.items()
            if name != "servers"
        }
    return [_anywhere(each) for each in document] if isinstance(document, list) else document


@check("problem.signed_out", "Without a token the JSON API refuses with problem+json")
def refuses_strangers(target: Target) -> None:
    is_problem(expect(target.http.get(f"{REFERRALS}/{uuid.uuid4()}"), 401, PROBLEM), 401)


@check("fhir.signed_out", "Without a token the FHIR API refuses with an OperationOutcome")
def refuses_strange_messages(target: Target) -> None:
    answer = target.http.post(MESSAGES, content=b"{}", headers=message_headers(target.service))
    if issues(expect(answer, 401, FHIR))[0]["code"] != "login":
        broken("issue.code is not login")


@check("headers.mirrored", "X-Request-Id and X-Correlation-Id of a request stand in its answer")
def mirrors_ids(target: Target) -> None:
    headers = message_headers(target.service)
    answer = target.http.post(MESSAGES, content=b"{}", headers=headers)
    for name in ("X-Request-Id", "X-Correlation-Id"):
        if answer.headers.get(name) != headers[name]:
            broken(f"{name} does not")


def is_problem(document: Any, status: int) -> None:
    """The shape of RFC 9457, with the status of the answer. Raises Broken."""
    for name in ("type", "title", "detail"):
        if not isinstance(member(document, name), str):
            broken(f"{name} is not text")
    if member(document, "status") != status:
        broken("its status is not that of the answer")


def issues(document: Any) -> list[dict[str, Any]]:
    """The issues of an OperationOutcome, one at least, each whole. Raises Broken."""
    if member(document, "resourceType") != "OperationOutcome":
        broken("it is no OperationOutcome")
    found = member(document, "issue")
    if not isinstance(found, list) or not found:
        broken("it has no issue")
    for each in found:
        for name in ("severity", "code", "details", "diagnostics"):
            member(each, name)
    return found
